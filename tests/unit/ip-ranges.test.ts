import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIpMatcher } from '../../core/network/ip-matcher.ts';
import { addressesOutside, parseIpRanges } from '../../core/network/ip-ranges.ts';
import { networkOf, textOf } from '../../core/network/network.ts';

const read = (text: string, privateAllowed = false) => parseIpRanges(text, { privateAllowed });
const codes = (text: string, privateAllowed = false): readonly string[] => {
  const answer = read(text, privateAllowed);
  return 'faults' in answer ? answer.faults.map(({ code }) => code) : [];
};
const rangesIn = (text: string, privateAllowed = false): readonly string[] => {
  const answer = read(text, privateAllowed);
  return 'ranges' in answer ? answer.ranges : [];
};

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();

describe('WF-11 reading a list of addresses', () => {
  test.each([
    [
      '203.0.113.10, 198.51.100.0/24, 2001:db8:7::/48',
      ['198.51.100.0/24', '203.0.113.10', '2001:db8:7::/48'],
    ],
    [
      '\n 203.0.113.10\r\n198.51.100.0/24\t2001:db8:7::/48,, ',
      ['198.51.100.0/24', '203.0.113.10', '2001:db8:7::/48'],
    ],
    ['203.0.113.10; 2001:db8::1', ['203.0.113.10', '2001:db8::1']],
    ...['\uff0c', '\uff1b', '\u3001', '\u060c', '\u061b', '\u3000'].map((separator): [string, string[]] => [
      `203.0.113.10${separator}203.0.113.11`,
      ['203.0.113.10', '203.0.113.11'],
    ]),
    // ISATAP: whoever has the prefix has the address, whatever IPv4 address is in it.
    ['2001:db8::5efe:10.0.0.1 3fff::200:5efe:7f00:1', ['2001:db8::5efe:a00:1', '3fff::200:5efe:7f00:1']],
    ['203.0.113.10/32 2001:db8::1/128', ['203.0.113.10', '2001:db8::1']],
    ['2001:0DB8:0:0:1:0:0:0', ['2001:db8:0:0:1::']],
    ['::ffff:203.0.113.10 ::FFFF:cb00:710b', ['203.0.113.10', '203.0.113.11']],
    ['::ffff:203.0.113.0/120', ['203.0.113.0/24']],
    ['203.0.113.10 203.0.113.0/24 203.0.113.10 203.0.113.128/25 203.0.113.0/25', ['203.0.113.0/24']],
    ['203.0.113.0/25 203.0.113.128/25', ['203.0.113.0/25', '203.0.113.128/25']],
    [
      '192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1',
      ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ],
  ])('%j', (text, ranges) => {
    expect(read(text)).toEqual({ ranges });
  });

  test.each([
    [
      'ip_malformed',
      '203.0.113.010 1.2.3 1.2.3.4.5 256.1.1.1 0x7f.0.0.1 2130706433 1.2.3.4/33 1.2.3.4/ 1.2.3.4/08 1.2.3.4/-1 1.2.3.4/24/24 1.2.3.4/255.255.255.0',
    ],
    [
      'ip_malformed',
      '203.0.113.1-203.0.113.9 203.0.113.* example.com 203.0.113.1:443 [2001:db8::1] 2001:db8::1%eth0 2001:db8::/129 1::2::3 12345::1 ::ffff:1.2.3.04 : /24',
    ],
    [
      'ip_too_wide',
      '0.0.0.0/0 ::/0 203.0.113.9/0 ::ffff:0:0/96 0.0.0.0/1 128.0.0.0/1 64.0.0.0/7 2000::/3 2001::/15',
    ],
    ['ip_host_bits', '203.0.113.5/24 2001:db8::1/64 ::ffff:203.0.113.5/120'],
    [
      'ip_private',
      '10.0.0.0/8 10.1.2.3 172.16.0.0/12 172.31.255.255 192.168.0.0/16 100.64.0.0/10 198.18.0.1 fc00::1 fd12:3456::/32',
    ],
    [
      'ip_not_routable',
      '0.0.0.0 0.1.2.3 127.0.0.1 127.0.0.0/8 169.254.169.254 192.0.0.8 224.0.0.1 239.0.0.0/8 255.255.255.255 :: ::1 fe80::1 ff02::1 ::1.2.3.4 64:ff9b::1 192.0.0.0/8 2001::1 2001::/16 2001:100::/24 2002::/16 2002:cb00:710a::1',
    ],
  ])('%s: %s', (code, text) => {
    expect(codes(text)).toEqual(text.split(' ').map(() => code));
  });

  test('no range is taken that contains an address which is refused alone', () => {
    const refused = fc
      .tuple(fc.constantFrom('2001:0', '2001:1ff', '2002:cb00', '2002:ffff'), fc.nat({ max: 0xffff }))
      .map(([start, end]) => `${start}::${end.toString(16)}`);
    fc.assert(
      fc.property(refused, fc.integer({ min: 16, max: 128 }), (address, bits) => {
        const around = networkOf(`${address}/${bits}`)?.network;
        expect(codes(address)).toEqual(['ip_not_routable']);
        expect(codes(around === undefined ? '' : textOf(around))).toEqual(['ip_not_routable']);
      }),
    );
  });

  test('private ranges are for the products that allow them; what nobody can call from is for none', () => {
    expect(rangesIn('10.0.0.0/8 fd12:3456::/32 100.64.0.1', true)).toEqual([
      '10.0.0.0/8',
      '100.64.0.1',
      'fd12:3456::/32',
    ]);
    expect(codes('127.0.0.1 ::1 169.254.0.1 0.0.0.0', true)).toEqual([
      'ip_not_routable',
      'ip_not_routable',
      'ip_not_routable',
      'ip_not_routable',
    ]);
  });

  test('says which entry, what would be right, and never repeats what is not made of an address', () => {
    expect(read('203.0.113.1 203.0.113.5/24 <b>1.2.3.4</b>')).toEqual({
      faults: [
        {
          code: 'ip_host_bits',
          allowed:
            'Entry 2 (203.0.113.5/24): the first address of its range, 203.0.113.0/24, or the address alone, without a prefix length.',
        },
        {
          code: 'ip_malformed',
          allowed:
            'Entry 3: an IPv4 or IPv6 address or a range in CIDR form, such as 203.0.113.10, 198.51.100.0/24 or 2001:db8:7::/48. Commas, semicolons, blanks and new lines separate entries.',
        },
      ],
    });
  });

  test('one to a hundred entries', () => {
    const list = (count: number) =>
      Array.from({ length: count }, (_, index) => `203.0.113.${index}`).join(' ');
    expect(read('')).toEqual({ faults: [{ code: 'required', allowed: 'At least one address or range.' }] });
    expect(read(' ,\n')).toEqual({
      faults: [{ code: 'required', allowed: 'At least one address or range.' }],
    });
    expect(rangesIn(list(100))).toHaveLength(100);
    expect(read(list(101))).toEqual({
      faults: [{ code: 'ip_too_many', allowed: 'At most 100 addresses and ranges.' }],
    });
  });

  test('accepts as an address only what the operating system takes for one', () => {
    const odd = fc.string({
      unit: fc.constantFrom('0', '1', '9', 'f', ':', '.', '::', '255', '01', 'x', '%'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.oneof(odd, ipv4, ipv6), (text) => {
        const malformed = codes(text).includes('ip_malformed');
        fc.pre(text !== '');
        expect(malformed).toBe(isIP(text) === 0 || text.includes('%'));
      }),
      { numRuns: 2000 },
    );
  });

  test('writes an IPv6 address as the system does', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const answer = read(text);
        fc.pre('ranges' in answer && !rangesIn(text).some(isIPv4));
        expect(rangesIn(text)).toEqual([new SocketAddress({ address: text, family: 'ipv6' }).address]);
      }),
      { numRuns: 500 },
    );
  });

  test('never throws, and its own answer is read back unchanged', () => {
    const entry = fc.oneof(
      ipv4,
      ipv6,
      fc.tuple(ipv4, fc.nat(32)).map(([address, bits]) => `${address}/${bits}`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.boolean(), (entries, privateAllowed) => {
        const answer = read(entries.join(' '), privateAllowed);
        if ('ranges' in answer) expect(read(answer.ranges.join(','), privateAllowed)).toEqual(answer);
        else expect(answer.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('WF-11 matching a source address', () => {
  const matches = createIpMatcher(['203.0.113.10', '198.51.100.0/24', '2001:db8:7::/48']);

  test.each([
    ['203.0.113.10', true],
    ['203.0.113.11', false],
    ['198.51.100.0', true],
    ['198.51.100.255', true],
    ['198.51.101.0', false],
    ['198.51.99.255', false],
    ['2001:db8:7::', true],
    ['2001:db8:7:ffff:ffff:ffff:ffff:ffff', true],
    ['2001:DB8:8::', false],
    ['::ffff:198.51.100.7', true],
    ['::ffff:c633:6407', true],
    ['::ffff:198.51.101.7', false],
    ['::198.51.100.7', false],
    ['', false],
    ['198.51.100.7 ', false],
    ['198.51.100.007', false],
    ['198.51.100.07', false],
    ['198.51.100.256', false],
    ['198.51.100.7, 1.2.3.4', false],
    ['2001:db8:7::1%eth0', false],
    ['localhost', false],
  ])('%s: %s', (address, answer) => {
    expect(matches(address)).toBe(answer);
  });

  test('no ranges, no match; an unreadable range is not passed over', () => {
    expect(createIpMatcher([])('203.0.113.10')).toBe(false);
    expect(() => createIpMatcher(['203.0.113.10', 'everywhere'])).toThrow(RangeError);
  });

  test('judges each address anew, whichever came before', () => {
    for (const inside of ['203.0.113.10', '198.51.100.7']) {
      expect(matches(inside)).toBe(true);
      for (const outside of ['203.0.113.11', '', `${inside} `, '::', `::${inside}`]) {
        expect([matches(outside), matches(outside)]).toEqual([false, false]);
      }
      expect(matches(inside)).toBe(true);
    }
  });

  test('agrees with the block list of the runtime', () => {
    const list = fc.array(
      fc
        .oneof(
          fc.tuple(ipv4, fc.integer({ min: 8, max: 32 })),
          fc.tuple(ipv6, fc.integer({ min: 16, max: 128 })),
        )
        .map(([address, bits]) => ({ address, bits })),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(list, fc.oneof(ipv4, ipv6), fc.boolean(), (ranges, stranger, inside) => {
        const blocks = new BlockList();
        for (const { address, bits } of ranges) {
          blocks.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
        }
        const source = inside ? (ranges[0]?.address ?? stranger) : stranger;
        expect(createIpMatcher(ranges.map(({ address, bits }) => `${address}/${bits}`))(source)).toBe(
          blocks.check(source, isIPv6(source) ? 'ipv6' : 'ipv4'),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('OAU-1 ranges within others', () => {
  test.each([
    [
      ['203.0.113.0/24'],
      ['203.0.113.10', '203.0.113.0/24', '203.0.112.0/23', '203.0.114.1'],
      ['203.0.112.0/23', '203.0.114.1'],
    ],
    [['203.0.113.0/25', '203.0.113.128/25'], ['203.0.113.0/24'], []],
    [['203.0.113.128/25', '203.0.113.0/26', '203.0.113.64/26'], ['203.0.113.0/24'], []],
    [
      ['203.0.113.0/26', '203.0.113.128/25'],
      ['203.0.113.0/24', '203.0.113.63', '203.0.113.64'],
      ['203.0.113.0/24', '203.0.113.64'],
    ],
    [
      ['2001:db8:7::/48'],
      ['2001:db8:7:1::/64', '2001:db8:8::/48', '203.0.113.10'],
      ['2001:db8:8::/48', '203.0.113.10'],
    ],
    [[], ['203.0.113.10'], ['203.0.113.10']],
    [['203.0.113.10'], [], []],
  ])('%j leaves out, of %j: %j', (allowed, ranges, outside) => {
    expect(addressesOutside(allowed, ranges)).toEqual(outside);
  });

  test('each address of a range that is not outside is allowed', () => {
    const block = fc
      .tuple(fc.nat(255), fc.integer({ min: 24, max: 32 }))
      .map(([last, bits]) => `203.0.113.${last - (last % 2 ** (32 - bits))}/${bits}`);
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), block, (allowed, range) => {
        const isAllowed = createIpMatcher(allowed);
        const isMeant = createIpMatcher([range]);
        const addresses = Array.from({ length: 256 }, (_, last) => `203.0.113.${last}`).filter(isMeant);
        expect(addressesOutside(allowed, [range])).toEqual(addresses.every(isAllowed) ? [] : [range]);
      }),
      { numRuns: 300 },
    );
  });
});
