import type { Clock } from '../clock.ts';
import { AwaitingTurn, OutcomeUnknown, StepError, Throttled, Unavailable } from '../errors.ts';
import type { QuotaName } from './quotas.ts';
import type { PaceRecords, Queue } from './records.ts';

/**
 * The share of a quota that is used. The rest is reserved for calls that arrive in a burst after a delay on
 * their way.
 */
const usedShare = 0.985;
/** A longer wait in milliseconds takes place in the state machine, where waiting costs nothing. */
const maxPauseMs = 3000;
/**
 * An execution is woken this many milliseconds before its turn, for a cold start and the work before the
 * call.
 */
const wakeEarlyMs = 2000;
/**
 * A partner's calls may overtake the queue if it made at most this many, each counted for this many
 * milliseconds.
 */
const maxOccasionalCalls = 3;
const occasionalCallMs = 20_000;
/** The maximum share of a quota that each kind of overtaking may use. The queue has the rest. */
const overtakingShares = { person: 0.5, partner: 0.1 } as const;
/**
 * A pause shorter than this many milliseconds ends as planned, even if the queue has moved back meanwhile.
 */
const shortPauseMs = 250;
/**
 * Turns move back by this many calls after a refusal. While a vendor is down they move back further each
 * time, up to the maximum.
 */
const firstMoveBack = 3;
const maxMoveBack = 300;

/** The onboarding and the partner for whom a call is made. */
export interface Caller {
  readonly onboardingId: string;
  readonly partnerId: string;
}

/**
 * Resolves when the call may be made. It must be awaited just before the call, after everything that can be
 * done earlier.
 */
export type AwaitTurn = () => Promise<void>;

/** Never waits. It is for calls that are not rate-limited. */
export const noWait: AwaitTurn = () => Promise.resolve();

/**
 * Paces the calls of all functions to a vendor, so that together they keep its rate limit (docs/adr/0024).
 */
export interface Pace<Quota extends QuotaName = QuotaName> {
  /**
   * Makes a rate-limited call when it is its turn.
   * @throws {AwaitingTurn} if the turn does not come soon. Then `make` was not begun, and the turn is kept.
   */
  call<Result>(
    quota: Quota,
    caller: Caller,
    make: (awaitTurn: AwaitTurn) => Promise<Result>,
  ): Promise<Result>;
  /**
   * Makes this many calls for a person who is waiting, ahead of the queue.
   * @throws {Throttled} if too many other people are being served. Then nothing was called.
   */
  callForPerson<Result>(
    quota: Quota,
    calls: number,
    make: (awaitTurn: AwaitTurn) => Promise<Result>,
  ): Promise<Result>;
}

/** The records, the quotas and the environment of a pace. */
export interface PaceOptions<Quota extends QuotaName> {
  readonly records: PaceRecords;
  /** The quota of each kind of call, in calls per second. */
  readonly quotas: Readonly<Record<Quota, number>>;
  /** The service whose refusals count against each quota, by the name that errors use. */
  readonly services: Readonly<Record<Quota, string>>;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** The maximum time in milliseconds that a person can wait for the first call; by default, 3000. */
  readonly personsPatience?: number;
}

/** The moment at which a call may be made, in milliseconds since 1970. */
interface Turn {
  readonly dueAt: number;
  /**
   * For a turn in the queue: its moment without the time by which the queue has moved back since it began.
   */
  readonly position?: number;
  /** Whether the turn was kept in the records while the execution waited. */
  readonly wasKept: boolean;
}

const immediate: Turn = { dueAt: 0, wasKept: false };

/**
 * Creates the pace of the calls of this process. It shares the queues with all other processes through the
 * records.
 */
