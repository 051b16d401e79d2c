import type { Clock } from '../clock.ts';
import { AwaitingTurn, OutcomeUnknown, StepError, Throttled, Unavailable } from '../errors.ts';
import { type QuotaName, vendorOf } from './quotas.ts';
import type { PaceRecords, Queue } from './records.ts';

/** The part of a quota that is used: the rest is for calls that come in a bunch after a delay on their way. */
const usedShare = 0.985;
/** Who has to wait longer than this does so in the state machine, where waiting costs nothing. */
const longestPause = 3000;
/** It is woken this much before its turn: a cold start takes its time, and so does what precedes the call. */
const wakeEarly = 2000;
/** A partner's calls may overtake the queue if there were at most this many within so many milliseconds each. */
const few = 3;
const occasionalEvery = 20_000;
/** Those who overtake take at most these shares of a quota; the queue has the rest. */
const overtakingShares = { person: 0.5, partner: 0.1 } as const;
/** A pause that is shorter than this ends when it was to, whatever has moved back meanwhile. */
const shortPause = 250;
/** Turns move back by this many calls after a refusal; by ever more, up to some hundred, of a vendor that is down. */
const firstMoveBack = 3;
const longestMoveBack = 300;

/** For whom a call is made. */
export interface Caller {
  readonly onboardingId: string;
  readonly partnerId: string;
}

/** Resolves when the call may be made: to be awaited just before it, after all that can be done before. */
export type AwaitTurn = () => Promise<void>;

/** For calls that nobody rations. */
export const noWait: AwaitTurn = () => Promise.resolve();

/** Has the calls of all functions to a vendor keep its pace (docs/adr/0024). */
export interface Pace<Quota extends QuotaName = QuotaName> {
  /**
   * Makes a rationed call when it is its turn.
   * @throws {AwaitingTurn} if that is not soon: `make` was not begun, and the turn is kept
   */
  call<Result>(
    quota: Quota,
    caller: Caller,
    make: (awaitTurn: AwaitTurn) => Promise<Result>,
  ): Promise<Result>;
  /**
   * Makes so many calls for a person who waits, ahead of everybody else.
   * @throws {Throttled} if too many others do the same. Nothing was called.
   */
  callForPerson<Result>(
    quota: Quota,
    calls: number,
    make: (awaitTurn: AwaitTurn) => Promise<Result>,
  ): Promise<Result>;
}

export interface PaceOptions<Quota extends QuotaName> {
  readonly records: PaceRecords;
  /** Calls per second. */
  readonly quotas: Readonly<Record<Quota, number>>;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Milliseconds for which a person can wait for the first call. */
  readonly personsPatience?: number;
}

interface Turn {
  readonly dueAt: number;
  /** Its moment without what the queue has moved back since; of a turn in the queue. */
  readonly position?: number;
  /** It was kept while the execution waited. */
  readonly wasKept: boolean;
}

const immediate: Turn = { dueAt: 0, wasKept: false };

