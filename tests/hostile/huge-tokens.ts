import { type Forged, signed } from './forgeries.ts';

/** Far too much of everything, signed right. */
export function hugeTokens({
  header,
  claims,
  key,
}: Pick<Forged, 'header' | 'claims' | 'key'>): readonly (readonly [what: string, token: string])[] {
  const megabyte = 'x'.repeat(1024 * 1024);
  const deep = (open: string, close: string): string => `${open.repeat(100_000)}0${close.repeat(100_000)}`;
  const more = (text: string, value: string): string => `${text.slice(0, -1)},"more":${value}}`;
  const [headerText, claimsText] = [JSON.stringify(header), JSON.stringify(claims)];
  const good = signed(header, claims, key.privateKey);
  return [
    ['1 MB of claims', signed(header, more(claimsText, `"${megabyte}"`), key.privateKey)],
    ['1 MB of header', signed(more(headerText, `"${megabyte}"`), claims, key.privateKey)],
    ['100,000 lists in its claims', signed(header, more(claimsText, deep('[', ']')), key.privateKey)],
    ['100,000 objects in its claims', signed(header, more(claimsText, deep('{"a":', '}')), key.privateKey)],
    ['100,000 lists in its header', signed(more(headerText, deep('[', ']')), claims, key.privateKey)],
    ['100,000 objects for its header', signed(deep('{"a":', '}'), claims, key.privateKey)],
    [
      '100,000 members in its claims',
      signed(
        header,
        more(claimsText, `0${Array.from({ length: 100_000 }, (_, at) => `,"m${at}":0`).join('')}`),
        key.privateKey,
      ),
    ],
    ['1 MB of signature', `${good}${'A'.repeat(1024 * 1024)}`],
    ['a million dots', `${good}${'.'.repeat(1_000_000)}`],
    ['a million dots alone', '.'.repeat(1_000_000)],
    ['1 MB of one character', 'A'.repeat(1024 * 1024)],
    ['1 MB of padding', `${good}${'='.repeat(1024 * 1024)}`],
    ['1 MB of blanks before', `${' '.repeat(1024 * 1024)}${good}`],
  ];
}
