import { arnOf } from '../aws/service.ts';
import type { DeployedFunction } from '../deployment/deployment.ts';
import type { TwinClock } from '../kernel/clock.ts';
import { logGroup, logStream } from './environment.ts';

export const functionArn = (functionName: string): string => arnOf('lambda', `function:${functionName}`);

/**
 * Returns the function's time-out in seconds of the twin's time. The time scale shortens what workflows wait
 * for. Callers of the gateway wait in real time, so a function behind the API has its time-out in real time.
 */
export const timeOutOf = (
  { timeoutSeconds, isBehindApi }: DeployedFunction,
  { timeScale }: TwinClock,
): number => (isBehindApi ? timeoutSeconds * timeScale : timeoutSeconds);

/** Returns the second argument of a handler, for an invocation that starts now. */
export function createContext(fn: DeployedFunction, requestId: string, clock: TwinClock) {
  const deadline = clock.now().getTime() + (timeOutOf(fn, clock) * 1000) / clock.timeScale;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: fn.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn(fn.functionName),
    logGroupName: logGroup(fn),
    logStreamName: logStream,
    memoryLimitInMB: String(fn.memorySize),
    /** In machine time, because timers run in machine time. */
    getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now().getTime()),
  };
}
