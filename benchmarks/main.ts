import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
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
  tokens: () => import('./tokens.ts'),
  'kill-switch': () => import('./kill-switch.ts'),
  bundles: () => import('./bundles.ts'),
  secrets: () => import('./secrets.ts'),
};

/** `npm run bench [-- --json] [NAME …]`: runs all benchmarks, or the named ones. */
const {
  values: { json },
  positionals,
} = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true });
const names = Object.keys(benchmarks);
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exit(1);
}

if (!json) {
  const [{ model } = { model: 'CPU' }] = cpus();
  console.log(
    `${cpus().length} × ${model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}\n`,
  );
  console.log('| Figure | Value | Beside | Wanted |\n| --- | --- | --- | --- |');
}
for (const [name, load] of Object.entries(benchmarks)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  try {
    const { figures } = await load();
    for (const figure of await figures()) console.log(json ? jsonLine(figure) : tableRow(figure));
  } catch (error) {
    // A failed benchmark does not prevent the others.
    console.error(`${name} was not measured:`, error);
    process.exitCode = 1;
  }
}
