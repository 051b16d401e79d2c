import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { frameworkId } from './cloudformation.ts';
import { readFunctionFile } from './function-file.ts';

/** The short names of all functions, which are the names of their folders. */
export const functionNames: readonly string[] = readdirSync(
  join(import.meta.dirname, '../functions'),
).toSorted();

/** The functions that are tasks of the onboarding state machine. */
export const stepFunctions: readonly string[] = [
  'request-intake',
  'ewacs-account',
  'okta-profile',
  'cognito-client',
  'gateway-mapping',
  'credential-delivery',
  'ticket-report',
  'finish-rollback',
  'operator-alert',
];

/** The functions that callers outside wait for: those with a route, and the authorizer. */
export const publicFunctions: readonly string[] = functionNames.filter(
  (name) =>
    name === 'authorizer' ||
    readFunctionFile(name).settings.events?.some((event) => 'http' in event) === true,
);

/** Returns the logical id that the framework gives to a function's log group. */
export const logGroupId = (name: string): string => `${frameworkId(name)}LogGroup`;
