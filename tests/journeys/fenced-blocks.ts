/** A fenced block of a Markdown document. */
export interface FencedBlock {
  /** The nearest heading above the block. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** Returns every fenced block, in the order of the document. */
export function fencedBlocks(markdown: string): readonly FencedBlock[] {
  let heading = '';
  return [...markdown.matchAll(/^#+ (.+)$|^```(\w*)\n([\s\S]*?)\n```$/gmu)].flatMap(
    ([, title, language = '', text]) => {
      if (title !== undefined) heading = title;
      return text === undefined ? [] : [{ heading, language, text }];
    },
  );
}
