import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import type { Clock } from '../../core/clock.ts';
import type { BootstrapAwsClients } from './aws.ts';
import type { Parameters } from './parameters.ts';

/**
 * What every step receives. Steps pass nothing to each other. Each checks for itself, so each can be
 * repeated.
 */
export interface BootstrapContext {
  readonly parameters: Parameters;
  /** The name `sallyport-<stage>` of the stack and the secret. All other names begin with it. */
  readonly stack: string;
  readonly catalogue: Catalogue;
  readonly aws: BootstrapAwsClients;
  readonly clock: Clock;
  /** Reports progress, for steps that take minutes. */
  readonly say: (line: string) => void;
}

/** Something that prevents a step, and what to do about it. */
export interface StepProblem {
  readonly what: string;
  readonly remedy: string;
}

/** Something that only a person elsewhere can do, such as registering a key or entering a DNS record. */
export interface HandOver {
  readonly what: string;
  /** What to enter or do there. */
  readonly lines: readonly string[];
}

export interface Findings {
  /** What was found. */
  readonly facts?: readonly string[];
  readonly warnings?: readonly string[];
  readonly problems?: readonly StepProblem[];
  /** What `run` would change. If there is nothing, `run` is not called. */
  readonly changes?: readonly string[];
  /** What others must do before the following steps can succeed. */
  readonly handOvers?: readonly HandOver[];
}

export interface BootstrapStep {
  readonly name: string;
  /** Checks without changing anything. */
  check(context: BootstrapContext): Promise<Findings>;
  /** Makes the changes that `check` named, and returns what it did. It may be repeated after any failure. */
  run?(context: BootstrapContext): Promise<readonly string[]>;
}

/** A step failed. The message is meant for the operator. */
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
