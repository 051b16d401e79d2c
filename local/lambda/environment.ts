import { AsyncLocalStorage } from 'node:async_hooks';
import type { DeployedFunction } from '../deployment/deployment.ts';
import { region } from '../aws/service.ts';
import { accessKeyIdOf } from '../iam/credentials.ts';

/** The contents of a `process.env`. */
export type FunctionEnvironment = Record<string, string>;

/**
 * Returns the contents of `process.env` inside a function: the variables that it declares, those that Lambda
 * adds, its role's credentials, and the process's own AWS_* variables, which lead SDK clients to the twin.
 */
export function functionEnvironment(fn: DeployedFunction): FunctionEnvironment {
  const aws = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[0].startsWith('AWS_') && entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(aws),
    AWS_ACCESS_KEY_ID: accessKeyIdOf(fn.functionName),
    AWS_SECRET_ACCESS_KEY: 'twin',
    AWS_SESSION_TOKEN: 'twin',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: fn.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memorySize),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup(fn),
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    LAMBDA_TASK_ROOT: fn.taskRoot,
    _HANDLER: fn.handler,
    TZ: ':UTC',
    ...fn.environment,
  };
}

export const logGroup = ({ functionName }: DeployedFunction): string => `/aws/lambda/${functionName}`;
export const logStream = 'twin';

const ofFunction = new AsyncLocalStorage<FunctionEnvironment>();
let ofProcess = process.env;
// The variables must stay after the module is evaluated: SDK clients read their credentials on the first
// call.
Object.defineProperty(process, 'env', {
  configurable: true,
  enumerable: true,
  get: () => ofFunction.getStore() ?? ofProcess,
  set: (environment: NodeJS.ProcessEnv) => {
    ofProcess = environment;
  },
});

/**
 * Runs `task` with this `process.env`, which also applies to everything that the task starts. Other code does
 * not see it.
 */
export const inEnvironment = <Result>(environment: FunctionEnvironment, task: () => Result): Result =>
  ofFunction.run(environment, task);
