import { readFileSync } from 'node:fs';

const invokeCommand = readFileSync(
  'node_modules/@aws-sdk/client-lambda/dist-types/commands/InvokeCommand.d.ts',
  'utf8',
);

/** The errors of Lambda's Invoke, by the SDK's documentation; a state machine puts `Lambda.` before them. */
export const invokeErrors = [...invokeCommand.matchAll(/@throws \{@link (\w+Exception)\}/g)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'LambdaServiceException');
