type Jwk = Readonly<Record<string, unknown>>;

/** The private members of a JWK: RFC 7518 §6.2.2, §6.3.2. */
export const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * Returns a JWK with its names of members also in lower case, since some serialisers capitalise them. RFC 7517
 * §4 has them in lower case, so a member that is written so counts.
 */
export function withLowerCaseNames(jwk: Jwk): Jwk {
  const entries = Object.entries(jwk);
  return Object.fromEntries([
    ...entries.map(([name, value]) => [name.toLowerCase(), value] as const),
    ...entries,
  ]);
}

const isPlainObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const holdsNothing = (value: unknown): boolean =>
  value === null || value === '' || (isPlainObject(value) && Object.keys(value).length === 0);

/**
 * Drops the members that hold nothing, as if they were left out. Serialisers write a member that they do not
 * have as null, or as an empty text or list.
 */
export function withoutEmpty(jwk: Jwk): Jwk {
  return Object.fromEntries(
    Object.entries(jwk).filter(
      ([, value]) => !holdsNothing(value) && !(Array.isArray(value) && value.every(holdsNothing)),
    ),
  );
}
