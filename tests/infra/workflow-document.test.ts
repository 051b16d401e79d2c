import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeStateMachine } from '../../scripts/state-machine-diagram.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
const definition: unknown = JSON.parse(read('state-machines/onboarding.asl.json'));

describe('docs/workflow.md', () => {
  test('draws the state machine as npm run diagram does', () => {
    expect(read('docs/workflow.md')).toContain(
      `<!-- npm run diagram -->\n${describeStateMachine(definition)}\n\n<!-- end -->`,
    );
  });
});

describe('the diagrams of a state machine', () => {
  const states = {
    Start: {
      Type: 'Task',
      Comment: 'One | two.',
      Catch: [
        { ErrorEquals: ['Busy'], Next: 'Pause' },
        { ErrorEquals: ['States.ALL'], Next: 'Undo' },
      ],
      Next: 'Choose',
    },
    Choose: {
      Type: 'Choice',
      Comment: 'By kind.',
      Choices: [{ Variable: '$.request.kind', StringEquals: 'short', Next: 'Done' }],
      Default: 'Report',
    },
    Report: {
      Type: 'Task',
      Comment: 'Tells.',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }],
      Next: 'Done',
    },
    Done: { Type: 'Succeed', Comment: 'Good.' },
    Pause: { Type: 'Wait', Comment: 'Later.', Next: 'Start' },
    Undo: { Type: 'Task', Comment: 'Back.', Next: 'Undone' },
    Undone: { Type: 'Fail', Comment: 'Bad.' },
  };

  test('are the main path, detours and failures, with each transition once', () => {
    expect(describeStateMachine({ StartAt: 'Start', States: states })).toBe(`## The main path

\`\`\`mermaid
flowchart TD
  Start["Start"]
  Choose{"Choose"}
  Report["Report"]
  Done(["Done"])
  Start --> Choose
  Choose -->|"kind is short"| Done
  Choose -->|"otherwise"| Report
  Report --> Done
\`\`\`

## Detours from the main path

\`\`\`mermaid
flowchart TD
  Start["Start"]
  Pause["Pause"]
  Start -.->|"Busy"| Pause
  Pause --> Start
\`\`\`

## After a failure

\`\`\`mermaid
flowchart TD
  Start["Start"]
  Undo["Undo"]
  Undone(["Undone"])
  UndoFails(["The execution fails with the error of Undo"])
  Start -.->|"any other error"| Undo
  Undo --> Undone
  Undo -.->|"any error"| UndoFails
\`\`\`

## The states

| state | type | what it is for |
|---|---|---|
| \`Start\` | Task | One \\| two. |
| \`Choose\` | Choice | By kind. |
| \`Report\` | Task | Tells. |
| \`Done\` | Succeed | Good. |
| \`Pause\` | Wait | Later. |
| \`Undo\` | Task | Back. |
| \`Undone\` | Fail | Bad. |`);
  });

  test('refuse a rule that they cannot show', () => {
    const Choices = [{ Variable: '$.tries', NumericGreaterThan: 3, Next: 'Done' }];
    expect(() =>
      describeStateMachine({
        StartAt: 'Choose',
        States: { ...states, Choose: { ...states.Choose, Choices } },
      }),
    ).toThrow('Choose has a rule that cannot be drawn: {"Variable":"$.tries"');
  });
});
