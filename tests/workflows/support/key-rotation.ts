import type { WaitingTasks } from '../../../core/workflow/ports.ts';
import type { Clock } from '../../../core/clock.ts';
import { OutcomeUnknown } from '../../../core/errors.ts';
import { createOnce, findRecordToUndo } from '../../../core/workflow/exactly-once.ts';
import { type Journal, writeOnce } from '../../../core/workflow/journal.ts';
import type { ExecutionRecord, Steps } from '../../../core/workflow/records.ts';
import type { Reports } from '../../../core/workflow/reports.ts';
import type { Step } from '../../../core/workflow/step.ts';

/** A second workflow, which only tests run: it makes a new key and waits for a person to confirm it. */

/** The record of one rotation, with its plan. */
export interface Rotation extends ExecutionRecord {
  readonly rotationId: string;
  readonly ticketId: string;
  readonly plan: { readonly keyName: string };
}

/** The latest attempt at a rotation. It is the input of the execution, too. */
export interface RotationAttempt {
  readonly rotationId: string;
  readonly attempt: number;
  readonly ticketId: string;
}

export interface RotationFacts {
  readonly 'new-key': { readonly keyId?: string };
  readonly confirmation: { readonly taskToken?: string };
}

/** A vendor that makes keys without idempotency. */
export interface KeyMaker {
  readonly keys: Map<string, string>;
  create(name: string): Promise<string>;
  delete(name: string): Promise<void>;
}

export function newKey(steps: Steps<Pick<RotationFacts, 'new-key'>>, maker: KeyMaker): Step<Rotation> {
  return {
    name: 'new-key',
    apply: async ({ rotationId, plan }) => {
      const { record, fresh } = await steps.intend(rotationId, 'new-key');
      if (record.state === 'applied') return;
      const keyId = await createOnce(steps, rotationId, 'new-key', fresh, {
        lookUp: () => Promise.resolve(maker.keys.get(plan.keyName)),
        create: () => maker.create(plan.keyName),
      });
      await steps.applied(rotationId, 'new-key', { keyId });
    },
    undo: async ({ rotationId, plan }) => {
      if ((await findRecordToUndo(steps, rotationId, 'new-key')) === undefined) return;
      await maker.delete(plan.keyName);
      await steps.undone(rotationId, 'new-key');
    },
  };
}

export function confirmation(
  steps: Steps<Pick<RotationFacts, 'confirmation'>>,
  clock: Clock,
): Step<Rotation> {
  return {
    name: 'confirmation',
    apply: async ({ rotationId }, { taskToken = '' }) => {
      await steps.intend(rotationId, 'confirmation');
      await steps.wait(rotationId, 'confirmation', clock.now(), { taskToken });
    },
    undo: async ({ rotationId }) => {
      if ((await findRecordToUndo(steps, rotationId, 'confirmation')) === undefined) return;
      await steps.undone(rotationId, 'confirmation');
    },
  };
}

/** Ends the wait of a rotation, as the person who was asked decides. */
export async function decide(
  steps: Steps<RotationFacts>,
  tasks: WaitingTasks,
  rotationId: string,
  confirmed: boolean,
): Promise<void> {
  const { taskToken } = (await steps.find(rotationId, 'confirmation'))?.facts ?? {};
  if (taskToken === undefined) throw new Error('nobody is asked');
  if (!confirmed) return tasks.fail(taskToken, 'Rejected', 'not confirmed');
  await steps.applied(rotationId, 'confirmation', {});
  await tasks.succeed(taskToken);
}

/** Returns a vendor whose answers can be lost, and whose deletions can fail for good. */
export function keyMaker(): KeyMaker & { losesAnswer: boolean; refusesDeletion: Error | undefined } {
  const keys = new Map<string, string>();
  const maker = {
    keys,
    losesAnswer: false,
    refusesDeletion: undefined as Error | undefined,
    create: async (name: string) => {
      if (keys.has(name)) throw new Error('made twice');
      keys.set(name, `key of ${name}`);
      if (maker.losesAnswer) {
        maker.losesAnswer = false;
        throw new OutcomeUnknown({ service: 'maker', operation: 'CreateKey', detail: 'time-out' });
      }
      return Promise.resolve(`key of ${name}`);
    },
    delete: async (name: string) => {
      if (maker.refusesDeletion !== undefined) throw maker.refusesDeletion;
      keys.delete(name);
      return Promise.resolve();
    },
  };
  return maker;
}

/** The texts of the rotation's ticket. */
export function rotationReports(journal: Journal): Reports<Rotation> {
  const write = ({ rotationId, ticketId }: Rotation, entry: string, text: string): Promise<void> =>
    writeOnce(journal, { executionId: rotationId, ticketId }, entry, { internalNote: text });
  return {
    end: (rotation, end) => write(rotation, end, `The rotation has ended ${end}.`),
    leftovers: (rotation, steps) => write(rotation, 'Leftovers', `Still there: ${steps.join(', ')}.`),
    stopped: (rotation, steps, count) =>
      write(rotation, `Stopped:${count}`, `Stopped in ${steps.join(', ')}.`),
    waits: (rotation, { what }, service = 'nobody') =>
      write(rotation, `Waits:${what}`, `${what} waits for ${service}.`),
  };
}
