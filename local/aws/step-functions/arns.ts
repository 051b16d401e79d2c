import { AwsError, account, region } from '../service.ts';

/** Returns the ARN of a state machine in the twin. */
export const stateMachineArn = (name: string): string =>
  `arn:aws:states:${region}:${account}:stateMachine:${name}`;

/** Returns the ARN of an execution. Executions are identified by this ARN everywhere. */
export const executionArn = (machine: string, name: string): string =>
  `arn:aws:states:${region}:${account}:execution:${machine}:${name}`;

/** Returns a machine's ARN without the version or alias that may follow it. */
export const unqualified = (arn: string): string => arn.split(':').slice(0, 7).join(':');

/**
 * Checks that the text is an ARN of this kind, whether or not the resource exists. A state machine's ARN may
 * be followed by a version or an alias.
 *
 * @throws `InvalidArn` otherwise
 */
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

/**
 * Returns the short name of a function.
 *
 * @param nameOrArn a name, a partial ARN or an ARN, with or without a version
 * @param prefix what deployed names have before the short names
 */
export function shortName(nameOrArn: string, prefix: string): string {
  const name = nameOrArn.replace(/^(?:.*:)?function:/, '').replace(/:.*$/, '');
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
