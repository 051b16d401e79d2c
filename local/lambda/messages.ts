import type { DeployedFunction } from '../deployment/deployment.ts';

/** What the functions' thread is started with. */
export interface ThreadData {
  readonly functions: readonly DeployedFunction[];
  readonly timeScale: number;
  readonly offsetSeconds: number;
}

/** What the thread is told. An answer bears its request's number. Events and invocations are JSON texts, as on AWS. */
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
  /** Of each function that cannot be imported, its name and why. */
  | { readonly kind: 'warmed'; readonly number: number; readonly failures: readonly string[] };
