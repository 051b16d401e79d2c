import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { frameworkId } from './cloudformation.ts';

/** The short name of every function: that of its folder. */
export const functionNames: readonly string[] = readdirSync(
  join(import.meta.dirname, '../functions'),
).toSorted();

/** Those that are tasks of the onboarding state machine; the others are called by somebody else. */
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

/** Those that somebody outside waits for. */
export const publicFunctions: readonly string[] = [
  'authorizer',
  'credential-pickup',
  'discovery',
  'operator-api',
  'servicenow-webhook',
  'session',
  'token',
  'token-inspection',
];

/** The logical id of a function's log group, as the framework gives it. */
export const logGroupId = (name: string): string => `${frameworkId(name)}LogGroup`;
