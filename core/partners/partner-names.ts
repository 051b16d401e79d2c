/** A change of a partner's record, for which a name is reserved or released. */
export interface NameHolder {
  readonly partnerId: string;
  /** The version that the record has after the change. */
  readonly version: number;
}

/**
 * Maps company names to partners. A name is reserved for one partner at most, and stays so until it is
 * released or moved.
 */
export interface PartnerNames {
  /** Returns the id of the partner that the name is reserved for. */
  find(name: string): Promise<string | undefined>;
  /**
   * Reserves the name for a partner, unless it is reserved already.
   * @returns the id of the partner that the name is now reserved for
   */
  reserve(name: string, partnerId: string): Promise<string>;
  /**
   * Reserves the name for a change of a partner's record, unless another partner has it.
   * @param insteadOf the partner that the name is moved from, if that one still has it
   * @returns the id of the partner that the name is now reserved for
   */
  reserveForChange(name: string, holder: NameHolder, insteadOf?: string): Promise<string>;
  /**
   * Releases a name that a change has removed. It stays reserved if another partner has it, or if it was
   * reserved for a later change.
   */
  release(name: string, holder: NameHolder): Promise<void>;
}

/** What is needed to identify a partner by its name. */
export interface PartnerIdentification {
  readonly partnerNames: Pick<PartnerNames, 'find' | 'reserve'>;
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
