import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { answer, invoke, startStepFunctions } from './step-functions-twin.ts';

/** A state machine of three functions, one after the other. */
export const inTurn: StateMachineDefinition = {
  StartAt: 'First',
  States: {
    First: invoke('first', { ResultSelector: { 'first.$': '$.Payload' }, Next: 'Second' }),
    Second: invoke('second', { ResultSelector: { 'second.$': '$.Payload' }, Next: 'Third' }),
    Third: invoke('third', { ResultSelector: { 'third.$': '$.Payload' }, End: true }),
  },
};

/** Runs a twin that the test kills: its second function never answers. The process prints its location. */
if (import.meta.main) {
  const twin = await startStepFunctions(
    inTurn,
    {
      first: () => answer('before'),
      second: () => new Promise(() => undefined),
    },
    { folder: process.argv[2] ?? '' },
  );
  process.stdout.write(`${twin.url}\n`);
}