export function createPace<Quota extends QuotaName>({
  records,
  quotas,
  services,
  clock,
  pause,
  personsPatience = 3000,
}: PaceOptions<Quota>): Pace<Quota> {
  const now = (): number => clock.now().getTime();
  const intervalOf = (quota: Quota): number => 1000 / (quotas[quota] * usedShare);
  /**
   * The busy queues and partners that this instance knows of. It saves look-ups, and does no harm if it is
   * out of date.
   */
  const busy = new Map<string, { readonly notedAt: number; readonly until: number }>();
  const noteBusy = (name: string, until: number): void => {
    busy.set(name, { notedAt: now(), until });
  };
  const isBusy = (name: string): boolean => {
    const { notedAt = 0, until = 0 } = busy.get(name) ?? {};
    if (notedAt <= now() && now() < until) return true;
    busy.delete(name);
    return false;
  };
  const pauseUntil = async (moment: number): Promise<void> => {
    const remaining = moment - now();
    if (remaining > 0) await pause(remaining);
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
    const occasional = await records.isOccasional(
      quota,
      partnerId,
      now(),
      occasionalCallMs,
      maxOccasionalCalls,
    );
    if (!occasional) noteBusy(name, now() + occasionalCallMs);
    return occasional;
  };

  /**
   * Throws `AwaitingTurn` for a turn that does not come soon. The turn is kept, and the state machine waits
   * for it.
   */
  const requireSoon = async (
    quota: Quota,
    onboardingId: string,
    { dueAt, position, wasKept }: Turn,
  ): Promise<void> => {
    noteBusy(quota, dueAt);
    if (dueAt - now() <= maxPauseMs) return;
    if (!wasKept && position !== undefined) await records.keep(quota, onboardingId, position);
    throw new AwaitingTurn({
      service: services[quota],
      operation: quota,
      until: new Date(dueAt - wakeEarlyMs),
    });
  };

  const queueOf = async (quota: Quota): Promise<Queue> =>
    (await records.find(quota)) ?? { freeAt: 0, delayedBy: 0, movedBackAt: 0, movedBackBy: 0 };

  /** Spaces the calls of this process, so that calls which wake up late are not made all at once. */
  const lastCalls = new Map<Quota, number>();
  const spaceOut = async (quota: Quota): Promise<void> => {
    const next = (lastCalls.get(quota) ?? 0) + intervalOf(quota);
    const at = next - now() > maxPauseMs ? now() : Math.max(now(), next);
    lastCalls.set(quota, at);
    await pauseUntil(at);
  };

  /** Pauses until a turn is due, and longer if the queue moves back meanwhile. */
  const untilDue = async (quota: Quota, onboardingId: string, turn: Turn): Promise<void> => {
    const remaining = turn.dueAt - now();
    await pauseUntil(turn.dueAt);
    if (remaining < shortPauseMs || turn.position === undefined) return;
    const moved = { ...turn, dueAt: turn.position + (await queueOf(quota)).delayedBy };
    if (moved.dueAt <= now()) return;
    await requireSoon(quota, onboardingId, moved);
    await untilDue(quota, onboardingId, moved);
  };

  const takeTurn = async (quota: Quota, caller: Caller): Promise<Turn> => {
    const { onboardingId, partnerId } = caller;
    const interval = intervalOf(quota);
    // A turn that was kept is read even if the queue is empty now: it must be dropped after the call.
    const [isFree, kept] = await Promise.all([
      isBusy(quota) ? false : records.takeFree(quota, now(), interval),
      records.kept(quota, onboardingId),
    ]);
    if (isFree) return { ...immediate, wasKept: kept !== undefined };

    const occasional = await isOccasional(quota, partnerId);
    if (kept !== undefined) {
      const { delayedBy, freeAt } = await queueOf(quota);
      const turn = { dueAt: kept + delayedBy, position: kept, wasKept: true };
      // No kept turn is later than the next free one, unless it was given by a wrong clock.
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
    // The queue has become empty meanwhile.
    busy.delete(quota);
    return takeTurn(quota, caller);
  };

  /**
   * Moves all turns back after a refusal by the vendor. Of many simultaneous refusals, only the first counts.
   */
  const moveBack = async (quota: Quota, error: unknown): Promise<void> => {
    const known = await records.find(quota);
    const milliseconds = moveBackAfter(known, now(), intervalOf(quota), !(error instanceof Throttled));
    if (milliseconds > 0) await records.moveBack(quota, known, now(), milliseconds);
  };

  const handleFailure = async (
    quota: Quota,
    onboardingId: string,
    { wasKept }: Turn,
    error: unknown,
  ): Promise<void> => {
    const isRefused = isRefusalOf(services[quota], error);
    if (isRefused) await moveBack(quota, error);
    if (isRefused && error instanceof Throttled) await keepInFront(quota, onboardingId);
    else if (wasKept && !(error instanceof AwaitingTurn)) await records.drop(quota, onboardingId);
  };

  /**
   * Keeps the first turn after the pause for a call that was refused. Several such calls follow one after the
   * other.
   */
  const keepInFront = async (quota: Quota, onboardingId: string): Promise<void> => {
    const { movedBackAt, movedBackBy } = await queueOf(quota);
    const interval = intervalOf(quota);
    // The queue is free one millisecond later, at the earliest.
    const pauseEnd = movedBackAt > now() ? now() : Math.max(now(), movedBackAt + movedBackBy - 1);
    const dueAt =
      (await records.overtake(quota, pauseEnd, interval, {
        kind: 'refused',
        spacing: interval,
        latest: Infinity,
      })) ?? pauseEnd;
    await records.keep(quota, onboardingId, dueAt - (await queueOf(quota)).delayedBy);
  };

  return {
    call: async (quota, caller, make) => {
      const turn = await takeTurn(quota, caller);
      try {
        const result = await make(async () => {
          await untilDue(quota, caller.onboardingId, turn);
          if (turn.position !== undefined) await spaceOut(quota);
        });
        if (turn.wasKept) await records.drop(quota, caller.onboardingId);
        return result;
      } catch (error) {
        // A failure of the pace itself must not hide the error of the call.
        await handleFailure(quota, caller.onboardingId, turn, error).catch(() => undefined);
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
        if (isRefusalOf(services[quota], error)) await moveBack(quota, error).catch(() => undefined);
        throw error;
      }
    },
  };
}

/** Tells whether an error means that this service is busy or down. */
function isRefusalOf(service: string, error: unknown): boolean {
  const isTransient =
    error instanceof Throttled || error instanceof Unavailable || error instanceof OutcomeUnknown;
  return isTransient && error instanceof StepError && error.service === service;
}

/**
 * Returns by how many milliseconds turns move back after a refusal; 0 while the last move still has its
 * effect.
 * @param interval the milliseconds between two calls
 * @param isDown whether the vendor failed, instead of only asking for fewer calls
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
  return Math.min(isStillDown ? 2 * known.movedBackBy : first, maxMoveBack * interval);
}
