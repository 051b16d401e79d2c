import { setTimeout as pause } from 'node:timers/promises';
import type { NamedTarget } from '../clients/operator.ts';
import { awsOption, runCommand, UsageError } from '../local/command-line.ts';
import { overview } from './overview.ts';
import { tellStory } from './story.ts';
import { announceTarget } from './target.ts';

/** `npm run show -- [ONBOARDING] [--watch] [--aws]` */
await runCommand(
  {
    name: 'show',
    about:
      'Without a name, shows what needs attention, what waits for a person, and then the latest onboardings.\n' +
      'With one, which is the id of an onboarding or the number of a ticket, tells its story and what to do\n' +
      'next. It changes nothing.',
    operands: ['[ONBOARDING]'],
    options: {
      watch: {
        type: 'boolean',
        about: 'shows every change until the onboarding ends or waits for a command',
      },
      ...awsOption,
    },
  },
  async ({ operands: [named], values }) => {
    if (named === undefined && values.watch) throw new UsageError('--watch needs an ONBOARDING.');
    const where = await announceTarget(values);
    const options = values.aws ? ' --aws' : '';
    if (named === undefined) {
      console.log(await overview(where, options));
      return 0;
    }
    if (values.watch) return watch(where, named, options);
    console.log((await tellStory(where, named, options)).text);
    return 0;
  },
);

/** Prints the story after every change, until the execution has ended. */
async function watch(where: NamedTarget, named: string, options: string): Promise<number> {
  let shown = '';
  for (;;) {
    const { text, comparable, isOver } = await tellStory(where, named, options);
    if (comparable !== shown) console.log(`${shown === '' ? '' : '\n'}${text}`);
    shown = comparable;
    if (isOver) return 0;
    await pause(where.twin === undefined ? 5000 : 250);
  }
}
