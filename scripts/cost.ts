import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countUsages } from './cost/count.ts';
import { report } from './cost/report.ts';
import { fixedCostsOf } from './cost/stack.ts';
import { withPackagedTemplate } from './packaged-template.ts';

/**
 * `npm run cost`: calculates what Sallyport costs, from its usage on the twin and from the template of
 * `prod`. With `-- --write`, writes the tables into docs/cost.md between its two marks.
 */
const root = join(import.meta.dirname, '..');
const tables = report(
  await countUsages(),
  await withPackagedTemplate('prod', (template) => fixedCostsOf(template)),
);

if (process.argv.includes('--write')) {
  const document = join(root, 'docs/cost.md');
  writeFileSync(
    document,
    readFileSync(document, 'utf8').replace(
      /(?<=<!-- npm run cost -->\n)[^]*(?=<!-- end -->)/u,
      () => `${tables}\n`,
    ),
  );
} else {
  console.log(tables);
}
