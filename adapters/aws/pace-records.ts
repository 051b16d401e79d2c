import type { QuotaName } from '../../core/pace/quotas.ts';
import type { PaceRecords, Queue } from '../../core/pace/records.ts';
import { vendorQuotas } from '../vendors.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const storedNameOf = (quota: QuotaName): string => vendorQuotas[quota].storedName;
const queueKey = (quota: QuotaName): Key => ({ pk: partitionKey('PACE', storedNameOf(quota)), sk: 'QUEUE' });
const partnerKey = (quota: QuotaName, partnerId: string): Key => ({
  pk: partitionKey('PACE', storedNameOf(quota)),
  sk: `PARTNER#${partnerId}`,
});
const turnKey = (quota: QuotaName, onboardingId: string): Key => ({
  pk: partitionKey('ONBOARDING', onboardingId),
  sk: `TURN#${storedNameOf(quota)}`,
});

const aDay = 86_400_000;
const ttlAt = (moment: number): number => Math.ceil((moment + aDay) / 1000);

/**
 * How far the clocks of two functions may differ, in milliseconds. A time further in the future than this was
 * written by a wrong clock.
 */
const maxClockSkew = 10_000;
const latestPlausible = (now: number): number => now + maxClockSkew;

/**
 * Creates the queues for the vendors' quotas: one item each, changed by conditional writes. Times are in
 * milliseconds. DynamoDB can add in an update, but cannot compare sums in a condition.
 */
export function createPaceRecords(table: Table): PaceRecords {
  const changeQueue = async (
    quota: QuotaName,
    update: string,
    condition: string,
    values: Readonly<Record<string, unknown>>,
  ) => table.update<Partial<Queue> & Pick<Queue, 'freeAt'>>(queueKey(quota), { update, condition, values });

  return {
    takeFree: async (quota, now, milliseconds) =>
      (await changeQueue(
        quota,
        'SET #freeAt = :until, #askedAt = :now REMOVE #personFreeAt, #partnerFreeAt, #refusedFreeAt',
        'attribute_not_exists(#freeAt) OR #freeAt <= :now OR #askedAt > :soon',
        { now, soon: latestPlausible(now), until: now + milliseconds },
      )) !== undefined,

    overtake: async (quota, now, milliseconds, { kind, spacing, latest }) => {
      const freeAt = `#${kind}FreeAt`;
      const queueMoves =
        '#freeAt = #freeAt + :milliseconds, #delayedBy = if_not_exists(#delayedBy, :none) + :milliseconds';
      const values = { now, milliseconds, none: 0 };
      const atOnce = await changeQueue(
        quota,
        `SET ${freeAt} = :next, ${queueMoves}`,
        `#freeAt > :now AND (attribute_not_exists(${freeAt}) OR ${freeAt} <= :now)`,
        { ...values, next: now + spacing },
      );
      if (atOnce !== undefined) return now;
      const later = await table.update<Readonly<Record<`${typeof kind}FreeAt`, number>>>(queueKey(quota), {
        update: `SET ${freeAt} = ${freeAt} + :spacing, ${queueMoves}`,
        condition: `#freeAt > :now AND ${freeAt} > :now AND ${freeAt} <= :latest`,
        values: { ...values, spacing, latest: Math.min(latest, Number.MAX_SAFE_INTEGER) },
      });
      return later === undefined ? undefined : later[`${kind}FreeAt`] - spacing;
    },

    join: async (quota, now, milliseconds) => {
      const queue = await changeQueue(
        quota,
        'SET #freeAt = #freeAt + :milliseconds, #askedAt = :now',
        '#freeAt > :now AND #askedAt <= :soon',
        { now, soon: latestPlausible(now), milliseconds },
      );
      if (queue === undefined) return undefined;
      return { dueAt: queue.freeAt - milliseconds, delayedBy: queue.delayedBy ?? 0 };
    },

    find: async (quota) => {
      const queue = await table.get<Partial<Queue>>(queueKey(quota));
      if (queue === undefined) return undefined;
      return {
        freeAt: queue.freeAt ?? 0,
        delayedBy: queue.delayedBy ?? 0,
        movedBackAt: queue.movedBackAt ?? 0,
        movedBackBy: queue.movedBackBy ?? 0,
      };
    },

    moveBack: async (quota, known, now, milliseconds) => {
      const isFirst = known === undefined || known.movedBackAt === 0;
      const unchanged = isFirst ? 'attribute_not_exists(#movedBackAt)' : '#movedBackAt = :known';
      const moved =
        'SET #movedBackAt = :now, #movedBackBy = :milliseconds, #delayedBy = if_not_exists(#delayedBy, :none) + :milliseconds';
      const values = {
        now,
        milliseconds,
        none: 0,
        ...(!isFirst && { known: known.movedBackAt }),
      };
      const waiting = await changeQueue(
        quota,
        `${moved}, #freeAt = #freeAt + :milliseconds`,
        `${unchanged} AND #freeAt > :now`,
        values,
      );
      if (waiting !== undefined) return;
      await changeQueue(
        quota,
        `${moved}, #freeAt = :until, #askedAt = :now`,
        `${unchanged} AND (attribute_not_exists(#freeAt) OR #freeAt <= :now)`,
        { ...values, until: now + milliseconds },
      );
    },

    keep: async (quota, onboardingId, position) => {
      await table.update(turnKey(quota, onboardingId), {
        update: 'SET #position = :position',
        values: { position },
      });
    },
    kept: async (quota, onboardingId) =>
      (await table.get<{ readonly position?: number }>(turnKey(quota, onboardingId)))?.position,
    drop: async (quota, onboardingId) => {
      await table.update(turnKey(quota, onboardingId), { update: 'REMOVE #position' });
    },

    isOccasional: async (quota, partnerId, now, milliseconds, few) => {
      const key = partnerKey(quota, partnerId);
      const change = (update: string, condition: string, values: Readonly<Record<string, unknown>>) =>
        table.update(key, {
          update: `${update}, #ttl = :ttl`,
          condition,
          values: { ...values, now, ttl: ttlAt(now + few * milliseconds) },
        });
      const first = await change('SET #until = :next', 'attribute_not_exists(#until) OR #until <= :now', {
        next: now + milliseconds,
      });
      if (first !== undefined) return true;
      return (
        (await change('SET #until = #until + :milliseconds', '#until > :now AND #until <= :latest', {
          milliseconds,
          latest: now + (few - 1) * milliseconds,
        })) !== undefined
      );
    },
  };
}