export function createPace<Quota extends QuotaName>({
  records,
  quotas,
  clock,
  pause,
  personsPatience = 3000,
}: PaceOptions<Quota>): Pace<Quota> {
  const now = (): number => clock.now().getTime();
  const intervalOf = (quota: Quota): number => 1000 / (quotas[quota] * usedShare);
  /** What this instance knows of queues and partners spares it a look; it may be out of date, which does no harm. */
  const busy = new Map<string, { readonly seenAt: number; readonly until: number }>();
  const noteBusy = (what: string, until: number): void => {
    busy.set(what, { seenAt: now(), until });
  };
  const isBusy = (what: string): boolean => {
    const { seenAt = 0, until = 0 } = busy.get(what) ?? {};
    if (seenAt <= now() && now() < until) return true;
    busy.delete(what);
    return false;
  };
  const pauseUntil = async (moment: number): Promise<void> => {
    const left = moment - now();
    if (left > 0) await pause(left);
  };

  const overtake = (
    quota: Quota,
    kind: keyof typeof overtakingShares,
    calls: number,
    patience: number,
  ): Promise<number | undefined> => {
    const taken = calls * intervalOf(quota);
    return records.overtake(quota, now(), taken, {
      kind,
      spacing: taken / overtakingShares[kind],
      latest: now() + patience,
    });
  };

  const isOccasional = async (quota: Quota, partnerId: string): Promise<boolean> => {
    const name = `${quota} ${partnerId}`;
    if (isBusy(name)) return false;
    const occasional = await records.isOccasional(quota, partnerId, now(), occasionalEvery, few);
    if (!occasional) noteBusy(name, now() + occasionalEvery);
    return occasional;
  };

  /** A turn that does not come soon is kept, and waited for elsewhere. */
  const requireSoon = async (
    quota: Quota,
    onboardingId: string,
    { dueAt, position, wasKept }: Turn,
  ): Promise<void> => {
    noteBusy(quota, dueAt);
    if (dueAt - now() <= longestPause) return;
    if (!wasKept && position !== undefined) await records.keep(quota, onboardingId, position);
    throw new AwaitingTurn({
      service: vendorOf[quota],
      operation: quota,
      until: new Date(dueAt - wakeEarly),
    });
  };

  const queueOf = async (quota: Quota): Promise<Queue> =>
    (await records.find(quota)) ?? { freeAt: 0, delayedBy: 0, movedBackAt: 0, movedBackBy: 0 };

  /** Who wakes late, beside others of this process, does not call together with them. */
  const lastCalls = new Map<Quota, number>();
  const spaceOut = async (quota: Quota): Promise<void> => {
    const next = (lastCalls.get(quota) ?? 0) + intervalOf(quota);
    const at = next - now() > longestPause ? now() : Math.max(now(), next);
    lastCalls.set(quota, at);
    await pauseUntil(at);
  };

  /** Waits here until a turn is awaitTurn, and longer if the queue moves back meanwhile. */
  const untilDue = async (quota: Quota, onboardingId: string, turn: Turn): Promise<void> => {
    const left = turn.dueAt - now();
    await pauseUntil(turn.dueAt);
    if (left < shortPause || turn.position === undefined) return;
    const moved = { ...turn, dueAt: turn.position + (await queueOf(quota)).delayedBy };
    if (moved.dueAt <= now()) return;
    await requireSoon(quota, onboardingId, moved);
    await untilDue(quota, onboardingId, moved);
  };

  const awaitTurn = async (quota: Quota, caller: Caller): Promise<Turn> => {
    const { onboardingId, partnerId } = caller;
    const interval = intervalOf(quota);
    // A turn may have been kept before the queue ran dry.
    const [isFree, kept] = await Promise.all([
      isBusy(quota) ? false : records.takeFree(quota, now(), interval),
      records.kept(quota, onboardingId),
    ]);
    if (isFree) return { ...immediate, wasKept: kept !== undefined };

    const occasional = await isOccasional(quota, partnerId);
    if (kept !== undefined) {
      const { delayedBy, freeAt } = await queueOf(quota);
      const turn = { dueAt: kept + delayedBy, position: kept, wasKept: true };
      // No turn is after the next that is free, unless the clock by which it was given was wrong.
      if (turn.dueAt <= freeAt) {
        await requireSoon(quota, onboardingId, turn);
        return turn;
      }
      await records.drop(quota, onboardingId);
    }
    if (occasional) {
      const moment = await overtake(quota, 'partner', 1, 0);
      if (moment !== undefined) return immediate;
    }
    const joined = await records.join(quota, now(), interval);
    if (joined !== undefined) {
      const turn = { dueAt: joined.dueAt, position: joined.dueAt - joined.delayedBy, wasKept: false };
      await requireSoon(quota, onboardingId, turn);
      return turn;
    }
    // The queue has run dry meanwhile.
    busy.delete(quota);
    return awaitTurn(quota, caller);
  };

  /** Everybody waits longer once the vendor has refused. Of many refusals at once the first counts. */
  const moveBack = async (quota: Quota, error: unknown): Promise<void> => {
    const known = await records.find(quota);
    const milliseconds = moveBackAfter(known, now(), intervalOf(quota), !(error instanceof Throttled));
    if (milliseconds > 0) await records.moveBack(quota, known, now(), milliseconds);
  };

  const settle = async (
    quota: Quota,
    onboardingId: string,
    { wasKept }: Turn,
    error: unknown,
  ): Promise<void> => {
    const isRefused = isRefusalOf(quota, error);
    if (isRefused) await moveBack(quota, error);
    if (isRefused && error instanceof Throttled) await keepInFront(quota, onboardingId);
    else if (wasKept && !(error instanceof AwaitingTurn)) await records.drop(quota, onboardingId);
  };

  /** Who was refused is the first when the pause that follows is over; of several, one after the other. */
  const keepInFront = async (quota: Quota, onboardingId: string): Promise<void> => {
    const { movedBackAt, movedBackBy } = await queueOf(quota);
    const interval = intervalOf(quota);
    // The queue is free a moment later at the earliest.
    const over = movedBackAt > now() ? now() : Math.max(now(), movedBackAt + movedBackBy - 1);
    const dueAt =
      (await records.overtake(quota, over, interval, {
        kind: 'refused',
        spacing: interval,
        latest: Infinity,
      })) ?? over;
    await records.keep(quota, onboardingId, dueAt - (await queueOf(quota)).delayedBy);
  };

  return {
    call: async (quota, caller, make) => {
      const turn = await awaitTurn(quota, caller);
      try {
        const result = await make(async () => {
          await untilDue(quota, caller.onboardingId, turn);
          if (turn.position !== undefined) await spaceOut(quota);
        });
        if (turn.wasKept) await records.drop(quota, caller.onboardingId);
        return result;
      } catch (error) {
        // The pace is nothing that a call may fail by.
        await settle(quota, caller.onboardingId, turn, error).catch(() => undefined);
        throw error;
      }
    },

    callForPerson: async (quota, calls, make) => {
      const taken = calls * intervalOf(quota);
      let moment: number | undefined = 0;
      if (!(await records.takeFree(quota, now(), taken))) {
        moment = await overtake(quota, 'person', calls, personsPatience);
        if (moment === undefined && !(await records.takeFree(quota, now(), taken))) {
          throw new Throttled({
            service: 'sallyport',
            operation: quota,
            detail: 'too many people are being served',
          });
        }
      }
      try {
        return await make(() => pauseUntil(moment ?? 0));
      } catch (error) {
        if (isRefusalOf(quota, error)) await moveBack(quota, error).catch(() => undefined);
        throw error;
      }
    },
  };
}

/** The vendor of a quota is busy or down. */
function isRefusalOf(quota: QuotaName, error: unknown): boolean {
  const isTransient =
    error instanceof Throttled || error instanceof Unavailable || error instanceof OutcomeUnknown;
  return isTransient && error instanceof StepError && error.service === vendorOf[quota];
}

/**
 * By how many milliseconds turns move back after a refusal; 0 while the last time still takes its effect.
 * @param isDown the vendor did not only ask for patience
 */
export function moveBackAfter(
  known: Queue | undefined,
  now: number,
  interval: number,
  isDown: boolean,
): number {
  const first = firstMoveBack * interval;
  if (known === undefined) return first;
  const since = now - known.movedBackAt;
  if (since >= 0 && since < known.movedBackBy) return 0;
  const isStillDown = isDown && since >= 0 && since < 2 * known.movedBackBy + first;
  return Math.min(isStillDown ? 2 * known.movedBackBy : first, longestMoveBack * interval);
}
