import { describe, expect, test } from 'vitest';
import { Conflict, OutcomeUnknown, Throttled } from '../../core/errors.ts';
import type { StepName } from '../../core/onboarding/onboarding.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');

/** Each step, and those it builds on. */
const steps: readonly (readonly [StepName, readonly StepName[]])[] = [
  ['ewacs-account', []],
  ['okta-profile', []],
  ['cognito-client', []],
  ['gateway-mapping', ['cognito-client']],
  ['credential-delivery', ['cognito-client', 'gateway-mapping']],
];

/** The ways in which any call may go wrong without saying for good that it did. */
const troubles = [
  ['before', new OutcomeUnknown({ service: 'any', operation: 'any', detail: 'never arrived' })],
  ['after', new OutcomeUnknown({ service: 'any', operation: 'any', detail: 'answer lost' })],
  ['before', new Throttled({ service: 'any', operation: 'any', detail: 'patience' })],
] as const;

async function worldBefore(earlier: readonly StepName[]): Promise<World> {
  const world = createWorld();
  await world.ports.onboardings.create(onboarding);
  for (const step of earlier) await world.run(step, 'apply', onboarding);
  return world;
}

/** What an undo has to take away. */
const standing = (world: World) => {
  const { people, clients, keys, mappings, links, tasks } = world.outside();
  return {
    people,
    clients,
    keys,
    mappings,
    liveLinks: links.filter(({ state }) => state === 'live'),
    openTasks: tasks.filter(({ state }) => state === 'open'),
  };
};

async function callsOf(world: World, run: () => Promise<void>): Promise<number> {
  const before = world.trouble.calls.length;
  await run();
  return world.trouble.calls.length - before;
}

const waitingForSendEvent = new OutcomeUnknown({
  service: 'sallyport',
  operation: 'SendEmail',
  detail: 'waiting for the Send event',
});
const hasBeenUndone = (step: string): Conflict =>
  new Conflict({ service: 'sallyport', operation: step, detail: 'the step has been undone' });

describe.each(steps)('WF-8 %s, exactly once', (step, earlier) => {
  // As the state machine does it: each attempt has a task token of its own.
  const apply = async (world: World, attempt = 1): Promise<void> =>
    world.run(step, 'apply', onboarding, `token-${attempt}`);
  const undo = async (world: World): Promise<void> => world.run(step, 'undo', onboarding);
  const applied = async () => {
    const world = await worldBefore(earlier);
    const calls = await callsOf(world, async () => apply(world));
    return { world, calls };
  };

  test('makes something, and nothing more when run again', async () => {
    const { world } = await applied();
    const once = structuredClone(world.outside());
    expect(once).not.toEqual((await worldBefore(earlier)).outside());
    const before = world.trouble.calls.length;
    await apply(world, 2);
    expect(world.outside()).toEqual(once);
    // But for the EWACS task, which somebody may have closed meanwhile, our own records say all.
    if (step !== 'ewacs-account') {
      expect(world.trouble.calls.slice(before)).toEqual(['onboardings.find', 'steps.intend']);
    }
  });

  test('goes on to the same end after trouble at any of its calls', async () => {
    const { world: untroubled, calls } = await applied();
    for (const [moment, error] of troubles) {
      for (let nth = 1; nth <= calls; nth += 1) {
        const world = await worldBefore(earlier);
        world.trouble.nth(nth, moment, error);
        await expect(apply(world)).rejects.toBe(error);
        // Nobody brings a Send event here, so the delivery waits for one as often as it is willing to.
        await apply(world, 2).catch(async (waiting: unknown) => {
          expect(waiting).toEqual(waitingForSendEvent);
          await expect(apply(world, 3)).rejects.toThrow(waitingForSendEvent);
          await apply(world, 4);
        });
        expect(
          world.outside(),
          `${error.name} ${moment} call ${nth}: ${world.trouble.calls.join(' ')}`,
        ).toEqual(untroubled.outside());
      }
    }
  });

  test('leaves nothing when undone after trouble at any of its calls', async () => {
    const before = standing(await worldBefore(earlier));
    const { calls } = await applied();
    for (const [moment, error] of troubles) {
      for (let nth = 1; nth <= calls; nth += 1) {
        const world = await worldBefore(earlier);
        world.trouble.nth(nth, moment, error);
        await expect(apply(world)).rejects.toBe(error);
        await undo(world);
        expect(
          standing(world),
          `${error.name} ${moment} call ${nth}: ${world.trouble.calls.join(' ')}`,
        ).toEqual(before);
      }
    }
  });

  test('leaves nothing when the undo itself meets trouble at any of its calls and is run again', async () => {
    const before = standing(await worldBefore(earlier));
    const { world: whole } = await applied();
    const calls = await callsOf(whole, async () => undo(whole));
    for (const [moment, error] of troubles) {
      for (let nth = 1; nth <= calls; nth += 1) {
        const { world } = await applied();
        world.trouble.nth(nth, moment, error);
        await expect(undo(world)).rejects.toBe(error);
        await undo(world);
        expect(
          standing(world),
          `${error.name} ${moment} call ${nth}: ${world.trouble.calls.join(' ')}`,
        ).toEqual(before);
      }
    }
  });

  // Failure F-65
  test('undone twice is undone once; undoing what never began touches nothing; there is no way back', async () => {
    const { world } = await applied();
    await undo(world);
    const once = structuredClone(world.outside());
    await undo(world);
    expect(world.outside()).toEqual(once);
    await expect(apply(world, 2)).rejects.toThrow(hasBeenUndone(step));
    expect(world.outside()).toEqual(once);

    const untouched = await worldBefore(earlier);
    const before = untouched.trouble.calls.length;
    await undo(untouched);
    expect(new Set(untouched.trouble.calls.slice(before))).toEqual(
      new Set(['onboardings.find', 'steps.find', 'steps.tombstone']),
    );
    await expect(apply(untouched)).rejects.toThrow(hasBeenUndone(step));
  });
});

