import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import type { Clock } from '../../core/clock.ts';
import type { BootstrapAwsClients } from './aws.ts';
import type { Parameters } from './parameters.ts';

/** What every step gets. Nothing is handed from one step to the next: each looks for itself, so each can be repeated. */
export interface BootstrapContext {
  readonly parameters: Parameters;
  /** `sallyport-<stage>`: the stack, the secret, and the beginning of every name. */
  readonly stack: string;
  readonly catalogue: Catalogue;
  readonly aws: BootstrapAwsClients;
  readonly clock: Clock;
  /** Says what a step is doing, for steps that take minutes. */
  readonly say: (line: string) => void;
}

/** Something that keeps a step from being done. */
export interface StepProblem {
  readonly what: string;
  readonly remedy: string;
}

/** Something that only a person elsewhere can do: register a key, enter a DNS record. */
export interface HandOver {
  readonly what: string;
  /** What to enter or do there. */
  readonly lines: readonly string[];
}

export interface Findings {
  /** What is there. */
  readonly facts?: readonly string[];
  readonly warnings?: readonly string[];
  readonly problems?: readonly StepProblem[];
  /** What `run` would change. Without any, it is not run. */
  readonly changes?: readonly string[];
  /** What has to be done elsewhere before the steps after this one can succeed. */
  readonly handOvers?: readonly HandOver[];
}

export interface BootstrapStep {
  readonly name: string;
  /** Looks, and changes nothing. */
  check(context: BootstrapContext): Promise<Findings>;
  /** Makes the changes that `check` named, and says what it did. May be run again after any failure. */
  run?(context: BootstrapContext): Promise<readonly string[]>;
}

/** A step could not be done, in words for the operator. */
export class StepFailed extends Error implements StepProblem {
  override readonly name = 'StepFailed';
  readonly what: string;
  readonly remedy: string;

  constructor({ what, remedy }: StepProblem, cause?: unknown) {
    super(what, { cause });
    this.what = what;
    this.remedy = remedy;
  }
}
