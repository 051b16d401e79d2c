import { describe, expect, test } from 'vitest';
import { OutcomeUnknown, Rejected, Unavailable } from '../../core/errors.ts';
import { partnerIdOf } from '../../core/onboarding/ids.ts';
import { takeIn } from '../../core/onboarding/request-intake.ts';
import type { OnboardingRequest } from '../../core/onboarding/request.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const task = { onboardingId: 'onb-1', ticketNumber: 'RITM0010001' };
const employee = { userId: 'okta-7', login: 'dana.li', email: 'api-team@acme.example', active: true };
const acmesUser = { ...employee, partnerId: partnerIdOf('Acme Credit Ltd'), onboardingId: 'onb-0' };

async function worldWithTicket(changed: Partial<OnboardingRequest> = {}) {
  const world = createWorld();
  const asked = { ...request, ...changed };
  await world.ports.tickets.record({ ticketNumber: 'RITM0010001', attempt: 1, onboardingId: 'onb-1', digest: 'd', request: asked });
  return { ...world, found: async () => world.ports.onboardings.find('onb-1') };
}

describe('WF-1 the intake', () => {
  test('opens the record with its plan, and tells the state machine what it has to choose by', async () => {
    const { ports, found } = await worldWithTicket({ ewacsAccountCreated: false });
    expect(await takeIn(ports, task)).toEqual({ kind: 'b2b-onboarding', ewacsAccountCreated: false });
    expect(await found()).toEqual(onboardingOf('onb-1', { ewacsAccountCreated: false }));
  });

  test('run again keeps what it wrote, whatever the clock and the catalogue say by then', async () => {
    const { ports, found, time } = await worldWithTicket();
    await takeIn(ports, task);
    time.now = new Date('2026-11-21T10:00:00Z');
    const regions = { UK: { assignmentGroup: 'Somebody else' } };
    expect(await takeIn({ ...ports, catalogue: { ...ports.catalogue, regions } }, task)).toEqual({ kind: 'b2b-onboarding', ewacsAccountCreated: true });
    expect(await found()).toEqual(onboardingOf('onb-1'));
  });

  test.each([
    ['another attempt has taken the ticket over', { ...task, onboardingId: 'onb-0' }],
    ['there is no such ticket', { ...task, ticketNumber: 'RITM0010002' }],
  ])('is a defect if %s', async (_why, stray) => {
    const { ports, found } = await worldWithTicket();
    await expect(takeIn(ports, stray)).rejects.toMatchObject({ name: 'Defect', message: 'sallyport request-intake: the ticket has no such onboarding' });
    expect(await found()).toBeUndefined();
  });
});

describe('WF-2 what only a look-up can tell', () => {
  const taken = (why: string) => [{ code: 'user_id_taken', sentence: `The user id dana.li cannot be used: ${why}.` }];
  const missing = [{
    code: 'no_active_profile',
    sentence: 'Acme Credit Ltd has no active profile with the user id dana.li. Ask for a b2b-user first, or for a b2b-onboarding, which makes both.',
  }];

  test.each([
    ['b2b-onboarding', undefined],
    ['b2b-onboarding', acmesUser],
    ['b2b-user', acmesUser],
    ['api-client', acmesUser],
    ['api-client', { ...acmesUser, email: 'somebody-else@acme.example' }],
  ] as const)('a %s goes on where its user is %j', async (kind, user) => {
    const { ports, found, fakes } = await worldWithTicket({ kind });
    if (user !== undefined) fakes.directory.has(user, []);
    expect(await takeIn(ports, task)).toEqual({ kind, ewacsAccountCreated: true });
    expect(await found()).toMatchObject({ status: 'Running' });
  });

  test.each([
    ['b2b-onboarding', employee, taken('the user id belongs to somebody who is no partner user')],
    ['b2b-user', { ...acmesUser, partnerId: 'beta-bank-1' }, taken('the user id belongs to a user of another partner')],
    ['b2b-user', { ...acmesUser, email: 'other@acme.example' }, taken('the user id belongs to a user with another e-mail address')],
    ['b2b-onboarding', { ...acmesUser, active: false }, taken('the profile under this user id is suspended or deactivated')],
    ['api-client', undefined, missing],
    ['api-client', employee, missing],
    ['api-client', { ...acmesUser, partnerId: 'beta-bank-1' }, missing],
    ['api-client', { ...acmesUser, active: false }, missing],
  ] as const)('a %s is rejected where its user is %j', async (kind, user, reasons) => {
    const { ports, found, fakes, trouble } = await worldWithTicket({ kind });
    if (user !== undefined) fakes.directory.has(user, []);
    await expect(takeIn(ports, task)).rejects.toMatchObject({ name: 'Rejected', message: `sallyport request-intake: ${reasons[0]?.code ?? ''}` });
    expect(await found()).toEqual({ ...onboardingOf('onb-1', { kind }), status: 'Rejected', reasons });

    const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
    trouble.next('onboardings.conclude', 'after', lost);
    await expect(takeIn(ports, task)).rejects.toBe(lost);
    await expect(takeIn(ports, task)).rejects.toMatchObject({ name: 'Rejected' });
  });

  test('nobody is rejected because the directory refuses to answer', async () => {
    const { ports, found, trouble } = await worldWithTicket();
    trouble.next('directory.findByLogin', 'before', new Rejected({ service: 'okta', operation: 'GetUser', detail: 'HTTP 401 invalid_client' }));
    await expect(takeIn(ports, task)).rejects.toMatchObject({ name: 'Defect', message: 'okta GetUser: HTTP 401 invalid_client' });
    const busy = new Unavailable({ service: 'okta', operation: 'GetUser', detail: 'HTTP 503' });
    trouble.next('directory.findByLogin', 'before', busy);
    await expect(takeIn(ports, task)).rejects.toBe(busy);
    expect(await found()).toMatchObject({ status: 'Running' });
  });
});
