import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../local/command-line.ts';
import { describeConfusables } from './describe-confusables.ts';

const target = join(import.meta.dirname, '../core/partners/confusables.ts');

/** `npm run confusables` */
await runCommand(
  {
    name: 'confusables',
    about:
      'Writes the characters that look alike into core/partners/confusables.ts. FILE is the confusables.txt of a version of Unicode, from https://www.unicode.org/Public/security/.',
    operands: ['FILE'],
  },
  ({ operands: [file = ''] }) => {
    writeFileSync(target, describeConfusables(readFileSync(file, 'utf8')));
    console.log('core/partners/confusables.ts: written');
    return Promise.resolve(0);
  },
);
