import { account, region } from '../aws/service.ts';
import type { DeployedFunction } from '../deployment/deployment.ts';
import type { TwinClock } from '../kernel/clock.ts';
import { logGroup, logStream } from './environment.ts';

export const functionArn = (functionName: string): string => `arn:aws:lambda:${region}:${account}:function:${functionName}`;

/** The second argument of a handler, for an invocation that starts now. */
export function createContext(fn: DeployedFunction, requestId: string, clock: TwinClock) {
  const deadline = clock.now().getTime() + (fn.timeoutSeconds * 1000) / clock.timeScale;
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
