import { expect } from 'vitest';
import type { TwinUrls } from '../../clients/twin-process.ts';
import { blocksOf } from './runbook-pages.ts';
import { openTerminal } from './terminal.ts';

/** Variables that the reader of a page sets. */
type Given = Readonly<Record<string, string>>;

/** The printed lines of each block under a heading, without their empty cells. */
type Shown = readonly (readonly string[])[];

/** A person who follows a page. */
export interface OnCall {
  /** Pastes the blocks under a heading of the page. All must succeed without writing an error. */
  readonly follow: (heading: string, given?: Given) => Promise<Shown>;
  /** Does the same with the index. */
  readonly index: (heading: string, given?: Given) => Promise<Shown>;
  readonly leave: () => void;
}

/** `<page> # <heading>` of everything that was followed. */
export const followed = new Set<string>();

/** Opens a page with the set-up done and the variable for the onboarding set. */
export async function onCall({ gateway }: TwinUrls, page: string, onboardingId: string): Promise<OnCall> {
  const terminal = openTerminal({ SALLYPORT_PORT: new URL(gateway).port, npm_config_loglevel: 'silent' });
  const followOn =
    (from: string): OnCall['follow'] =>
    async (heading, given = {}) => {
      const blocks = blocksOf(from).filter((block) => block.heading === heading);
      if (blocks.length === 0) throw new Error(`${from} has no commands under ${heading}`);
      followed.add(`${from} # ${heading}`);
      const shown: (readonly string[])[] = [];
      for (const { commands } of blocks) {
        const { stdout, stderr } = await terminal.type(filledIn(commands, given));
        expect(stderr, commands).toBe('');
        shown.push(linesOf(stdout));
      }
      return shown;
    };

  const index = followOn('README.md');
  await index('On the twin');
  await index('On both');
  await index('Name the onboarding', { ONBOARDING: onboardingId });
  return { follow: followOn(page), index, leave: () => terminal.close() };
}

/** Replaces the example values in the block's first line, or puts the values before that line. */
function filledIn(commands: string, given: Given): string {
  const [first = '', ...rest] = commands.split('\n');
  const isExample = Object.keys(given).some((name) => first.startsWith(`${name}=`));
  return [
    ...Object.entries(given).map(([name, value]) => `${name}='${value}'`),
    ...(isExample ? [] : [first]),
    ...rest,
  ].join('\n');
}

const linesOf = (printed: string): readonly string[] =>
  printed
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .split('\t')
        .filter((cell) => cell !== 'None')
        .join(' '),
    );
