import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Defect, NotFound, OutcomeUnknown } from '../../core/errors.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM1-api-client-DEV-1', { kind: 'api-client' });

async function worldWithClient() {
  const world = createWorld();
  await world.ports.onboardings.create(onboarding);
  await world.run('cognito-client', 'apply', onboarding);
  return world;
}

test('WF-6 a mapping holds all routes, what was granted, from where, and a key on the plan', async () => {
  const world = await worldWithClient();
  await world.run('gateway-mapping', 'apply', onboarding);
  const apiKey = createHmac('sha256', 'API key values')
    .update('api-key\nRITM1-api-client-DEV-1')
    .digest('hex');
  // What API Gateway documents for a key's value.
  expect(apiKey).toMatch(/^[A-Za-z0-9]{20,128}$/);
  expect(world.fakes.mappings.clients.all()).toEqual([
    {
      clientId: 'client-1',
      partnerId: onboarding.partnerId,
      onboardingId: 'RITM1-api-client-DEV-1',
      apiKey,
      contractId: `${onboarding.partnerId}.credit-reports`,
      ratePlan: 'standard',
      product: 'credit-reports',
      status: 'active',
      version: 1,
      changes: [
        { at: '2026-11-20T10:00:00.000Z', by: 'RITM1-api-client-DEV-1', why: 'Onboarded', to: 'active' },
      ],
      scopes: ['credit-reports/read'],
      ipRanges: ['203.0.113.10'],
      routes: [
        { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
        { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
      ],
    },
  ]);
  expect(world.fakes.gateway.keys).toEqual(
    new Map([['key-1', { name: 'RITM1-api-client-DEV-1', value: apiKey, plans: new Set(['standard']) }]]),
  );
});

test('WF-6 the client can call nothing as soon as the undo begins, even if it then meets trouble', async () => {
  const world = await worldWithClient();
  await world.run('gateway-mapping', 'apply', onboarding);
  const [active] = world.fakes.mappings.clients.all();
  const lost = new OutcomeUnknown({ service: 'apigateway', operation: 'DeleteApiKey', detail: 'lost' });
  world.trouble.next('keys.delete', 'before', lost);
  await expect(world.run('gateway-mapping', 'undo', onboarding)).rejects.toBe(lost);
  expect(world.fakes.mappings.clients.all()).toEqual([
    {
      ...active,
      status: 'ended',
      version: 2,
      changes: [
        ...(active?.changes ?? []),
        {
          at: '2026-11-20T10:00:00.000Z',
          by: 'RITM1-api-client-DEV-1',
          why: 'Rolled back',
          to: 'ended',
        },
      ],
      editors: [],
    },
  ]);
  expect(world.fakes.gateway.keys.size).toBe(1);
});

test('WF-6 without a client there is nothing to map', async () => {
  const world = createWorld();
  await world.ports.onboardings.create(onboarding);
  await expect(world.run('gateway-mapping', 'apply', onboarding)).rejects.toThrow(
    new Defect({ service: 'sallyport', operation: 'gateway-mapping', detail: 'there is no client to map' }),
  );
  expect(world.fakes.gateway.keys.size).toBe(0);
});

test('WF-6 a plan that does not exist ends the step, and the undo finds the key', async () => {
  const world = await worldWithClient();
  const premium = {
    ...onboarding,
    onboardingId: 'RITM2-api-client-DEV-1',
    plan: { ...onboarding.plan, ratePlan: 'nobody made it' },
  };
  await world.ports.onboardings.create(premium);
  await world.run('cognito-client', 'apply', premium);
  await expect(world.run('gateway-mapping', 'apply', premium)).rejects.toThrow(
    new NotFound({ service: 'apigateway', operation: 'fake', detail: 'no such key or plan' }),
  );
  expect(world.fakes.gateway.keys.size).toBe(1);
  await world.run('gateway-mapping', 'undo', premium);
  expect(world.fakes.gateway.keys.size).toBe(0);
});
