/**
 * The elements of an HTML document in order, each with its attributes, and the text between them. Strict: what is
 * neither a tag as our templates write them nor text without < throws.
 */
export function outlineOf(document: string): {
  readonly tags: readonly string[];
  readonly texts: readonly string[];
} {
  const tags: string[] = [];
  const texts: string[] = [];
  const raw = /<(style|script)>[^]*?<\/\1>/uy;
  const tag = /<!doctype html>|<\/?[a-z][a-z0-9]*(?:\s+[a-z-]+(?:="[^"<>]*")?)*\s*>/uy;
  const text = /[^<>]+/uy;
  for (let at = 0; at < document.length;) {
    const read = [
      [raw, tags],
      [tag, tags],
      [text, texts],
    ] as const;
    const found = read.flatMap(([pattern, into]) => {
      pattern.lastIndex = at;
      const match = pattern.exec(document)?.[0];
      return match === undefined ? [] : [{ match, into }];
    })[0];
    if (found === undefined) throw new Error(`no markup of ours: ${document.slice(at, at + 80)}`);
    found.into.push(found.match);
    at += found.match.length;
  }
  return { tags, texts: texts.map(unescaped) };
}

/** @throws {Error} where an ampersand starts none of the five entities that escaping makes */
function unescaped(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39)?(;?)/gu, (entity, name: string | undefined, end: string) => {
    const character = end === ';' && name !== undefined ? characters.get(name) : undefined;
    if (character === undefined) throw new Error(`a bare ${entity} in: ${text}`);
    return character;
  });
}

const characters = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['#39', "'"],
]);
