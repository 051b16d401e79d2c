import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeStateMachine } from './state-machine-diagram.ts';

/** `npm run diagram`: draws the state machine into docs/workflow.md between its two marks. */
const root = join(import.meta.dirname, '..');
const document = join(root, 'docs/workflow.md');
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
