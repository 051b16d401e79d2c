import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../local/command-line.ts';
import { withPackagedTemplate } from './packaged-template.ts';
import { describeRights } from './rights-tables.ts';

const document = join(import.meta.dirname, '../docs/rights.md');

/** `npm run rights` */
await runCommand(
  {
    name: 'rights',
    about: 'Writes the rights of all roles, as they are packaged, into docs/rights.md between its two marks.',
  },
  async () => {
    const tables = await withPackagedTemplate('dev', describeRights);
    const source = readFileSync(document, 'utf8');
    const written = source.replace(
      /(?<=<!-- npm run rights -->\n)[^]*(?=<!-- end -->)/u,
      () => `${tables}\n\n`,
    );
    if (written !== source) writeFileSync(document, written);
    console.log(`docs/rights.md: ${written === source ? 'as the template says' : 'written'}`);
    return 0;
  },
);
