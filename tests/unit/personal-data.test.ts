import { beforeEach, describe, expect, test } from 'vitest';
import { Conflict, Rejected, Unavailable } from '../../core/errors.ts';
import { relink } from '../../core/credentials/delivery.ts';
import { removePersonalData } from '../../core/onboarding/personal-data.ts';
import { receiveRequest } from '../../core/onboarding/receive-request.ts';
import { redrive } from '../../core/onboarding/redrive.ts';
import { reconcileOnboarding, finishOnboardingRollback } from '../../core/onboarding/upkeep.ts';
import type { OnboardingRequest } from '../../core/tickets/request.ts';
import type { Onboarding } from '../../core/onboarding/onboarding.ts';
import { personalDataDays } from '../../resources/personal-data-days.ts';
import { onboardingOf, request as sample } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const request: OnboardingRequest = { ...sample, lastName: 'Lindqvist', description: 'As agreed with Erin' };
const onboardingId = 'RITM0010001-b2b-onboarding-DEV-1';
const onboarding: Onboarding = { ...onboardingOf(onboardingId), request };
const day = 86_400;
/** What the sample says about people. */
const personal = [
  request.ticket.openedBy,
  request.ticket.requestedFor,
  request.description,
  request.firstName,
  request.lastName,
  request.email,
  request.telephone,
  request.userId,
];

let world: World;
beforeEach(async () => {
  world = createWorld();
  await receiveRequest(world.ports, request, 'digest-a');
});
const later = (days: number): void => {
  world.time.now = new Date(world.time.now.getTime() + days * day * 1000);
};
const sweep = async () => removePersonalData({ ...world.ports, personalDataDays: 90 });
const ticketNow = async () => world.ports.tickets.find('RITM0010001');
const recordNow = async () => world.ports.onboardings.find(onboardingId);
/** Returns what is said about people in the two records that have the request. */
const peopleIn = async (): Promise<readonly string[]> => {
  const records = JSON.stringify([await ticketNow(), await recordNow()]);
  return personal.filter((value) => value !== '' && records.includes(JSON.stringify(value).slice(1, -1)));
};
const executionEnds = (): void =>
  void world.fakes.workflows.states.set(onboardingId, { status: 'FAILED', redriveCount: 0 });
const begin = async (): Promise<void> => {
  await world.ports.onboardings.create(onboarding);
};
const end = async (
  status: 'Done' | 'Rejected' | 'RolledBack' | 'RollbackIncomplete' | 'Stopped',
): Promise<void> => {
  await begin();
  await world.ports.onboardings.conclude(onboardingId, ['Running'], status, [
    { code: 'user_id_taken', sentence: `The user id ${request.userId} cannot be used.` },
  ]);
  executionEnds();
};

