import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordMailReport } from '../../core/credentials/mail-report.ts';
import { deriveLink, hashOf } from '../../core/credentials/links.ts';
import { OutcomeUnknown } from '../../core/errors.ts';
import { readSesEvent } from '../../functions/mail-events/ses-event.ts';
import { fakeLinkKeys } from '../support/fakes/delivery.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');

let world: World;
let row: string;
const begin = async (): Promise<void> => {
  world = createWorld();
  await world.ports.onboardings.create(onboarding);
  for (const step of ['cognito-client', 'gateway-mapping', 'credential-delivery'] as const) {
    await world.run(step, 'apply', onboarding);
  }
  row = hashOf((await deriveLink(fakeLinkKeys, onboarding.onboardingId, 1)).token);
};
beforeEach(begin);
const told = () =>
  world.fakes.desk.updates.flatMap(
    ({ fields }) => /\/(mail-.+)\)$/u.exec(fields.internalNote ?? '')?.[1] ?? [],
  );

const event = (eventType: string, particulars: object = {}) => ({
  source: 'aws.ses',
  detail: { eventType, mail: { messageId: 'm-1', tags: { row: [row], link: ['1'] } }, ...particulars },
});
const bounce = (bounceType: string | null, bounceSubType: string | null) => () =>
  event('Bounce', { bounce: { bounceType, bounceSubType } });
const complaint =
  (complaintFeedbackType?: string | null, complaintSubType: string | null = null) =>
  () =>
    event('Complaint', { complaint: { complaintSubType, complaintFeedbackType } });
const delivery = () => event('Delivery', { delivery: {} });
const send = () => event('Send', { send: {} });

async function receive(...events: readonly (() => object)[]): Promise<void> {
  for (const each of events) {
    const read = readSesEvent(each());
    if (read !== undefined) await recordMailReport(world.ports, read.tokenHash, read.report);
  }
}
const statusOf = async () => (await world.ports.links.find(row))?.mail;
const textsTold = () =>
  world.fakes.desk.updates
    .filter(({ fields }) => fields.internalNote?.includes('/mail-') === true)
    .map(({ fields }) => `${fields.internalNote ?? ''} ${fields.comment ?? ''}`)
    .join(' ');

