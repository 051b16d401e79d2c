import ipaddr from 'ipaddr.js';

/**
 * A block of addresses. All addresses lie on one number line of 128 bits, IPv4 as IPv4-mapped IPv6
 * (RFC 4291, 2.5.5.2), so that the two ways to write an IPv4 address are one number.
 */
export interface Network {
  readonly first: bigint;
  readonly last: bigint;
  /** Prefix length on the 128 bit line: an IPv4 prefix length and 96. */
  readonly bits: number;
}

/** The number of an IPv4 or IPv6 address. Undefined for anything else: zones, leading zeros, hexadecimal IPv4, three parts. */
export function addressOf(text: string): bigint | undefined {
  if (text.includes(':')) return ipv6Of(text);
  return isIpv4(text) ? numberOf(ipaddr.IPv4.parse(text).toIPv4MappedAddress()) : undefined;
}

function ipv6Of(text: string): bigint | undefined {
  const start = text.lastIndexOf(':') + 1;
  const dotted = text.slice(start);
  // ipaddr.js takes ::192.0.2.1 for ::ffff:192.0.2.1, so it is never shown an IPv4 ending.
  if (isIpv4(dotted)) return ipv6Of(text.slice(0, start) + hexadecimal(dotted));
  if (!/^[0-9a-f:]{2,39}$/i.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  return numberOf(ipaddr.IPv6.parse(text));
}

/** The last two groups of an IPv6 address. */
function hexadecimal(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(dotted).toByteArray();
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

const isIpv4 = (text: string): boolean =>
  /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text) && ipaddr.IPv4.isValid(text);

const numberOf = (address: ipaddr.IPv6): bigint =>
  BigInt(`0x${address.toByteArray().map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);

/**
 * The block that an address or a range in CIDR form means, and the address it was written with: the same as
 * `first`, unless host bits are set.
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

export function contains(outer: Network, inner: Network): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Two blocks that have an address in common: one of them holds the other. */
export function meets(one: Network, other: Network): boolean {
  return contains(one, other) || contains(other, one);
}

const mapped: Network = blockOf(0xffff_0000_0000n, 96);

export const isIpv4Network = (network: Network): boolean => contains(mapped, network);

/** As it is stored and shown: RFC 5952 for IPv6, and no prefix length for a single address. */
export function textOf(network: Network): string {
  const bytes = network.first.toString(16).padStart(32, '0').match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  const address = ipaddr.process(ipaddr.fromByteArray(bytes).toString()).toString();
  const prefix = isIpv4Network(network) ? network.bits - 96 : network.bits;
  return network.bits === 128 ? address : `${address}/${prefix}`;
}
