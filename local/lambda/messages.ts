import type { DeployedFunction } from '../deployment/deployment.ts';

/** The data that the functions' thread starts with. */
export interface ThreadData {
  readonly functions: readonly DeployedFunction[];
  readonly timeScale: number;
  readonly offsetSeconds: number;
}

/**
 * A message to the thread. An answer has the number of its request. Events and invocations are JSON text, as
 * on AWS.
 */
export type ToThread =
  | {
      readonly kind: 'run';
      readonly number: number;
      readonly requestId: string;
      readonly functionName: string;
      readonly event: string;
      readonly anew: boolean;
    }
  | { readonly kind: 'warm'; readonly number: number }
  | { readonly kind: 'clock'; readonly offsetSeconds: number };

export type FromThread =
  | { readonly kind: 'ended'; readonly number: number; readonly invocation: string }
  /** The name of each function that cannot be imported, with the reason. */
  | { readonly kind: 'warmed'; readonly number: number; readonly failures: readonly string[] };
