import type { End } from './ends.ts';
import type { Stall } from './records.ts';

/**
 * How a workflow tells whoever asked for an execution what becomes of it. Each may be called again after a
 * crash, and must tell the same only once.
 */
export interface Reports<Subject> {
  /** Tells that the execution has come to this end. */
  end(subject: Subject, end: End): Promise<void>;
  /** Tells that the effects of these steps may still be there after a rollback. */
  leftovers(subject: Subject, steps: readonly string[]): Promise<void>;
  /**
   * Tells that the execution has stopped before its end.
   * @param stepsInEffect the steps that may have had an effect
   * @param redriveCount how often the execution was redriven before
   */
  stopped(subject: Subject, stepsInEffect: readonly string[], redriveCount: number): Promise<void>;
  /**
   * Tells that the execution waits for a vendor.
   * @param service the vendor that failed last, as errors name it; undefined if no failure is recorded
   * @param isBeingUndone whether it waits to undo something
   */
  waits(subject: Subject, stall: Stall, service: string | undefined, isBeingUndone: boolean): Promise<void>;
}
