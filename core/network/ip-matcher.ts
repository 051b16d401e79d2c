import { addressOf, type Network, networkOf } from './network.ts';

/**
 * Whether an address is in one of the ranges, which `parseIpRanges` gave. An IPv4-mapped IPv6 address is its
 * IPv4 address; what is no address is in none.
 * @throws {RangeError} if a range is none: a list that cannot be read allows nobody
 */
export function createIpMatcher(ranges: readonly string[]): (address: string) => boolean {
  const networks = ranges.map(blockOf);
  // Most callers come again from where they came.
  let matched: string | undefined;
  return (address) => {
    if (address === matched) return true;
    const number = addressOf(address);
    const matches =
      number !== undefined && networks.some(({ first, last }) => first <= number && number <= last);
    if (matches) matched = address;
    return matches;
  };
}

/** @throws {RangeError} */
export function blockOf(range: string): Network {
  const network = networkOf(range)?.network;
  if (network === undefined) throw new RangeError('An IP range is neither an address nor in CIDR form.');
  return network;
}
