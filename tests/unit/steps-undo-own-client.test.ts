import { beforeEach, expect, test } from 'vitest';
import { Defect } from '../../core/errors.ts';
import { clientMappingOf, onboardingOf, otherPartnerId, partner } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('onb-1');
const { partnerId } = partner;
const notOwn = (operation: string, of: string): Defect =>
  new Defect({
    service: 'sallyport',
    operation,
    detail: `the client client-1 is recorded for the onboarding onb-1 of the partner ${partnerId}, and its own record names ${of}`,
  });

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.ports.onboardings.create(onboarding);
});

// Threat T-123
test.each([
  ['another onboarding', { onboardingId: 'onb-2' }, `the onboarding onb-2 of the partner ${partnerId}`],
  ['another partner', { partnerId: otherPartnerId }, `the onboarding onb-1 of the partner ${otherPartnerId}`],
])(
  'WF-6 a rollback neither ends nor deletes a client whose own record names %s',
  async (_what, changed, of) => {
    await world.run('cognito-client', 'apply', onboarding);
    await world.run('gateway-mapping', 'apply', onboarding);
    const [own] = world.fakes.mappings.clients.all();
    world.fakes.mappings.clients.has(clientMappingOf({ ...own, ...changed }));
    const before = [world.fakes.mappings.clients.all(), world.outside()];
    for (const step of ['gateway-mapping', 'cognito-client'] as const) {
      await expect(world.run(step, 'undo', onboarding)).rejects.toThrow(notOwn(step, of));
    }
    expect([world.fakes.mappings.clients.all(), world.outside()]).toEqual(before);
    for (const step of ['gateway-mapping', 'cognito-client'] as const) {
      expect(await world.ports.steps.find('onb-1', step)).toMatchObject({ state: 'applied' });
    }
  },
);

test('WF-6 a rollback deletes a client that was never mapped', async () => {
  const before = world.outside();
  await world.run('cognito-client', 'apply', onboarding);
  for (const step of ['gateway-mapping', 'cognito-client'] as const) {
    await world.run(step, 'undo', onboarding);
  }
  expect(world.outside()).toEqual(before);
});
