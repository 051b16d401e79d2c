import { beforeEach, describe, expect, test } from 'vitest';
import { deriveLink } from '../../core/credentials/links.ts';
import { Conflict, NotFound, Rejected, RollbackIncomplete, Unavailable } from '../../core/errors.ts';
import { smokeTestLink, undoSmokeTest } from '../../core/onboarding/smoke-test.ts';
import { fakeLinkKeys } from '../support/fakes/delivery.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const smokeTest = onboardingOf('onb-1', { email: 'success@simulator.amazonses.com' });
const partnerOnboarding = onboardingOf('onb-2');
const applied = ['okta-profile', 'cognito-client', 'gateway-mapping', 'credential-delivery'] as const;
const undone = [...applied].reverse();

let world: World;
beforeEach(async () => {
  world = createWorld();
  for (const onboarding of [smokeTest, partnerOnboarding]) await world.ports.onboardings.create(onboarding);
});
const undo = async (onboardingId = 'onb-1'): Promise<void> =>
  undoSmokeTest({ ...world.ports, undoable: undone.map((name) => world.steps[name]) }, onboardingId);
/** What the directory, the token issuer and the gateway hold. */
const inVendors = () => {
  const { people, clients, keys, mappings } = world.outside();
  return { people, clients, keys, mappings };
};
const finish = async (): Promise<void> => {
  for (const step of applied) await world.run(step, 'apply', smokeTest);
  await world.ports.onboardings.conclude('onb-1', ['Running'], 'Done');
};

describe('X-15 the link of a smoke test', () => {
  test('is the one that was mailed to the simulator', async () => {
    await finish();
    const { token } = await deriveLink(fakeLinkKeys, 'onb-1', 1);
    expect(await smokeTestLink(world.ports, smokeTest)).toBe(`https://access.example/credentials/${token}`);
    expect(world.fakes.mailer.sent[0]?.text).toContain(await smokeTestLink(world.ports, smokeTest));
  });

  // Threat T-15
  test.each([
    'api-team@acme.example',
    'success@simulator.amazonses.com.acme.example',
    'simulator.amazonses.com@acme.example',
    'success@notsimulator.amazonses.com',
  ])('is told of no other onboarding, such as that of %s', async (email) => {
    await world.run('cognito-client', 'apply', partnerOnboarding);
    await world.run('gateway-mapping', 'apply', partnerOnboarding);
    await world.run('credential-delivery', 'apply', partnerOnboarding);
    await expect(smokeTestLink(world.ports, onboardingOf('onb-2', { email }))).rejects.toThrow(
      new Rejected({
        service: 'sallyport',
        operation: 'SmokeTestLink',
        detail: 'only for an onboarding whose mailbox ends in @simulator.amazonses.com',
      }),
    );
  });

  test('is refused before it is delivered and after it is taken back', async () => {
    await expect(smokeTestLink(world.ports, smokeTest)).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'SmokeTestLink',
        detail: 'no link has been delivered',
      }),
    );
    await finish();
    await world.run('credential-delivery', 'undo', smokeTest);
    await expect(smokeTestLink(world.ports, smokeTest)).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'SmokeTestLink',
        detail: 'no link has been delivered',
      }),
    );
  });
});

describe('X-15 the undo of a smoke test that is done', () => {
  test('removes everything that it made, tells the ticket once, and frees the ticket for the next attempt', async () => {
    await finish();
    await undo();
    await undo();
    expect(inVendors()).toEqual({ people: [], clients: [], keys: [], mappings: [] });
    expect(world.fakes.links.all().map(({ state }) => state)).toEqual(['revoked']);
    expect(await world.ports.onboardings.find('onb-1')).toEqual({
      ...smokeTest,
      status: 'RolledBack',
      endedAt: world.time.now.toISOString(),
    });
    expect(world.fakes.desk.updates.at(-1)).toEqual({
      record: 'ticket',
      id: '9f1c',
      fields: {
        internalNote:
          'The smoke test is over. Everything that was set up for this request has been removed again.' +
          '\n\n(ref onb-1/SmokeTestUndone)',
      },
    });
    expect(world.fakes.desk.updates).toHaveLength(2);
  });

  test('says which steps are left, goes on past each, and finishes when it is run again', async () => {
    await finish();
    world.trouble.next(
      'registry.delete',
      'before',
      new Unavailable({ service: 'cognito', operation: 'DeleteUserPoolClient', detail: 'away' }),
    );
    await expect(undo()).rejects.toThrow(
      new RollbackIncomplete({ service: 'sallyport', operation: 'UndoSmokeTest', detail: 'cognito-client' }),
    );
    expect(inVendors()).toEqual({
      people: [],
      clients: [
        {
          name: 'onb-1',
          scopes: ['credit-reports/read'],
          secrets: [{ secretId: 'secret-1', createdAt: new Date(1) }],
        },
      ],
      keys: [],
      mappings: [],
    });
    expect(await world.ports.onboardings.find('onb-1')).toEqual({
      ...smokeTest,
      status: 'Done',
      endedAt: world.time.now.toISOString(),
    });
    await undo();
    expect(inVendors()).toEqual({ people: [], clients: [], keys: [], mappings: [] });
    expect(await world.ports.onboardings.find('onb-1')).toEqual({
      ...smokeTest,
      status: 'RolledBack',
      endedAt: world.time.now.toISOString(),
    });
  });

  // Threat T-16
  test('touches none of a partner, none that is under way, and none that is unknown', async () => {
    await world.run('cognito-client', 'apply', partnerOnboarding);
    await world.ports.onboardings.conclude('onb-2', ['Running'], 'Done');
    await expect(undo('onb-2')).rejects.toThrow(
      new Rejected({
        service: 'sallyport',
        operation: 'UndoSmokeTest',
        detail: 'only for an onboarding whose mailbox ends in @simulator.amazonses.com',
      }),
    );
    await expect(undo('onb-1')).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'UndoSmokeTest',
        detail: 'the onboarding is Running, not Done',
      }),
    );
    await expect(undo('onb-3')).rejects.toThrow(
      new NotFound({
        service: 'sallyport',
        operation: 'UndoSmokeTest',
        detail: 'there is no such onboarding',
      }),
    );
    expect(world.fakes.cognito.clients.size).toBe(1);
  });
});
