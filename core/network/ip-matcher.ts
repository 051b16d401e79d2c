import { addressOf, type Network, networkOf } from './network.ts';

/**
 * Creates a function that tells whether an address is in one of the ranges, which must come from
 * `parseIpRanges`. An IPv4-mapped IPv6 address counts as its IPv4 address. A text that is not an address is
 * in none of the ranges.
 * @throws {RangeError} if a range is invalid, so that an unreadable list allows no call
 */
export function createIpMatcher(ranges: readonly string[]): (address: string) => boolean {
  const networks = ranges.map(blockOf);
  // The last address that matched is remembered, because most callers use the same address again.
  let lastMatch: string | undefined;
  return (address) => {
    if (address === lastMatch) return true;
    const number = addressOf(address);
    const matches =
      number !== undefined && networks.some(({ first, last }) => first <= number && number <= last);
    if (matches) lastMatch = address;
    return matches;
  };
}

/**
 * Parses an address or a range.
 * @throws {RangeError} if it is neither
 */
export function blockOf(range: string): Network {
  const network = networkOf(range)?.network;
  if (network === undefined) throw new RangeError('An IP range is neither an address nor in CIDR form.');
  return network;
}
