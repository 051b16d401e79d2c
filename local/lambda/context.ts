import { arnOf } from '../aws/service.ts';
import type { DeployedFunction } from '../deployment/deployment.ts';
import type { TwinClock } from '../kernel/clock.ts';
import { logGroup, logStream } from './environment.ts';

export const functionArn = (functionName: string): string => arnOf('lambda', `function:${functionName}`);

/**
 * When the function is ended, in seconds of the twin's time. The time scale shortens what workflows wait for;
 * whoever calls through the gateway waits in real time, and so does the function that answers.
 */
export const timeOutOf = (
  { timeoutSeconds, isBehindApi }: DeployedFunction,
  { timeScale }: TwinClock,
): number => (isBehindApi ? timeoutSeconds * timeScale : timeoutSeconds);

/** The second argument of a handler, for an invocation that starts now. */
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
    /** Of the machine's time: what a timer set with it would really have. */
    getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now().getTime()),
  };
}
