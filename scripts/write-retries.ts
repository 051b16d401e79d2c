import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { runCommand } from '../local/command-line.ts';
import { withRetries } from './state-machine-retries.ts';

/** `npm run retries` */
await runCommand(
  {
    name: 'retries',
    about: 'Writes the policies of state-machines/retry-policies.ts into every state machine.',
  },
  () => {
    for (const file of globSync('state-machines/*.asl.json').toSorted()) {
      const source = readFileSync(file, 'utf8');
      const written = withRetries(basename(file, '.asl.json'), source);
      if (written !== source) writeFileSync(file, written);
      console.log(`${file}: ${written === source ? 'as its policies say' : 'written'}`);
    }
    return Promise.resolve(0);
  },
);
