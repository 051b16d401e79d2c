import { AwsError, account, region } from '../service.ts';

/** The ARN of a state machine of the twin. */
export const stateMachineArn = (name: string): string =>
  `arn:aws:states:${region}:${account}:stateMachine:${name}`;

/** The ARN of an execution: machine and execution name, or the ARN itself, are its key everywhere. */
export const executionArn = (machine: string, name: string): string =>
  `arn:aws:states:${region}:${account}:execution:${machine}:${name}`;

/** A machine's ARN without the version or alias that may follow it. */
export const unqualified = (arn: string): string => arn.split(':').slice(0, 7).join(':');

/** Throws `InvalidArn` unless the text is an ARN of this kind, existing or not; that of a machine may be qualified. */
export function requireArn(kind: 'stateMachine' | 'execution', arn: string): void {
  const parts = /^arn:aws:states:[a-z0-9-]+:\d{12}:(.+)$/.exec(arn)?.[1]?.split(':') ?? [];
  const [found, ...names] = parts;
  if (found !== undefined && found !== kind) {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${found}'`);
  }
  if (found === undefined || !(kind === 'execution' ? [2] : [1, 2]).includes(names.length)) {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN: ${arn}'`);
  }
}

/** The short name of a function, from a task's FunctionName: an ARN or a name, with or without a version. */
export function functionName(nameOrArn: string): string {
  return nameOrArn
    .replace(/^(?:.*:)?function:/, '')
    .replace(/:.*$/, '')
    .replace(/^sallyport-dev-/, '');
}
