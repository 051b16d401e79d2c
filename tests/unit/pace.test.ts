import { beforeEach, describe, expect, test } from 'vitest';
import { AwaitingTurn, Rejected, Throttled, Unavailable } from '../../core/errors.ts';
import { type Caller, createPace, moveBackAfter, type Pace } from '../../core/pace/pace.ts';
import type { PaceRecords } from '../../core/pace/records.ts';
import { createQuotas, type Quotas } from '../../local/kernel/quotas.ts';
import { fakePaceRecords } from '../support/fakes/pace-records.ts';
import { type SimulatedTime, simulatedTime } from '../support/simulated-time.ts';

/** A vendor that allows five calls a second, and functions that believe in as many. */
const perSecond = 5;

let time: SimulatedTime;
let records: PaceRecords;
let vendor: Quotas;
let made: { readonly onboardingId: string; readonly at: number }[];
beforeEach(() => {
  time = simulatedTime();
  records = fakePaceRecords();
  vendor = createQuotas(1, () => time.now().getTime());
  vendor.replace({ call: perSecond });
  made = [];
});

const instance = (quota = perSecond): Pace<'api-keys'> =>
  createPace({
    records,
    quotas: { 'api-keys': quota },
    services: { 'api-keys': 'apigateway' },
    clock: time,
    pause: time.sleep,
  });

/** As the vendor answers, after as long as it takes. */
const callVendor = async (onboardingId: string, latency = 100): Promise<void> => {
  await time.sleep(latency);
  if (!vendor.admit('call')) {
    throw new Throttled({
      service: 'apigateway',
      operation: 'CreateApiKey',
      detail: 'TooManyRequestsException',
    });
  }
  made.push({ onboardingId, at: time.now().getTime() });
};

/** As the state machine runs a step: again when it is its turn, or after a failure some time later. */
async function runToItsEnd(
  pace: Pace<'api-keys'>,
  caller: Caller,
  make: () => Promise<void>,
): Promise<number> {
  for (let waits = 0; ; waits += 1) {
    try {
      await pace.call('api-keys', caller, async (due) => {
        await due();
        await make();
      });
      return waits;
    } catch (error) {
      if (error instanceof AwaitingTurn) await time.sleep(Date.parse(error.message) - time.now().getTime());
      else if (error instanceof Throttled || error instanceof Unavailable) await time.sleep(2000);
      else throw error;
    }
  }
}
const onboarding = (number: number, partnerId = 'partner-1'): Caller => ({
  onboardingId: `onboarding-${number}`,
  partnerId,
});
const crowd = (
  count: number,
  partnerOf: (number: number) => string = () => 'partner-1',
  quota = perSecond,
) => {
  const instances = Array.from({ length: 10 }, () => instance(quota));
  return Array.from({ length: count }, async (_, number) => {
    const caller = onboarding(number, partnerOf(number));
    return runToItsEnd(instances[number % 10] ?? instance(quota), caller, () =>
      callVendor(caller.onboardingId),
    );
  });
};
const secondsOfAll = (): number =>
  (Math.max(...made.map(({ at }) => at)) - Math.min(...made.map(({ at }) => at))) / 1000;

