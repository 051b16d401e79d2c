import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countUsages } from './cost/count.ts';
import { report } from './cost/report.ts';
import { fixedCostsOf } from './cost/stack.ts';
import { withPackagedTemplate } from './packaged-template.ts';
import { runCommand } from '../local/command-line.ts';

const root = join(import.meta.dirname, '..');

/** `npm run cost [-- --write]` */
await runCommand(
  {
    name: 'cost',
    about:
      'Calculates what Sallyport costs, from its usage on a twin that this command starts, and from the template\n' +
      'of prod. Prints the tables.',
    options: {
      write: { type: 'boolean', about: 'writes the tables into docs/cost.md between its two marks' },
    },
  },
  async ({ values }) => {
    const tables = report(
      await countUsages(),
      await withPackagedTemplate('prod', (template) => fixedCostsOf(template)),
    );
    if (values.write) writeTables(tables);
    else console.log(tables);
    return 0;
  },
);

function writeTables(tables: string): void {
  const document = join(root, 'docs/cost.md');
  writeFileSync(
    document,
    readFileSync(document, 'utf8').replace(
      /(?<=<!-- npm run cost -->\n)[^]*(?=<!-- end -->)/u,
      () => `${tables}\n`,
    ),
  );
}