describe('X-1 the personal data of a request', () => {
  // Threat T-102
  test.each(['Done', 'Rejected', 'RolledBack'] as const)(
    'is removed ninety days after %s, and ids, number, digest and status stay',
    async (status) => {
      later(30);
      await end(status);
      const before = { ticket: await ticketNow(), record: await recordNow() };
      later(89);
      expect(await sweep()).toEqual({ onboardings: 0, tickets: 0 });
      expect(await ticketNow()).toEqual(before.ticket);
      expect(await recordNow()).toEqual(before.record);
      later(1.1);
      expect(await sweep()).toEqual({ onboardings: 1, tickets: 1 });
      expect(await peopleIn()).toEqual([]);
      const removedAt = world.time.now.toISOString();
      expect(await ticketNow()).toMatchObject({
        ticketNumber: 'RITM0010001',
        attempt: 1,
        digest: 'digest-a',
        onboardingId,
        personalDataRemovedAt: removedAt,
      });
      const { kind, company, product, environment, ticket } = request;
      expect(await recordNow()).toMatchObject({
        status,
        endedAt: before.record?.endedAt,
        createdAt: onboarding.createdAt,
        personalDataRemovedAt: removedAt,
        request: { kind, company, product, environment, ticket: { id: ticket.id, number: ticket.number } },
        reasons: [{ code: 'user_id_taken' }],
      });
      expect(await sweep()).toEqual({ onboardings: 0, tickets: 0 });
    },
  );

  test('includes the id of the account that the prerequisite has made', async () => {
    await begin();
    await world.ports.steps.intend(onboardingId, 'ewacs-account');
    await world.ports.steps.applied(onboardingId, 'ewacs-account', {
      taskNumber: 'T',
      prerequisiteId: 'EW-1',
    });
    await world.ports.onboardings.conclude(onboardingId, ['Running'], 'Done');
    later(91);
    await sweep();
    expect(await world.ports.steps.find(onboardingId, 'ewacs-account')).toMatchObject({
      facts: { taskNumber: 'T' },
    });
    expect((await world.ports.steps.find(onboardingId, 'ewacs-account'))?.facts.prerequisiteId).toBe(
      undefined,
    );
  });

  test('is left in part by a run that fails, and removed by the next one', async () => {
    await end('Done');
    later(91);
    const down = new Unavailable({ service: 'dynamodb', operation: 'UpdateItem', detail: 'down' });
    world.trouble.next('onboardings.removePersonalData', 'before', down);
    await expect(sweep()).rejects.toBe(down);
    expect((await ticketNow())?.personalDataRemovedAt, 'the others are tried all the same').toBeDefined();
    expect((await recordNow())?.request).toEqual(request);
    expect(await sweep()).toEqual({ onboardings: 1, tickets: 0 });
    expect(await peopleIn()).toEqual([]);
  });

  test('of a request that still runs is left alone, and goes ninety days after its end', async () => {
    await begin();
    later(200);
    expect(await sweep()).toEqual({ onboardings: 0, tickets: 0 });
    expect(await ticketNow()).toMatchObject({ request });
    await world.ports.onboardings.conclude(onboardingId, ['Running'], 'Done');
    executionEnds();
    later(89);
    await sweep();
    expect((await peopleIn()).length).toBeGreaterThan(0);
    later(2);
    await sweep();
    expect(await peopleIn()).toEqual([]);
  });

  test('of an earlier attempt goes ninety days after its own end', async () => {
    await end('Rejected');
    later(50);
    const second = { ...request, firstName: 'Erin' };
    await receiveRequest(world.ports, second, 'digest-b');
    later(41);
    expect(await sweep()).toEqual({ onboardings: 1, tickets: 0 });
    expect(await recordNow()).toMatchObject({ request: { firstName: '' } });
    expect(await ticketNow()).toMatchObject({ request: second });
  });

  test.each(['Stopped', 'RollbackIncomplete'] as const)(
    'of one that is %s goes but for the user id, which its rollback needs, and that goes after its end',
    async (status) => {
      await end(status);
      await world.run('okta-profile', 'apply', onboarding).catch(() => undefined);
      later(91);
      expect(await sweep()).toEqual({ onboardings: 1, tickets: 1 });
      expect(await peopleIn()).toEqual([request.userId]);
      const undoable = [world.steps['okta-profile']];
      await finishOnboardingRollback({ ...world.ports, undoable }, onboardingId);
      expect(world.outside().people).toEqual([]);
      await world.ports.onboardings.conclude(onboardingId, [status], 'RolledBack');
      later(91);
      expect(await sweep()).toEqual({ onboardings: 1, tickets: 0 });
      expect(await peopleIn()).toEqual([]);
    },
  );

  test('of one that was stopped stays while its redriven execution runs', async () => {
    await end('Stopped');
    world.fakes.workflows.states.delete(onboardingId);
    later(91);
    expect(await sweep()).toEqual({ onboardings: 0, tickets: 0 });
    expect(await recordNow()).toMatchObject({ request });
    later(91);
    executionEnds();
    expect(await sweep()).toEqual({ onboardings: 1, tickets: 1 });
  });

  // Failure F-77
  test('of one whose end nobody recorded goes ninety days after operators were told', async () => {
    await begin();
    executionEnds();
    later(91);
    expect(await sweep()).toEqual({ onboardings: 0, tickets: 0 });
    const reasons = [
      { code: 'end_not_recorded', sentence: 'The execution has ended, and its end was never recorded.' },
    ];
    expect(await recordNow()).toMatchObject({ status: 'Stopped', reasons });
    expect(world.fakes.alerts.raised).toEqual([{ executionId: onboardingId, status: 'Stopped', reasons }]);
    await sweep();
    expect(world.fakes.alerts.raised).toHaveLength(1);
    later(91);
    expect(await sweep()).toEqual({ onboardings: 1, tickets: 1 });
  });

  // Failure F-76
  test('of a request that never began goes ninety days after it was rejected for that', async () => {
    executionEnds();
    later(91);
    await sweep();
    expect(await recordNow()).toMatchObject({ status: 'Rejected', reasons: [{ code: 'never_begun' }] });
    expect(world.fakes.desk.updates.at(-1)?.fields.comment).toContain('its processing never began');
    expect(await receiveRequest(world.ports, request, 'digest-a')).toMatchObject({
      outcome: 'repeated',
      receipt: { status: 'Rejected' },
    });
    later(91);
    expect(await sweep()).toEqual({ onboardings: 1, tickets: 1 });
    expect(await peopleIn()).toEqual([]);
  });

  test('of a request that could never be started goes the same way', async () => {
    world = createWorld();
    const down = new Unavailable({ service: 'stepfunctions', operation: 'StartExecution', detail: 'down' });
    world.trouble.next('workflows.start', 'before', down);
    await expect(receiveRequest(world.ports, request, 'digest-a')).rejects.toBe(down);
    later(91);
    await sweep();
    expect(await recordNow()).toMatchObject({ status: 'Rejected', reasons: [{ code: 'never_begun' }] });
    later(91);
    await sweep();
    expect(await peopleIn()).toEqual([]);
  });

  test('of a smoke test is removed, too, but its mailbox and user id stay until it is undone', async () => {
    const email = 'success+1@simulator.amazonses.com';
    await world.ports.onboardings.create({ ...onboarding, request: { ...request, email } });
    await world.ports.onboardings.conclude(onboardingId, ['Running'], 'Done');
    later(91);
    await sweep();
    expect(await recordNow()).toMatchObject({ request: { email, userId: request.userId, firstName: '' } });

    await world.ports.onboardings.conclude(onboardingId, ['Done'], 'RolledBack');
    later(91);
    await sweep();
    expect(await recordNow(), 'which only its undo needs').toMatchObject({
      request: { email: '', userId: '' },
    });
  });
});

