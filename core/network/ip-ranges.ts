import { blockOf } from './ip-matcher.ts';
import { contains, networkOf, textOf, isIpv4Network, type Network } from './network.ts';
import { reachOf } from './special-ranges.ts';

/** One error in a list of ranges. */
export interface IpRangeError {
  readonly code:
    | 'required'
    | 'ip_too_many'
    | 'ip_malformed'
    | 'ip_too_wide'
    | 'ip_host_bits'
    | 'ip_private'
    | 'ip_not_routable';
  /**
   * A sentence that names the entry and what is allowed. It repeats an entry only if it looks like an
   * address.
   */
  readonly allowed: string;
}

const maxEntries = 100;
/** Blanks, commas and semicolons, also those of Chinese, Japanese and Arabic writing, which are typed there. */
const separators = /[\s,;\uff0c\uff1b\u3001\ufe50\ufe51\ufe54\uff64\u060c\u061b]+/u;

/**
 * Parses a list of source addresses: IPv4, IPv6 and CIDR, separated by commas, semicolons, blanks or line
 * breaks.
 * @returns the normal form of the list, or every error at once. In the normal form, single addresses have
 *   no prefix length, IPv6 is written as in RFC 5952, and IPv4-mapped IPv6 is written as IPv4. The list is
 *   sorted, without ranges that another range contains.
 */
export function parseIpRanges(
  text: string,
  { privateAllowed }: { readonly privateAllowed: boolean },
): { readonly ranges: readonly string[] } | { readonly faults: readonly IpRangeError[] } {
  const entries = text.split(separators).filter((entry) => entry !== '');
  if (entries.length === 0) {
    return { faults: [{ code: 'required', allowed: 'At least one address or range.' }] };
  }
  if (entries.length > maxEntries) {
    return { faults: [{ code: 'ip_too_many', allowed: `At most ${maxEntries} addresses and ranges.` }] };
  }

  const networks: Network[] = [];
  const faults: IpRangeError[] = [];
  for (const [index, entry] of entries.entries()) {
    const result = parseEntry(entry, privateAllowed);
    if ('code' in result) faults.push({ ...result, allowed: `${nameOf(entry, index)}: ${result.allowed}` });
    else networks.push(result);
  }
  return faults.length > 0 ? { faults } : { ranges: withoutContained(networks).map(textOf) };
}

function parseEntry(entry: string, privateAllowed: boolean): Network | IpRangeError {
  const parsed = networkOf(entry);
  if (parsed === undefined) {
    return {
      code: 'ip_malformed',
      allowed:
        'an IPv4 or IPv6 address or a range in CIDR form, such as 203.0.113.10, 198.51.100.0/24 or 2001:db8:7::/48. Commas, semicolons, blanks and new lines separate entries.',
    };
  }
  const { address, network } = parsed;
  // Nobody is assigned a wider block. A wider range would allow practically every address.
  if (network.bits < (isIpv4Network(network) ? 96 + 8 : 16)) {
    return { code: 'ip_too_wide', allowed: 'at most the 2^24 IPv4 addresses of a /8, or an IPv6 /16.' };
  }
  if (address !== network.first) {
    return {
      code: 'ip_host_bits',
      allowed: `the first address of its range, ${textOf(network)}, or the address alone, without a prefix length.`,
    };
  }
  const reach = reachOf(network);
  if (reach === 'none') {
    return {
      code: 'ip_not_routable',
      allowed:
        'addresses that calls can come from: no unspecified, loopback, link-local, multicast or reserved ones.',
    };
  }
  if (reach === 'private' && !privateAllowed) {
    return {
      code: 'ip_private',
      allowed: 'public addresses, those with which calls arrive: this product is not for private networks.',
    };
  }
  return network;
}

/** Returns the number of an entry, followed by its text if the text can be shown safely anywhere. */
function nameOf(entry: string, index: number): string {
  return `Entry ${index + 1}${/^[0-9a-f:./-]{1,60}$/i.test(entry) ? ` (${entry})` : ''}`;
}

/**
 * Sorts the networks and removes those that another one contains. Two networks never overlap in part, so a
 * contained one comes after the widest one that contains it.
 */
function withoutContained(networks: readonly Network[]): readonly Network[] {
  const sorted = networks.toSorted((one, other) => {
    if (one.first === other.first) return one.bits - other.bits;
    return one.first < other.first ? -1 : 1;
  });
  const kept: Network[] = [];
  for (const network of sorted) {
    const lastKept = kept.at(-1);
    if (lastKept === undefined || !contains(lastKept, network)) kept.push(network);
  }
  return kept;
}

/**
 * Returns those of the ranges that the allowed ones do not wholly cover. Both lists must come from
 * `parseIpRanges`.
 * @throws {RangeError} if a range is invalid
 */
export function addressesOutside(allowed: readonly string[], ranges: readonly string[]): readonly string[] {
  const blocks = allowed.map(blockOf).toSorted((one, other) => (one.first < other.first ? -1 : 1));
  return ranges.filter((range) => {
    const { first, last } = blockOf(range);
    // Adjacent blocks may together cover a range that none of them covers alone.
    const firstUncovered = blocks.reduce(
      (from, block) => (block.first <= from && from <= block.last ? block.last + 1n : from),
      first,
    );
    return firstUncovered <= last;
  });
}