describe('X-14 calls keep the vendor’s pace', () => {
  test('one alone is made at once', async () => {
    const startedAt = time.now().getTime();
    const [waits] = crowd(1);
    await time.run();
    expect([await waits, made]).toEqual([0, [{ onboardingId: 'onboarding-0', at: startedAt + 100 }]]);
  });

  test.each([
    { who: 'of one partner', partnerOf: () => 'partner-1' },
    { who: 'each of another partner', partnerOf: (number: number) => `partner-${number}` },
  ])(
    '1,200 at once $who are all made, at 90 % of the quota or more, with at most 1.1 calls each',
    async ({ partnerOf }) => {
      const all = crowd(1200, partnerOf);
      await time.run();
      await Promise.all(all);
      expect(new Set(made.map(({ onboardingId }) => onboardingId)).size).toBe(1200);
      expect(vendor.uses()['call']?.calls).toBeLessThanOrEqual(1.1 * 1200);
      expect(1200 / secondsOfAll()).toBeGreaterThanOrEqual(0.9 * perSecond);
    },
  );

  // Failure F-4
  test('who waits long is told until when, and asks twice more at most', async () => {
    const waits = crowd(300);
    await time.run();
    expect(Math.max(...(await Promise.all(waits)))).toBeLessThanOrEqual(2);
  });

  test('turns come in the order of asking', async () => {
    const pace = instance();
    const all = Array.from({ length: 100 }, async (_, number) => {
      await time.sleep(10 * number);
      await runToItsEnd(pace, onboarding(number), () => callVendor(String(number)));
    });
    await time.run();
    await Promise.all(all);
    expect(made.map(({ onboardingId }) => Number(onboardingId))).toEqual(made.map((_, number) => number));
  });

  test('another partner’s few calls do not wait for a partner with a thousand', async () => {
    const thousand = crowd(1000);
    const few = Array.from({ length: 3 }, async (_, number) => {
      await time.sleep(5000 + 2500 * number);
      const askedAt = time.now().getTime();
      const caller = onboarding(2000 + number, 'partner-2');
      await runToItsEnd(instance(), caller, () => callVendor(caller.onboardingId));
      return time.now().getTime() - askedAt;
    });
    await time.run();
    await Promise.all(thousand);
    expect(await Promise.all(few)).toEqual([100, 100, 100]);
    expect(vendor.uses()['call']?.calls).toBeLessThanOrEqual(1.1 * 1003);
  });

  test('a partner that asks for more than a few waits like everybody else', async () => {
    const thousand = crowd(1000);
    const started = time.now().getTime();
    const many = Array.from({ length: 5 }, async (_, number) => {
      await time.sleep(5000 + 2500 * number);
      const caller = onboarding(2000 + number, 'partner-2');
      await runToItsEnd(instance(), caller, () => callVendor(caller.onboardingId));
      return (time.now().getTime() - started) / 1000 > 150;
    });
    await time.run();
    await Promise.all(thousand);
    expect(await Promise.all(many)).toEqual([false, false, false, true, true]);
  });
});

describe('X-14 a vendor that allows less than was set', () => {
  test('slows everybody down, and nobody gives up', async () => {
    vendor.replace({ call: perSecond / 2 });
    const all = crowd(600);
    await time.run();
    await Promise.all(all);
    expect(made).toHaveLength(600);
    expect(600 / secondsOfAll()).toBeGreaterThanOrEqual(0.5 * (perSecond / 2));
    expect(vendor.uses()['call']?.calls).toBeLessThanOrEqual(1.75 * 600);
  });

  test('who was refused keeps its turn', async () => {
    const pace = instance();
    const caller = onboarding(1);
    const refused = pace.call('api-keys', caller, () =>
      Promise.reject(new Throttled({ service: 'apigateway', operation: 'CreateApiKey', detail: '429' })),
    );
    await expect(refused).rejects.toBeInstanceOf(Throttled);
    const behind = crowd(100);
    const again = runToItsEnd(pace, caller, () => callVendor('refused'));
    await time.run();
    await Promise.all([again, ...behind]);
    expect(made.findIndex(({ onboardingId }) => onboardingId === 'refused')).toBeLessThanOrEqual(3);
  });

  test('a turn that was kept is given up, too, where nobody waits any more', async () => {
    const refused = new Throttled({ service: 'apigateway', operation: 'CreateApiKey', detail: 'busy' });
    const caller = onboarding(1);
    await expect(instance().call('api-keys', caller, () => Promise.reject(refused))).rejects.toBe(refused);
    expect(await records.kept('api-keys', 'onboarding-1')).toBeDefined();
    const aMinute = time.sleep(60_000);
    await time.run();
    await aMinute;
    expect(await instance().call('api-keys', caller, () => Promise.resolve('made'))).toBe('made');
    expect(await records.kept('api-keys', 'onboarding-1')).toBeUndefined();
  });

  test('is asked ever less often while it is down, and by nobody in a crowd when it is back', async () => {
    let down = true;
    let inVain = 0;
    const make = (onboardingId: string) => async (): Promise<void> => {
      if (!down) return callVendor(onboardingId);
      await time.sleep(100);
      inVain += 1;
      throw new Unavailable({ service: 'apigateway', operation: 'CreateApiKey', detail: 'HTTP 503' });
    };
    const all = Array.from({ length: 300 }, async (_, number) =>
      runToItsEnd(instance(), onboarding(number), make(`onboarding-${number}`)),
    );
    const repair = time.sleep(3_600_000).then(() => {
      down = false;
    });
    await time.run();
    await Promise.all([...all, repair]);
    expect(made).toHaveLength(300);
    expect(inVain).toBeLessThanOrEqual(400);
    expect(vendor.uses()['call']?.calls).toBeLessThanOrEqual(1.1 * 300);
  });

  test.each([
    { what: 'three calls at first', known: undefined, milliseconds: 600 },
    {
      what: 'nothing while that takes effect',
      known: { movedBackAt: 9500, movedBackBy: 1000 },
      milliseconds: 0,
    },
    { what: 'twice as much soon after', known: { movedBackAt: 8500, movedBackBy: 1000 }, milliseconds: 2000 },
    {
      what: 'three calls again if it is only busy',
      known: { movedBackAt: 8500, movedBackBy: 1000 },
      isDown: false,
      milliseconds: 600,
    },
    {
      what: 'three calls again after a while',
      known: { movedBackAt: 5000, movedBackBy: 1000 },
      milliseconds: 600,
    },
    { what: 'a minute at most', known: { movedBackAt: -40_000, movedBackBy: 45_000 }, milliseconds: 60_000 },
  ])('moves turns back by $what', ({ known, isDown = true, milliseconds }) => {
    expect(moveBackAfter(known && { freeAt: 0, delayedBy: 0, ...known }, 10_000, 200, isDown)).toBe(
      milliseconds,
    );
  });

  test('any other failure moves nobody back, and gives the turn away', async () => {
    const refused = new Rejected({
      service: 'apigateway',
      operation: 'CreateApiKey',
      detail: 'BadRequestException',
    });
    await expect(instance().call('api-keys', onboarding(1), () => Promise.reject(refused))).rejects.toBe(
      refused,
    );
    expect(await records.find('api-keys')).toEqual({
      delayedBy: 0,
      freeAt: expect.any(Number) as number,
      movedBackAt: 0,
      movedBackBy: 0,
    });
    expect(await records.kept('api-keys', 'onboarding-1')).toBeUndefined();
  });
});

