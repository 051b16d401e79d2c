/**
 * Maximum number of bytes in an encoded word. Of its 75 characters 12 are the frame; 63 of Base64 hold 45
 * bytes (RFC 2047, section 2).
 */
const bytesPerWord = 45;

/**
 * Returns `Name <address>` in the form that SES accepts. A name with anything but ASCII letters, digits and
 * spaces becomes encoded words (RFC 2047). So nothing in a name can end the header or be mistaken for another
 * address.
 */
export function encodedMailbox(mailbox: string): string {
  const { name, address } = /^(?<name>.*?)\s*<(?<address>[^<>]+)>$/s.exec(mailbox)?.groups ?? {};
  if (name === undefined || address === undefined || name === '') return address ?? mailbox;
  return /^[A-Za-z0-9 ]+$/.test(name) ? `${name} <${address}>` : `${encodedWords(name)} <${address}>`;
}

function encodedWords(text: string): string {
  const words: string[] = [''];
  // A character must not be split between two encoded words.
  for (const character of text) {
    const word = words.length - 1;
    const longer = `${words[word] ?? ''}${character}`;
    if (Buffer.byteLength(longer) > bytesPerWord) words.push(character);
    else words[word] = longer;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}
