import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { answer, invoke, startStepFunctions } from './step-functions-twin.ts';

/** Three functions, one after the other. */
export const inTurn: StateMachineDefinition = {
  StartAt: 'First',
  States: {
    First: invoke('first', { ResultSelector: { 'first.$': '$.Payload' }, Next: 'Second' }),
    Second: invoke('second', { ResultSelector: { 'second.$': '$.Payload' }, Next: 'Third' }),
    Third: invoke('third', { ResultSelector: { 'third.$': '$.Payload' }, End: true }),
  },
};

/** A twin to be killed: its second function never answers. It says where it is. */
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
