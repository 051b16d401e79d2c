import { readFileSync } from 'node:fs';

const invokeCommand = readFileSync(
  'node_modules/@aws-sdk/client-lambda/dist-types/commands/InvokeCommand.d.ts',
  'utf8',
);

/**
 * The errors of Lambda's Invoke, from the SDK's documentation. A state machine prefixes them with `Lambda.`.
 */
export const invokeErrors = [...invokeCommand.matchAll(/@throws \{@link (\w+Exception)\}/g)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'LambdaServiceException');
