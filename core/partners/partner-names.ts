/** Which company names lead to which partner. A reserved name is never another partner's, and never free. */
export interface PartnerNames {
  /** The id of the partner that the name is reserved for. */
  find(name: string): Promise<string | undefined>;
  /**
   * Reserves the name for a partner, unless it is reserved already.
   * @returns the id of the partner that it is reserved for from then on
   */
  reserve(name: string, partnerId: string): Promise<string>;
}

export interface PartnerIdentification {
  readonly partnerNames: PartnerNames;
  /** A new UUID each time. */
  readonly newId: () => string;
}

/**
 * The id of the partner behind a company name: a UUID that is drawn when the name is first asked for. Of
 * several who ask at once, one draws it. The partner's record is written later; until then the name leads to
 * an id without a record, and whoever asks next goes on with that id.
 */
export async function identifyPartner(
  { partnerNames, newId }: PartnerIdentification,
  name: string,
): Promise<string> {
  return (await partnerNames.find(name)) ?? (await partnerNames.reserve(name, newId()));
}
