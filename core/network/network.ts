/**
 * A block of addresses. All addresses are 128-bit numbers, with IPv4 as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2).
 * So both ways to write an IPv4 address give the same number.
 */
export interface Network {
  readonly first: bigint;
  readonly last: bigint;
  /** The prefix length in 128 bits. For IPv4 it is the IPv4 prefix length plus 96. */
  readonly bits: number;
}

/**
 * Returns the number of an IPv4 or IPv6 address. Undefined for anything else, such as zones, leading zeros,
 * hexadecimal IPv4, or IPv4 with three parts.
 */
export function addressOf(text: string): bigint | undefined {
  if (text.includes(':')) return ipv6Of(text);
  const octets = octetsOf(text);
  return octets && mapped.first + BigInt(octets.reduce((number, octet) => number * 256 + octet));
}

/** An octet without leading zeros, because some programs read these as octal. */
const octet = String.raw`(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const dotted = new RegExp(String.raw`^${octet}\.${octet}\.${octet}\.${octet}$`);

function octetsOf(text: string): readonly number[] | undefined {
  const found = dotted.exec(text);
  return found === null
    ? undefined
    : [Number(found[1]), Number(found[2]), Number(found[3]), Number(found[4])];
}

/** Parses an IPv6 address (RFC 4291 §2.2) with the URL parser of the runtime. */
function ipv6Of(text: string): bigint | undefined {
  const host = /^[\da-f:.]{2,45}$/i.test(text) ? URL.parse(`http://[${text}]`)?.hostname : undefined;
  if (host === undefined) return undefined;
  const [before = [], after = []] = host
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce(
    (number, group) => (number << 16n) + BigInt(`0x${group}`),
    0n,
  );
}

/**
 * Parses an address or a range in CIDR form.
 * @returns the network, and the address as it was written. The address equals `first` unless host bits are
 *   set.
 */
export function networkOf(text: string): { readonly address: bigint; readonly network: Network } | undefined {
  const [written = '', prefix, ...more] = text.split('/');
  const address = addressOf(written);
  if (address === undefined || more.length > 0) return undefined;
  const offset = written.includes(':') ? 0 : 96;
  if (prefix === undefined) return { address, network: blockOf(address, 128) };
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || offset + Number(prefix) > 128) return undefined;
  return { address, network: blockOf(address, offset + Number(prefix)) };
}

function blockOf(address: bigint, bits: number): Network {
  const size = 1n << BigInt(128 - bits);
  const first = address - (address % size);
  return { first, last: first + size - 1n, bits };
}

/** Tells whether one network contains the other completely. */
export function contains(outer: Network, inner: Network): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Tells whether two networks have an address in common. Then one of them contains the other. */
export function meets(one: Network, other: Network): boolean {
  return contains(one, other) || contains(other, one);
}

const mapped: Network = blockOf(0xffff_0000_0000n, 96);

export const isIpv4Network = (network: Network): boolean => contains(mapped, network);

/**
 * Returns a network as it is stored and shown: IPv6 as in RFC 5952, and no prefix length for a single
 * address.
 */
export function textOf(network: Network): string {
  const ipv4 = isIpv4Network(network);
  const address = ipv4 ? ipv4Text(network.first) : ipv6Text(network.first);
  return network.bits === 128 ? address : `${address}/${ipv4 ? network.bits - 96 : network.bits}`;
}

const ipv4Text = (address: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');

function ipv6Text(address: bigint): string {
  const groups = address.toString(16).padStart(32, '0').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
