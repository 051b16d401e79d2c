import { cpus, totalmem } from 'node:os';
import { runCommand, UsageError } from '../local/command-line.ts';
import { type Figure, jsonLine, tableRow } from './figure.ts';

/** The benchmarks of `npm run bench`, one file each, in this order. */
const benchmarks: Readonly<
  Record<string, () => Promise<{ readonly figures: () => Promise<readonly Figure[]> }>>
> = {
  onboarding: () => import('./onboarding.ts'),
  crowd: () => import('./crowd.ts'),
  pace: () => import('./pace.ts'),
  twin: () => import('./twin.ts'),
  authorizer: () => import('./authorizer.ts'),
  'signed-context': () => import('./signed-context.ts'),
  tokens: () => import('./tokens.ts'),
  'kill-switch': () => import('./kill-switch.ts'),
  bundles: () => import('./bundles.ts'),
  secrets: () => import('./secrets.ts'),
};

const names = Object.keys(benchmarks);

/** `npm run bench [-- --json] [NAME …]` */
await runCommand(
  {
    name: 'bench',
    about:
      'Measures every figure of docs/measured.md next to its baseline, on twins that it starts itself.\n' +
      `Takes many minutes; NAME measures only some: ${names.join(', ')}.`,
    operands: ['[NAME…]'],
    options: { json: { type: 'boolean', about: 'prints each figure as one line of JSON' } },
  },
  async ({ operands, values: { json } }) => {
    const unknown = operands.filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw new UsageError(`There is no benchmark ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
    }
    if (!json) printHeading();
    return measure(operands.length > 0 ? operands : names, json);
  },
);

function printHeading(): void {
  const [{ model } = { model: 'CPU' }] = cpus();
  console.log(
    `${cpus().length} × ${model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}\n`,
  );
  console.log('| Figure | Value | Beside | Wanted |\n| --- | --- | --- | --- |');
}

/** Runs the named benchmarks in their usual order. Returns the exit status. */
async function measure(wanted: readonly string[], json: boolean): Promise<number> {
  let exitStatus = 0;
  for (const [name, load] of Object.entries(benchmarks)) {
    if (!wanted.includes(name)) continue;
    try {
      const { figures } = await load();
      for (const figure of await figures()) console.log(json ? jsonLine(figure) : tableRow(figure));
    } catch (error) {
      // A failed benchmark does not prevent the others.
      console.error(`${name} was not measured:`, error);
      exitStatus = 1;
    }
  }
  return exitStatus;
}
