/** Maps company names to partners. A reserved name stays reserved for its partner for ever. */
export interface PartnerNames {
  /** Returns the id of the partner that the name is reserved for. */
  find(name: string): Promise<string | undefined>;
  /**
   * Reserves the name for a partner, unless it is reserved already.
   * @returns the id of the partner that the name is now reserved for
   */
  reserve(name: string, partnerId: string): Promise<string>;
}

/** What is needed to identify a partner by its name. */
export interface PartnerIdentification {
  readonly partnerNames: PartnerNames;
  /** Returns a new UUID each time. */
  readonly newId: () => string;
}

/**
 * Returns the id of the partner with this company name. The id is a UUID that is generated on the first
 * request for the name. Of several simultaneous requests, one generates it. The partner's record is created
 * later. Until then, later requests get the same id.
 */
export async function identifyPartner(
  { partnerNames, newId }: PartnerIdentification,
  name: string,
): Promise<string> {
  return (await partnerNames.find(name)) ?? (await partnerNames.reserve(name, newId()));
}
