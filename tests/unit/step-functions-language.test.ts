import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { requireRunnable } from '../../local/aws/step-functions/language.ts';

const machine = (state: object, rest: object = {}): StateMachineDefinition =>
  ({ StartAt: 'A', States: { A: state }, ...rest }) as StateMachineDefinition;
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
const choice = (rule: object) => ({ Type: 'Choice', Choices: [{ Next: 'A', ...rule }] });

describe('X-13 what the twin does not run is refused at start, by name', () => {
  it.each([
    ['state A has Assign', machine({ Type: 'Pass', End: true, Assign: { x: 1 } })],
    ['state A has Output', machine({ ...task, Output: {} })],
    ['state A has Credentials', machine({ ...task, Credentials: { RoleArn: 'x' } })],
    ['state A has Arguments', machine({ ...task, Arguments: {} })],
    [
      'a catcher of state A has Assign',
      machine({ ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'A', Assign: {} }] }),
    ],
    [
      'a retrier of state A has MaxTries',
      machine({ ...task, Retry: [{ ErrorEquals: ['States.ALL'], MaxTries: 1 }] }),
    ],
    ['a choice of state A has Assign', machine(choice({ Variable: '$.a', IsNull: true, Assign: {} }))],
    [
      'a choice of state A has IsDate',
      machine(choice({ Not: { And: [{ Variable: '$.a', IsDate: true }] } })),
    ],
    ['a choice of state A has Condition', machine(choice({ Condition: '{% true %}' }))],
    ['it has ProcessorConfig', machine({ Type: 'Succeed' }, { ProcessorConfig: {} })],
    ['it uses JSONata', machine({ Type: 'Succeed' }, { QueryLanguage: 'JSONata' })],
    ['state A is of type Map', machine({ Type: 'Map', End: true })],
    [
      'state A has the resource arn:aws:states:::sqs:sendMessage',
      machine({ ...task, Resource: 'arn:aws:states:::sqs:sendMessage' }),
    ],
  ])('%s', (what, definition) => {
    expect(() => requireRunnable('m', definition)).toThrow(`state machine m: ${what}; the twin runs `);
  });

  it('what it runs is not', () => {
    const rule = { Not: { Variable: '$.a', IsPresent: false }, Comment: 'why', Next: 'A' };
    const retried = {
      ...task,
      Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL', Comment: 'why' }],
    };
    for (const state of [
      choice(rule),
      choice({ Variable: '$.a', StringEqualsPath: '$.b' }),
      retried,
      { Type: 'Fail', CausePath: '$.a' },
    ]) {
      expect(() => requireRunnable('m', machine(state, { Comment: 'why', TimeoutSeconds: 9 }))).not.toThrow();
    }
  });
});
