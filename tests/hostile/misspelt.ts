/** Other texts that a lax reader takes for the same token, and such as are none. */
export function misspelt(good: string): readonly (readonly [what: string, token: string])[] {
  const parts = good.split('.');
  const names = ['header', 'payload', 'signature'];
  const inPart = (at: number, change: (part: string) => string): string =>
    parts.map((part, each) => (each === at ? change(part) : part)).join('.');
  const changes: readonly (readonly [what: string, change: (part: string) => string])[] = [
    ['padding', (part) => part + '='.repeat((4 - (part.length % 4)) % 4 || 4)],
    ['one = too many', (part) => `${part}=`],
    ['a blank', (part) => `${part.slice(0, 9)} ${part.slice(9)}`],
    ['a blank before', (part) => ` ${part}`],
    ['a line end', (part) => `${part.slice(0, 9)}\r\n${part.slice(9)}`],
    ['a tab', (part) => `${part}\t`],
    ['a NUL', (part) => `${part}\u0000`],
    ['+', (part) => `${part.slice(0, -4)}+${part.slice(-3)}`],
    ['/', (part) => `${part.slice(0, -4)}/${part.slice(-3)}`],
    ['%2D', (part) => `${part.slice(0, -4)}%2D${part.slice(-3)}`],
    ['a letter that looks like it', (part) => `${part.slice(0, -4)}а${part.slice(-3)}`],
    ['one character too many', (part) => part + 'A'.repeat((5 - (part.length % 4)) % 4 || 4)],
    ['nothing', () => ''],
    ['a byte order mark', (part) => `\ufeff${part}`],
    ['an ellipsis', (part) => `${part.slice(0, 9)}…`],
  ];
  return [
    ...changes.flatMap(([what, change]) =>
      names.map((name, at) => [`${what} in its ${name}`, inPart(at, change)] as const),
    ),
    ...names.flatMap((name, at) =>
      (parts[at]?.length ?? 0) % 4 === 0
        ? []
        : [[`bits to spare in its ${name}`, inPart(at, withSpareBits)] as const],
    ),
    ['nothing at all', ''],
    ['two dots', '..'],
    ['dots', '.'.repeat(8000)],
    ['with a dot more', `${good}.`],
    ['with a dot before', `.${good}`],
    ['of four parts', `${good}.AAAA`],
    ['of five, as if encrypted', `${good}.AAAA.AAAA`],
    ['twice', `${good}${good}`],
    ['two with a comma', `${good},${good}`],
    ['two with a blank', `${good} ${good}`],
    ['two with a dot', `${good}.${good}`],
    ['with its scheme', `Bearer ${good}`],
    ['in quotes', `"${good}"`],
    ['in JSON', JSON.stringify({ payload: parts[1], protected: parts[0], signature: parts[2] })],
    ['encoded once more', Buffer.from(good).toString('base64url')],
    ['a URL', `https://${good}`],
    ['of 9 KB', `${good}${'A'.repeat(9000)}`],
  ];
}

/** The last character holds two or four bits that no byte needs. */
function withSpareBits(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + (alphabet[alphabet.indexOf(part.at(-1) ?? '') + 1] ?? '');
}
