import { blockOf } from './ip-matcher.ts';
import { contains, networkOf, textOf, isIpv4Network, type Network } from './network.ts';
import { reachOf } from './special-ranges.ts';

export interface IpRangeError {
  readonly code:
    | 'required'
    | 'ip_too_many'
    | 'ip_malformed'
    | 'ip_too_wide'
    | 'ip_host_bits'
    | 'ip_private'
    | 'ip_not_routable';
  /** A sentence: which entry, and what is allowed. It repeats an entry only if it looks like an address. */
  readonly allowed: string;
}

const most = 100;

/**
 * Reads a list of source addresses: IPv4, IPv6 and CIDR, separated by commas, spaces or lines.
 *
 * The answer is the list's one normal form: single addresses without a prefix length, IPv6 as RFC 5952 writes
 * it, IPv4-mapped IPv6 as IPv4, sorted, without what another range contains. Otherwise every fault at once.
 */
export function parseIpRanges(
  text: string,
  { privateAllowed }: { readonly privateAllowed: boolean },
): { readonly ranges: readonly string[] } | { readonly faults: readonly IpRangeError[] } {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.length === 0) {
    return { faults: [{ code: 'required', allowed: 'At least one address or range.' }] };
  }
  if (entries.length > most) {
    return { faults: [{ code: 'ip_too_many', allowed: `At most ${most} addresses and ranges.` }] };
  }

  const networks: Network[] = [];
  const faults: IpRangeError[] = [];
  for (const [index, entry] of entries.entries()) {
    const read = readEntry(entry, privateAllowed);
    if ('code' in read) faults.push({ ...read, allowed: `${nameOf(entry, index)}: ${read.allowed}` });
    else networks.push(read);
  }
  return faults.length > 0 ? { faults } : { ranges: withoutContained(networks).map(textOf) };
}

function readEntry(entry: string, privateAllowed: boolean): Network | IpRangeError {
  const read = networkOf(entry);
  if (read === undefined) {
    return {
      code: 'ip_malformed',
      allowed:
        'an IPv4 or IPv6 address or a range in CIDR form, such as 203.0.113.10, 198.51.100.0/24 or 2001:db8:7::/48.',
    };
  }
  const { address, network } = read;
  // Nobody is assigned more: what is wider is /0 by another name.
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

/** The number of an entry, and its text where that is harmless anywhere. */
function nameOf(entry: string, index: number): string {
  return `Entry ${index + 1}${/^[0-9a-f:./-]{1,60}$/i.test(entry) ? ` (${entry})` : ''}`;
}

/** In order. Blocks are nested or apart, so one that is contained follows the widest that contains it. */
function withoutContained(networks: readonly Network[]): readonly Network[] {
  const ordered = networks.toSorted((one, other) =>
    one.first === other.first ? one.bits - other.bits : one.first < other.first ? -1 : 1,
  );
  const kept: Network[] = [];
  for (const network of ordered) {
    const widest = kept.at(-1);
    if (widest === undefined || !contains(widest, network)) kept.push(network);
  }
  return kept;
}

/**
 * Those of the ranges that have an address in none of the allowed ones. `parseIpRanges` gave both lists.
 * @throws {RangeError} if a range is none
 */
export function addressesOutside(allowed: readonly string[], ranges: readonly string[]): readonly string[] {
  const blocks = allowed.map(blockOf).toSorted((one, other) => (one.first < other.first ? -1 : 1));
  return ranges.filter((range) => {
    const { first, last } = blockOf(range);
    // Several blocks, side by side, may hold what no single one does.
    const reached = blocks.reduce(
      (from, block) => (block.first <= from && from <= block.last ? block.last + 1n : from),
      first,
    );
    return reached <= last;
  });
}