describe('X-1 after the personal data was removed', () => {
  beforeEach(async () => {
    await end('RolledBack');
    later(91);
    await sweep();
  });

  // Threat T-103
  test('the same content is answered as before, and other content is a new attempt', async () => {
    expect(await receiveRequest(world.ports, request, 'digest-a')).toEqual({
      outcome: 'repeated',
      receipt: { onboardingId, executionArn: `arn:execution:${onboardingId}`, status: 'RolledBack' },
    });
    expect(await peopleIn(), 'a delivery brings nothing back').toEqual([]);
    const other = { ...request, userId: 'dana.li.2' };
    expect(await receiveRequest(world.ports, other, 'digest-b')).toMatchObject({ outcome: 'accepted' });
    expect(await ticketNow()).toEqual({
      ticketNumber: 'RITM0010001',
      attempt: 2,
      onboardingId: 'RITM0010001-b2b-onboarding-DEV-2',
      digest: 'digest-b',
      request: other,
    });
  });

  test('a redrive has to be given the whole request', async () => {
    await expect(redrive(world.ports, onboardingId)).rejects.toThrow(
      new Rejected({
        service: 'sallyport',
        operation: 'Redrive',
        detail:
          'the personal data of the request was removed on 2027-02-19; give the whole request again with --input',
      }),
    );
    expect(await redrive(world.ports, onboardingId, { request, digest: 'digest-a' })).toMatchObject({
      onboardingId: 'RITM0010001-b2b-onboarding-DEV-2',
    });
    expect(await ticketNow()).toMatchObject({ request, redriveOf: onboardingId });
  });
});

test('WF-8 a ticket that was not told of its end is told without personal data', async () => {
  await end('Done');
  later(91);
  await sweep();
  await reconcileOnboarding(world.ports, onboardingId);
  expect(world.fakes.desk.updates.at(-1)?.fields.internalNote).toContain('the partner profile (removed)');
});

test('X-5 a fresh link cannot be mailed once the mailbox was removed', async () => {
  for (const step of ['okta-profile', 'cognito-client', 'gateway-mapping', 'credential-delivery'] as const) {
    await world.ports.onboardings.create(onboarding);
    await world.run(step, 'apply', onboarding);
  }
  await world.ports.onboardings.conclude(onboardingId, ['Running'], 'Done');
  later(91);
  await sweep();
  const done = await recordNow();
  if (done === undefined) throw new Error('the record is gone');
  const mails = world.fakes.mailer.sent.length;
  await expect(relink(world.ports, done)).rejects.toThrow(
    new Conflict({
      service: 'sallyport',
      operation: 'Relink',
      detail:
        "no new link, because the partner's mailbox was removed on 2027-02-19 with the other personal data. A new request of the kind api-client gives the same user a new client. Then end the old one.",
    }),
  );
  expect(world.fakes.mailer.sent).toHaveLength(mails);
});

describe('the parameter personalDataDays', () => {
  test.each(['15', '90', 3650])('is taken if it is %j', (value) => {
    expect(personalDataDays(value)).toBe(String(value));
  });
  test.each(['14', '3651', '', '90.5', '-90', 'ninety', '1e3', undefined, null])(
    'is refused if it is %j',
    (value) => {
      expect(() => personalDataDays(value)).toThrow(
        /^The parameter personalDataDays is .*; use a whole number of days from 15 to 3650\.$/u,
      );
    },
  );
});