describe('WF-7 what became of the mail with the link', () => {
  test.each([
    ['bounced', bounce('Permanent', 'General')],
    ['complained', complaint('abuse')],
  ] as const)('%s: the link and the ticket know, once', async (status, reported) => {
    await receive(reported, reported);
    expect(await world.ports.links.find(row)).toEqual({
      mail: status,
      state: 'live',
      tokenHash: '44ded91da50be25cc95731bd06b29cf7c013acda3f25836df801430da7592ea0',
      onboardingId: 'RITM1-b2b-onboarding-DEV-1',
      number: 1,
      clientId: 'client-1',
      codeMac: 'dwW7MRag4YqZNv7ZunDnu42ph2oxt3BfONscdyehnpM=',
      triesLeft: 5,
      mailWaits: 0,
      expiresAt: '2026-11-23T10:00:00.000Z',
    });
    expect(told()).toEqual([`mail-${status}-1`]);
    const last = world.fakes.desk.updates.at(-1)?.fields;
    expect(`${last?.internalNote ?? ''} ${last?.comment ?? ''}`).toContain('a***@acme.example');
    expect(last?.comment).not.toContain('api-team@');
  });

  // Failure F-68
  test.each([
    ['Permanent/General', bounce('Permanent', 'General'), 'bounced', /Nobody has the link/u],
    ['Permanent/NoEmail', bounce('Permanent', 'NoEmail'), 'bounced', /Nobody has the link/u],
    ['Permanent/Suppressed', bounce('Permanent', 'Suppressed'), 'suppressed', /not sent.*Nobody has/u],
    [
      'Permanent/OnAccountSuppressionList',
      bounce('Permanent', 'OnAccountSuppressionList'),
      'suppressed',
      /not sent.*suppression list.*Nobody has/u,
    ],
    ['Transient/MailboxFull', bounce('Transient', 'MailboxFull'), 'returned', /mailbox is full/u],
    ['Transient/MessageTooLarge', bounce('Transient', 'MessageTooLarge'), 'returned', /too large/u],
    ['Transient/ContentRejected', bounce('Transient', 'ContentRejected'), 'returned', /content/u],
    ['Transient/AttachmentRejected', bounce('Transient', 'AttachmentRejected'), 'returned', /attachment/u],
    ['Transient/CustomTimeoutExceeded', bounce('Transient', 'CustomTimeoutExceeded'), 'returned', /in time/u],
    ['Transient/General', bounce('Transient', 'General'), 'returned', /automatic reply/u],
    ['Undetermined', bounce('Undetermined', 'Undetermined'), 'returned', /automatic reply/u],
    ['a subtype that nobody knows', bounce('Transient', 'constructor'), 'returned', /automatic reply/u],
    ['a bounce without a type', bounce(null, null), 'returned', /automatic reply/u],
    ['a complaint without a type', complaint(), 'complained', /as spam/u],
    ['a complaint of abuse', complaint('Abuse '), 'complained', /as spam/u],
    ['a complaint of fraud', complaint('fraud'), 'complained', /as fraud/u],
    [
      'a suppressed complaint',
      complaint(null, 'OnAccountSuppressionList'),
      'suppressed',
      /not sent.*Nobody has/u,
    ],
    ['Reject', () => event('Reject', { reject: { reason: 'Bad content' } }), 'rejected', /not the cause/u],
    ['Rendering Failure', () => event('Rendering Failure', { failure: {} }), 'rejected', /not the cause/u],
  ] as const)('%s is told as what it is', async (_, reported, status, words) => {
    await receive(send, reported, reported);
    expect(await statusOf()).toBe(status);
    expect(told()).toEqual([`mail-${status}-1`]);
    expect(textsTold()).toMatch(words);
    expect(/Nobody has the link/u.test(textsTold())).toBe(!['returned', 'complained'].includes(status));
    expect(/as spam|as fraud/u.test(textsTold())).toBe(status === 'complained');
  });

  test.each([
    ['not-spam', complaint('not-spam')],
    ['other', complaint('other')],
    ['a virus scanner', complaint('virus')],
    ['authentication', complaint('auth-failure')],
    ['a type that nobody knows', complaint('opinion')],
  ])(
    'a complaint about %s is no report of spam, and shows that the mail was delivered',
    async (_, reported) => {
      await receive(send, reported);
      expect([await statusOf(), told()]).toEqual(['delivered', []]);
    },
  );

  test('a delay, an opened mail and other events change nothing', async () => {
    for (const eventType of ['DeliveryDelay', 'Open', 'Click', 'Subscription', 'Invented', 'constructor']) {
      await receive(() => event(eventType));
    }
    expect([await statusOf(), told()]).toEqual(['sent', []]);
  });

  test('an automatic reply after the delivery is not told', async () => {
    await receive(send, delivery, bounce('Transient', 'General'), bounce('Undetermined', 'Undetermined'));
    expect([await statusOf(), told()]).toEqual(['delivered', []]);
  });

  test('a full mailbox after the delivery is told as that, and the mail stays delivered', async () => {
    await receive(send, delivery, bounce('Transient', 'MailboxFull'));
    expect([await statusOf(), told()]).toEqual(['delivered', ['mail-returned-1']]);
    expect(textsTold()).toContain('the mailbox is full. The link still works.');
  });

  test('a permanent bounce after the delivery counts, because mail systems bounce later as well', async () => {
    await receive(send, delivery, bounce('Permanent', 'NoEmail'), bounce('Transient', 'General'), delivery);
    expect([await statusOf(), told()]).toEqual(['bounced', ['mail-bounced-1']]);
  });

  test('of two reports that contradict each other, the ticket hears the one that is recorded', async () => {
    await receive(bounce('Permanent', 'General'), complaint('abuse'));
    expect(told()).toEqual(['mail-bounced-1']);
  });

  // Failure F-69
  test('the order of events and their repetition do not matter', async () => {
    const kinds = [send, delivery, bounce('Transient', 'General'), bounce('Transient', 'MailboxFull')];
    const ends = [
      { last: undefined, status: 'delivered' },
      { last: bounce('Permanent', 'General'), status: 'bounced' },
      { last: complaint('abuse'), status: 'complained' },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ends).chain(({ last, status }) =>
          fc.record({
            events: fc.shuffledSubarray([...kinds, ...kinds, ...(last === undefined ? [] : [last, last])], {
              minLength: kinds.length * 2 + (last === undefined ? 0 : 2),
            }),
            status: fc.constant(status),
          }),
        ),
        async ({ events, status }) => {
          await begin();
          await receive(...events);
          expect(await statusOf()).toBe(status);
          expect(new Set(told()).size).toBe(told().length);
          expect(/Nobody has the link/u.test(textsTold())).toBe(status === 'bounced');
        },
      ),
      { numRuns: 50 },
    );
  });

  test('sent: there is nothing to tell', async () => {
    await receive(send);
    expect(told()).toEqual([]);
  });

  test('is told by nobody if the link is of no use any more, or never was one of ours', async () => {
    await world.run('credential-delivery', 'undo', onboarding);
    await receive(bounce('Permanent', 'General'), bounce('Transient', 'MailboxFull'));
    await recordMailReport(world.ports, 'nobody made it', { status: 'bounced' });
    expect(told()).toEqual([]);
  });

  // Failure F-25
  test('is told at the next try if the ticket cannot be reached', async () => {
    const away = new OutcomeUnknown({ service: 'servicenow', operation: 'UpdateRecord', detail: 'time-out' });
    world.trouble.next('desk.updateTicket', 'after', away);
    await expect(receive(bounce('Permanent', 'General'))).rejects.toBe(away);
    await receive(bounce('Permanent', 'General'));
    expect(told()).toEqual(['mail-bounced-1']);
  });
});