// Failure F-18
describe('WF-8 what has no idempotency of its own is looked up after an unknown outcome, and only then', () => {
  const vendors = [
    ['cognito-client', [], 'registry.create', 'registry.findByName'],
    ['gateway-mapping', ['cognito-client'], 'keys.create', 'keys.findByName'],
    ['ewacs-account', [], 'desk.createTask', 'desk.findTask'],
  ] as const;
  const lookUpsAndCreations = (
    { trouble: { calls } }: World,
    create: string,
    lookUp: string,
  ): readonly string[] => {
    const made = calls.filter((call) => call === create || call === lookUp);
    // The EWACS task is looked at once more when all is done.
    return create === 'desk.createTask' ? made.slice(0, -1) : made;
  };

  test.each(vendors)('%s', async (step, earlier, create, lookUp) => {
    const lost = new OutcomeUnknown({ service: 'vendor', operation: 'create', detail: 'lost' });
    const there = await worldBefore(earlier);
    there.trouble.next(create, 'after', lost);
    await expect(there.run(step, 'apply', onboarding)).rejects.toBe(lost);
    await there.run(step, 'apply', onboarding);
    expect(lookUpsAndCreations(there, create, lookUp)).toEqual([create, lookUp]);

    const notThere = await worldBefore(earlier);
    notThere.trouble.next(create, 'before', lost);
    await expect(notThere.run(step, 'apply', onboarding)).rejects.toBe(lost);
    await notThere.run(step, 'apply', onboarding);
    expect(lookUpsAndCreations(notThere, create, lookUp)).toEqual([create, lookUp, create]);

    const throttled = await worldBefore(earlier);
    const patience = new Throttled({ service: 'vendor', operation: 'create', detail: 'patience' });
    throttled.trouble.next(create, 'before', patience);
    await expect(throttled.run(step, 'apply', onboarding)).rejects.toBe(patience);
    await throttled.run(step, 'apply', onboarding);
    expect(lookUpsAndCreations(throttled, create, lookUp)).toEqual([create, create]);
  });
});