test.each([300, 400 * 86_400])('X-14 nobody waits for a clock that was %i seconds ahead', async (seconds) => {
  const ahead = createPace({
    records,
    quotas: { 'api-keys': perSecond },
    services: { 'api-keys': 'apigateway' },
    pause: time.sleep,
    clock: { now: () => new Date(time.now().getTime() + seconds * 1000) },
  });
  for (let number = 0; number < 3; number += 1) {
    await ahead.call('api-keys', onboarding(number, `partner-${number}`), () => Promise.resolve());
  }
  await records.keep('api-keys', 'onboarding-0', time.now().getTime() + seconds * 1000);
  const startedAt = time.now().getTime();
  const all = crowd(10);
  await time.run();
  await Promise.all(all);
  expect(Math.max(...made.map(({ at }) => at)) - startedAt).toBeLessThanOrEqual(2500);
});

describe('X-14 a person who waits', () => {
  const pickUp = async (): Promise<string> => {
    try {
      return await instance().callForPerson('api-keys', 2, async (due) => {
        await due();
        await callVendor('person');
        return 'served';
      });
    } catch (error) {
      if (error instanceof Throttled) return 'sent away';
      throw error;
    }
  };

  test('is served ahead of the queue, which makes way', async () => {
    const thousand = crowd(1000);
    const askedAt: number[] = [];
    const persons = Array.from({ length: 20 }, async (_, number) => {
      await time.sleep(5000 + 3000 * number);
      askedAt.push(time.now().getTime());
      return pickUp();
    });
    await time.run();
    await Promise.all(thousand);
    expect(new Set(await Promise.all(persons))).toEqual(new Set(['served']));
    const served = made
      .filter(({ onboardingId }) => onboardingId === 'person')
      .map(({ at }, number) => at - (askedAt[number] ?? 0));
    expect(Math.max(...served)).toBeLessThanOrEqual(1000);
    expect(vendor.uses()['call']?.calls).toBeLessThanOrEqual(1.1 * 1020);
  });

  // Failure F-5
  test('is sent away before anything was called if too many come at once', async () => {
    const thousand = crowd(1000);
    const persons = Array.from({ length: 20 }, async () => {
      await time.sleep(5000);
      return pickUp();
    });
    await time.run();
    await Promise.all(thousand);
    expect((await Promise.all(persons)).filter((how) => how === 'served').length).toBeGreaterThanOrEqual(3);
    expect((await Promise.all(persons)).filter((how) => how === 'sent away').length).toBeGreaterThanOrEqual(
      10,
    );
  });
});
