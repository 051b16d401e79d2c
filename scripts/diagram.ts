import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../local/command-line.ts';
import { describeStateMachine } from './state-machine-diagram.ts';

const root = join(import.meta.dirname, '..');
const document = join(root, 'docs/workflow.md');

/** `npm run diagram` */
await runCommand(
  {
    name: 'diagram',
    about: 'Draws the state machine of the onboarding into docs/workflow.md between its two marks.',
  },
  () => {
    const definition: unknown = JSON.parse(
      readFileSync(join(root, 'state-machines/onboarding.asl.json'), 'utf8'),
    );
    const source = readFileSync(document, 'utf8');
    const written = source.replace(
      /(?<=<!-- npm run diagram -->\n)[^]*(?=<!-- end -->)/u,
      () => `${describeStateMachine(definition)}\n\n`,
    );
    if (written !== source) writeFileSync(document, written);
    console.log(`docs/workflow.md: ${written === source ? 'as the state machine says' : 'written'}`);
    return Promise.resolve(0);
  },
);
