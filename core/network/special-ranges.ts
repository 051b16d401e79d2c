import { contains, isIpv4Network, meets, networkOf, type Network } from './network.ts';

/**
 * Address blocks from which no partner's call arrives over the internet, according to the registries of
 * special-purpose addresses: https://www.iana.org/assignments/iana-ipv4-special-registry and
 * …/iana-ipv6-special-registry. Documentation blocks are not listed: nobody owns them, and examples need
 * them.
 */
const privateIpv4 = blocks('10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15');
/** "This" network, loopback, link-local, protocol assignments, multicast and reserved blocks. */
const unroutableIpv4 = blocks(
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
);

/**
 * IPv6 is in use in two blocks: unique local addresses within organisations, and global unicast between them.
 */
const privateIpv6 = blocks('fc00::/7');
const globalIpv6 = blocks('2000::/3');
/**
 * Protocol assignments, Teredo among them, and 6to4. Their addresses lead to IPv4 addresses that have not been
 * checked. The addresses of ISATAP (RFC 5214) have one, too, but belong to whoever has their prefix, and are as
 * good as any other of it.
 */
const tunnelledIpv6 = blocks('2001::/23', '2002::/16');

/**
 * Tells from where calls with addresses of this block can come: from anywhere, only (or also) from private
 * networks, or from nowhere. If any address of the block is one that no call comes from, none may.
 */
export function reachOf(network: Network): 'global' | 'private' | 'none' {
  if (isIpv4Network(network)) {
    if (unroutableIpv4.some((block) => meets(block, network))) return 'none';
    return privateIpv4.some((block) => meets(block, network)) ? 'private' : 'global';
  }
  if (tunnelledIpv6.some((block) => meets(block, network))) return 'none';
  if (globalIpv6.some((block) => contains(block, network))) return 'global';
  return privateIpv6.some((block) => contains(block, network)) ? 'private' : 'none';
}

function blocks(...texts: readonly string[]): readonly Network[] {
  return texts.flatMap((text) => networkOf(text)?.network ?? []);
}
