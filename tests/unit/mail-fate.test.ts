import { beforeEach, describe, expect, test } from 'vitest';
import { recordMailStatus } from '../../core/credentials/mail-status.ts';
import { deriveLink, hashOf } from '../../core/credentials/links.ts';
import { OutcomeUnknown } from '../../core/errors.ts';
import { fakeMacKey } from '../support/fakes/delivery.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');

let world: World;
let row: string;
beforeEach(async () => {
  world = createWorld();
  await world.ports.onboardings.create(onboarding);
  for (const step of ['cognito-client', 'credential-delivery'] as const) {
    await world.run(step, 'apply', onboarding);
  }
  row = hashOf((await deriveLink(fakeMacKey, onboarding.onboardingId, 1)).token);
});
const told = () =>
  world.fakes.desk.updates.flatMap(
    ({ fields }) => /\/(mail-.+)\)$/u.exec(fields.internalNote ?? '')?.[1] ?? [],
  );

describe('WF-7 what became of the mail with the link', () => {
  test.each(['bounced', 'complained'] as const)('%s: the link and the ticket know, once', async (fate) => {
    await recordMailStatus(world.ports, row, fate);
    await recordMailStatus(world.ports, row, fate);
    expect(await world.ports.links.find(row)).toEqual({
      mail: fate,
      state: 'live',
      tokenHash: '5f08a391a6120302eac80bd7d63cdc43110578b5799c1b7b6527393e5271e750',
      onboardingId: 'RITM1-b2b-onboarding-DEV-1',
      number: 1,
      clientId: 'client-1',
      codeMac: '97vKdb2eXTCKXI5JfJ3qQHiWxvy2InkyLKx6Evr6O+I=',
      triesLeft: 5,
      mailWaits: 0,
      expiresAt: '2026-11-23T10:00:00.000Z',
    });
    expect(told()).toEqual([`mail-${fate}-1`]);
    const last = world.fakes.desk.updates.at(-1)?.fields;
    expect(`${last?.internalNote ?? ''} ${last?.comment ?? ''}`).toContain('a***@acme.example');
    expect(last?.comment).not.toContain('api-team@');
  });

  test('sent: there is nothing to tell', async () => {
    await recordMailStatus(world.ports, row, 'sent');
    expect(told()).toEqual([]);
  });

  test('is told by nobody if the link is of no use any more, or never was one of ours', async () => {
    await world.run('credential-delivery', 'undo', onboarding);
    await recordMailStatus(world.ports, row, 'bounced');
    await recordMailStatus(world.ports, 'nobody made it', 'bounced');
    expect(told()).toEqual([]);
  });

  // Failure F-25
  test('is told at the next try if the ticket cannot be reached', async () => {
    const away = new OutcomeUnknown({ service: 'servicenow', operation: 'UpdateRecord', detail: 'time-out' });
    world.trouble.next('desk.updateTicket', 'after', away);
    await expect(recordMailStatus(world.ports, row, 'bounced')).rejects.toBe(away);
    await recordMailStatus(world.ports, row, 'bounced');
    expect(told()).toEqual(['mail-bounced-1']);
  });
});
