import { readdirSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ticketsOf } from '../../clients/partner.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import {
  awaitsEwacsAccount,
  ended,
  endOf,
  executionEnds,
  executions,
  tableItems,
  taskNumberOf,
  taskOf,
} from './records.ts';
import { deliver, type Payload, requestFor, sample, sampleText, type Signing } from './requests.ts';
import { problem, type WholeAnswer } from './whole-answer.ts';
import { assignmentGroupOf, oneOfThe } from '../support/shipped-catalogue.ts';

const retiring = `whsec_${Buffer.from('the secret that is on its way out').toString('base64')}`;
const current = `whsec_${Buffer.from('the secret that has replaced it').toString('base64')}`;
const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };

const tooLarge = problem(413, 'too_large', 'The body is larger than 64 KB.');
const badSignature = problem(
  401,
  'bad_signature',
  'The Standard Webhooks signature is missing, wrong, or more than five minutes old or ahead.',
  {},
  { 'www-authenticate': 'Standard-Webhooks realm="sallyport"' },
);
const notAnObject = problem(400, 'malformed', 'The body is not a JSON object.');
const unknownType = problem(
  400,
  'malformed',
  'The type is none of sc_req_item.submitted and sc_task.closed.',
);
const unknownTicket = problem(404, 'unknown_ticket', 'No onboarding waits for this task.');
const conflictWith = (onboardingId: string): WholeAnswer =>
  problem(
    409,
    'ticket_conflict',
    'This ticket was sent before with other content. Other content is taken only after the last attempt ended Rejected or RolledBack.',
    { onboardingId },
  );
const invalid = (...errors: readonly object[]): WholeAnswer =>
  problem(422, 'invalid_request', 'The request breaks the rules listed in errors.', { errors });
const unsigned = {
  headers: { 'webhook-id': undefined, 'webhook-timestamp': undefined, 'webhook-signature': undefined },
};

const arnOf = (onboardingId: string): string =>
  `arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:${onboardingId}`;
const receipt = (status: number, onboardingId: string, state: string): WholeAnswer => ({
  status,
  headers: json,
  body: { onboardingId, executionArn: arnOf(onboardingId), status: state },
});
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

describe('POST /webhooks/servicenow', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await startTestTwin({ environment: { SERVICENOW_WEBHOOK_SECRET: `${retiring} ${current}` } });
  });
  afterAll(() => twin.stop());

  const send = (body: string | object, signing: Signing = {}): Promise<WholeAnswer> =>
    deliver(twin.urls.gateway, typeof body === 'string' ? body : JSON.stringify(body), {
      secret: current,
      ...signing,
    });
  const everythingStored = async () => ({
    items: await tableItems(twin.urls),
    executions: await executions(twin.urls),
  });
  /** Sends a request that must change nothing, and returns the answer. */
  const sendInVain = async (body: string | object, signing: Signing = {}): Promise<WholeAnswer> => {
    const before = await everythingStored();
    const answer = await send(body, signing);
    expect(await everythingStored()).toEqual(before);
    return answer;
  };

  describe('WF-1, WF-3 the samples, in an order that makes sense', () => {
    const idOf = ({ number, cat_item: kind }: Payload): string => `${number}-${String(kind)}-DEV-1`;
    const accepted = async (...names: readonly string[]): Promise<void> => {
      for (const name of names) {
        expect(await send(sampleText(name)), name).toEqual(receipt(202, idOf(sample(name)), 'Running'));
      }
    };
    const done = async (...names: readonly string[]): Promise<void> => {
      for (const name of names) {
        expect(await endOf(twin.urls, arnOf(idOf(sample(name)))), name).toEqual(executionEnds.done);
        const ticket = (await ticketsOf(twin.urls)).find(({ number }) => number === sample(name).number);
        expect(ticket?.state, name).toBe('3');
      }
    };
    const closedAnswer = (status: number, number: string): WholeAnswer => ({
      status,
      headers: json,
      body: { number, status: 'closed' },
    });

    test('with the EWACS account they end by themselves', async () => {
      await accepted('b2b-onboarding-us.json', 'b2b-user-us.json');
      await done('b2b-onboarding-us.json', 'b2b-user-us.json');
      await accepted('api-client-us.json');
      await done('api-client-us.json');
    });

    test('without it they end when its task is closed', async () => {
      for (const name of ['b2b-onboarding-uk.json', 'b2b-user-uk.json', 'api-client-uk.json']) {
        await accepted(name);
        await awaitsEwacsAccount(twin.urls, arnOf(idOf(sample(name))));
        const task = await taskOf(twin.urls, idOf(sample(name)));
        const { number } = task;
        expect((await ticketsOf(twin.urls)).find((ticket) => ticket.number === number)).toEqual({
          ...task,
          table: 'sc_task',
          state: '1',
          assignment_group: assignmentGroupOf('UK'),
          work_notes: [],
          comments: [],
        });
        const closed = { ...sample('sc-task-closed.json'), ...task, request_item: sample(name).number };
        if (name === 'b2b-onboarding-uk.json') {
          const { number: sampleNumber, ['sys_id']: sampleId } = sample('sc-task-closed.json');
          expect({ ...closed, number: sampleNumber, sys_id: sampleId }).toEqual(
            sample('sc-task-closed.json'),
          );
        }

        expect(await sendInVain({ ...closed, state: '2' })).toEqual(
          invalid({ path: '/state', code: 'not_closed', allowed: 'One of: 3, 4, 7.' }),
        );
        expect(await send(closed)).toEqual(closedAnswer(202, number));
        expect(await send(closed)).toEqual(closedAnswer(200, number));
        await done(name);
        expect(await sendInVain(closed)).toEqual(closedAnswer(200, number));
      }
    });
  });

  describe('WF-1 the checks come in this order, and a refused request starts and stores nothing', () => {
    const large = (bytes: number): string => '{"type":"sc_req_item.submitted"'.padEnd(bytes - 1) + '}';
    const otherType = { ...requestFor('RITM0020001', { region: 'MARS' }), type: 'sc_req_item.updated' };

    test.each<[string, string | object, Signing, WholeAnswer]>([
      ['too large and unsigned', large(65_537), unsigned, tooLarge],
      ['too large and signed', large(65_537), {}, tooLarge],
      ['64 KB and unsigned', large(65_536), unsigned, badSignature],
      ['unsigned and not JSON', 'not JSON', unsigned, badSignature],
      ['unsigned and of an unknown type', otherType, unsigned, badSignature],
      [
        'unsigned and with wrong fields',
        requestFor('RITM0020001', { region: 'MARS' }),
        unsigned,
        badSignature,
      ],
      ['unsigned and otherwise right', requestFor('RITM0020001'), unsigned, badSignature],
      ['not JSON', 'not JSON', {}, notAnObject],
      ['empty', '', {}, notAnObject],
      ['a JSON list', '[]', {}, notAnObject],
      ['JSON null', 'null', {}, notAnObject],
      ['an unknown type with wrong fields', otherType, {}, unknownType],
      ['no type', {}, {}, unknownType],
      [
        'wrong fields, 64 KB of them',
        large(65_536),
        {},
        problem(422, 'invalid_request', 'The request breaks the rules listed in errors.', {
          errors: expect.any(Array) as unknown,
        }),
      ],
    ])('%s', async (_, body, signing, expected) => {
      expect(await sendInVain(body, signing)).toEqual(expected);
    });

    test('every fault of a request is listed', async () => {
      const request = requestFor(
        'RITM_20',
        {
          environment: 'PROD',
          region: 'MARS',
          company: '<b>Acme</b>',
          first_name: 'Dana\u0007',
          last_name: '',
          email: 'a@b.example\r\nBcc: c@d.example',
          telephone: 'none',
          user_id: '../admin',
          user_role: 'Administrator',
          ewacs_product_name: 'free-money',
          ip_addresses: '0.0.0.0/0 10.0.0.1/33, 203.0.113.010\n192.0.2.1-192.0.2.9',
          ewacs_account_created: true,
        },
        { sys_id: 'F00', cat_item: 'b2b-offboarding', opened_by: 'nobody', requested_for: null },
      );
      expect(await sendInVain(request)).toEqual(
        invalid(
          { path: '/sys_id', code: 'not_a_sys_id', allowed: '32 hexadecimal digits in lower case.' },
          {
            path: '/number',
            code: 'not_a_number',
            allowed: 'Up to 40 capital letters without accents and digits, with single hyphens between them.',
          },
          {
            path: '/cat_item',
            code: 'unknown_kind',
            allowed: 'One of: b2b-onboarding, b2b-user, api-client.',
          },
          {
            path: '/opened_by',
            code: 'not_an_address',
            allowed: 'One e-mail address without a name: team@partner.example.',
          },
          {
            path: '/requested_for',
            code: 'required',
            allowed:
              'A value is required. At most 100 characters. One e-mail address without a name: team@partner.example.',
          },
          {
            path: '/variables/environment',
            code: 'other_environment',
            allowed: 'DEV, the one this deployment serves.',
          },
          { path: '/variables/region', code: 'unknown_region', allowed: oneOfThe('regions') },
          {
            path: '/variables/company',
            code: 'forbidden_characters',
            allowed:
              'One line without control characters, unassigned or private characters, bidirectional overrides, < and >. Found U+003C at character 1, U+003E at character 3, U+003C at character 8.',
          },
          {
            path: '/variables/first_name',
            code: 'forbidden_characters',
            allowed:
              'One line without control characters, unassigned or private characters, bidirectional overrides, < and >. Found U+0007 at character 5.',
          },
          {
            path: '/variables/email',
            code: 'not_an_address',
            allowed: 'One e-mail address without a name: team@partner.example.',
          },
          {
            path: '/variables/telephone',
            code: 'not_a_telephone_number',
            allowed:
              'Digits, spaces and ( ) . / - after an optional +, 3 to 20 digits, and perhaps an extension: +1 555 0100 ext. 12.',
          },
          {
            path: '/variables/user_id',
            code: 'not_a_user_id',
            allowed:
              "5 to 100 letters without accents, digits and . _ + ' -, beginning with a letter or digit; at most one @.",
          },
          { path: '/variables/user_role', code: 'unknown_user_role', allowed: 'One of: End User.' },
          {
            path: '/variables/ewacs_product_name',
            code: 'unknown_product',
            allowed: oneOfThe('products'),
          },
          {
            path: '/variables/ip_addresses',
            code: 'ip_too_wide',
            allowed: 'Entry 1 (0.0.0.0/0): at most the 2^24 IPv4 addresses of a /8, or an IPv6 /16.',
          },
          {
            path: '/variables/ip_addresses',
            code: 'ip_malformed',
            allowed:
              'Entry 2 (10.0.0.1/33): an IPv4 or IPv6 address or a range in CIDR form, such as 203.0.113.10, 198.51.100.0/24 or 2001:db8:7::/48. Commas, semicolons, blanks and new lines separate entries.',
          },
          {
            path: '/variables/ip_addresses',
            code: 'ip_malformed',
            allowed:
              'Entry 3 (203.0.113.010): an IPv4 or IPv6 address or a range in CIDR form, such as 203.0.113.10, 198.51.100.0/24 or 2001:db8:7::/48. Commas, semicolons, blanks and new lines separate entries.',
          },
          {
            path: '/variables/ip_addresses',
            code: 'ip_malformed',
            allowed:
              'Entry 4 (192.0.2.1-192.0.2.9): an IPv4 or IPv6 address or a range in CIDR form, such as 203.0.113.10, 198.51.100.0/24 or 2001:db8:7::/48. Commas, semicolons, blanks and new lines separate entries.',
          },
          { path: '/variables/ewacs_account_created', code: 'not_a_string', allowed: 'A string.' },
        ),
      );
    });

    test.each(['opened_by', 'requested_for'])('WF-7 a mail that would go to %s', async (person) => {
      const request = requestFor(
        'RITM0020002',
        { email: 'BU.Person+api@company.example' },
        { [person]: 'bu.person@company.example' },
      );
      expect(await sendInVain(request)).toEqual(
        invalid({
          path: '/variables/email',
          code: 'same_mailbox',
          allowed: 'A mailbox of the partner, not that of opened_by or requested_for.',
        }),
      );
    });

    test.each(readdirSync(new URL('../../events/samples/refused', import.meta.url)))(
      'events/samples/refused/%s',
      async (file) => {
        const answer = await sendInVain(sampleText(`refused/${file}`));
        if (file === 'unknown-type.json') expect(answer).toEqual(unknownType);
        else {
          const errors = (answer.body as { readonly errors: readonly object[] }).errors;
          expect(answer).toEqual(invalid(...errors));
          expect(errors).not.toEqual([]);
          for (const error of errors) {
            expect(error).toEqual({
              path: expect.stringMatching(/^\//u) as string,
              code: expect.stringMatching(/^[a-z_]+$/u) as string,
              allowed: expect.stringMatching(/.\.$/u) as string,
            });
          }
        }
      },
    );
  });

  describe('WF-1 the signature', () => {
    const noEvent = '{"type":"none of ours"}';

    test.each<[string, () => Signing]>([
      ['no id', () => ({ headers: { 'webhook-id': undefined } })],
      ['no timestamp', () => ({ headers: { 'webhook-timestamp': undefined } })],
      ['no signature', () => ({ headers: { 'webhook-signature': undefined } })],
      ['six minutes old', () => ({ at: minutes(-6) })],
      ['six minutes ahead', () => ({ at: minutes(6) })],
      [
        'by a secret that is not ours',
        () => ({ secret: `whsec_${Buffer.from('a secret of somebody else entirely').toString('base64')}` }),
      ],
      ['for another id', () => ({ headers: { 'webhook-id': 'msg_another' } })],
      [
        'for another time',
        () => ({ headers: { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 60) } }),
      ],
      [
        'for another body',
        () => ({
          id: 'msg_1',
          headers: { 'webhook-signature': new Webhook(current).sign('msg_1', new Date(), `${noEvent} `) },
        }),
      ],
      ['at no time at all', () => ({ headers: { 'webhook-timestamp': 'now' } })],
      [
        'of another version only',
        () => ({
          id: 'msg_1',
          headers: {
            'webhook-signature': new Webhook(current)
              .sign('msg_1', new Date(), noEvent)
              .replace('v1,', 'v1a,'),
          },
        }),
      ],
      ['that is empty', () => ({ headers: { 'webhook-signature': '' } })],
      [
        'several, none of them right',
        () => ({ headers: { 'webhook-signature': 'v1,c29tZXRoaW5nIGVsc2U= v1a,bW9yZQ== v1,' } }),
      ],
    ])('is refused: %s', async (_, signing) => {
      expect(await sendInVain(noEvent, signing())).toEqual(badSignature);
    });

    test.each<[string, () => Signing]>([
      ['by the first secret', () => ({ secret: retiring })],
      ['by the second secret', () => ({ secret: current })],
      ['almost five minutes old', () => ({ at: minutes(-4.9) })],
      ['almost five minutes ahead', () => ({ at: minutes(4.9) })],
      [
        'one of several',
        () => {
          const at = new Date();
          return {
            id: 'msg_1',
            at,
            headers: {
              'webhook-signature': `v1,c29tZXRoaW5nIGVsc2U= v1a,bW9yZQ== ${new Webhook(retiring).sign('msg_1', at, noEvent)}`,
            },
          };
        },
      ],
    ])('is accepted: %s', async (_, signing) => {
      expect(await sendInVain(noEvent, signing())).toEqual(unknownType);
    });
  });

  describe('X-1 a ticket is one onboarding', () => {
    test('the same content is answered with the same ids, while it runs and after it has ended', async () => {
      const { variables, ...top } = requestFor('RITM0020010', {
        ip_addresses: '203.0.113.10, 198.51.100.0/24',
      });
      const onboardingId = 'RITM0020010-b2b-onboarding-DEV-1';
      const request = { ...top, variables };
      const repeats: readonly (readonly [string, object, Signing])[] = [
        ['another delivery', request, {}],
        ['another sys_mod_count', { ...request, sys_mod_count: '7' }, {}],
        ['another opener', { ...request, opened_by: 'bu.deputy@company.example' }, {}],
        [
          'members in another order',
          {
            variables: Object.fromEntries(Object.entries(variables).reverse()),
            ...Object.fromEntries(Object.entries(top).reverse()),
          },
          {},
        ],
        [
          'what normalisation takes away',
          {
            ...request,
            variables: {
              ...variables,
              user_id: ' USER.RITM0020010 ',
              ip_addresses: '198.51.100.0/24\n203.0.113.10 203.0.113.10',
            },
          },
          {},
        ],
        [
          'fields that we do not name',
          { ...request, stage: 'fulfilment', variables: { ...variables, cost_centre: '4711' } },
          {},
        ],
        ['the other secret', request, { secret: retiring }],
      ];

      expect(await send(request, { id: 'msg_first' })).toEqual(receipt(202, onboardingId, 'Running'));
      for (const [how, again, signing] of [
        ['the same delivery', request, { id: 'msg_first' }] as const,
        ...repeats,
      ]) {
        const answer = await send(again, signing);
        // The execution may have ended in the meantime.
        expect(answer, how).toEqual(
          receipt(200, onboardingId, (answer.body as { readonly status: string }).status),
        );
        expect(['Running', 'Done'], how).toContain((answer.body as { readonly status: string }).status);
      }
      expect(await endOf(twin.urls, arnOf(onboardingId))).toEqual(executionEnds.done);
      for (const [how, again, signing] of repeats) {
        expect(await sendInVain(again, signing), how).toEqual(receipt(200, onboardingId, 'Done'));
      }
      expect(
        (await executions(twin.urls)).filter(({ name }) => name?.startsWith('RITM0020010-')),
      ).toHaveLength(1);
    });

    test.each<[string, Partial<Payload>, Readonly<Record<string, string>>]>([
      ['another variable', {}, { description: 'Something else' }],
      ['another kind', { cat_item: 'b2b-user' }, {}],
    ])('other content is a conflict: %s', async (_, top, variables) => {
      const first = requestFor('RITM0020011');
      const { body } = await send(first);
      expect((body as { readonly onboardingId?: unknown }).onboardingId).toBe(
        'RITM0020011-b2b-onboarding-DEV-1',
      );
      await ended(twin.urls, arnOf('RITM0020011-b2b-onboarding-DEV-1'));
      expect(await sendInVain({ ...first, ...top, variables: { ...first.variables, ...variables } })).toEqual(
        conflictWith('RITM0020011-b2b-onboarding-DEV-1'),
      );
    });

    test('other content while the first is under way is a conflict; wrong fields are told before that', async () => {
      const first = requestFor('RITM0020012', { ewacs_account_created: 'false' });
      expect(await send(first)).toEqual(receipt(202, 'RITM0020012-b2b-onboarding-DEV-1', 'Running'));
      await awaitsEwacsAccount(twin.urls, arnOf('RITM0020012-b2b-onboarding-DEV-1'));
      expect(await sendInVain({ ...first, variables: { ...first.variables, region: 'UK' } })).toEqual(
        conflictWith('RITM0020012-b2b-onboarding-DEV-1'),
      );
      expect(await sendInVain({ ...first, variables: { ...first.variables, region: 'MARS' } })).toEqual(
        invalid({ path: '/variables/region', code: 'unknown_region', allowed: oneOfThe('regions') }),
      );
    });

    test('what takes a look-up ends as Rejected, and then other content is a new attempt', async () => {
      const noProfile = requestFor('RITM0020013', {}, { cat_item: 'api-client' });
      const [first, second] = ['RITM0020013-api-client-DEV-1', 'RITM0020013-b2b-onboarding-DEV-2'];
      expect(await send(noProfile)).toEqual(receipt(202, first, 'Running'));
      expect(await endOf(twin.urls, arnOf(first))).toEqual(executionEnds.rejected);
      expect(await sendInVain(noProfile)).toEqual(receipt(200, first, 'Rejected'));

      const mended = { ...noProfile, cat_item: 'b2b-onboarding' };
      expect(await send(mended)).toEqual(receipt(202, second, 'Running'));
      expect(await endOf(twin.urls, arnOf(second))).toEqual(executionEnds.done);
      expect(await sendInVain(mended)).toEqual(receipt(200, second, 'Done'));
      expect(await sendInVain(noProfile)).toEqual(conflictWith(second));
    });

    test('after RolledBack other content is a new attempt, too', async () => {
      const refusedByOkta = requestFor('RITM0020014');
      const [first, second] = ['RITM0020014-b2b-onboarding-DEV-1', 'RITM0020014-b2b-onboarding-DEV-2'];
      await fetch(`${twin.urls.gateway}/_twin/faults`, {
        method: 'PUT',
        body: '[{"service":"okta","operation":"CreateUser","mode":"reject"}]',
      });
      expect(await send(refusedByOkta)).toEqual(receipt(202, first, 'Running'));
      expect(await endOf(twin.urls, arnOf(first))).toEqual(executionEnds.rolledBack);
      expect(await sendInVain(refusedByOkta)).toEqual(receipt(200, first, 'RolledBack'));
      expect(
        await send({ ...refusedByOkta, variables: { ...refusedByOkta.variables, telephone: '+1 555 0199' } }),
      ).toEqual(receipt(202, second, 'Running'));
      expect(await endOf(twin.urls, arnOf(second))).toEqual(executionEnds.done);
    });

    // Threat T-2
    test('three simultaneous deliveries are one execution', async () => {
      const request = requestFor('RITM0020015');
      const answers = await Promise.all([1, 2, 3].map(() => send(request)));
      const onboardingId = 'RITM0020015-b2b-onboarding-DEV-1';
      expect(answers.toSorted((one, other) => other.status - one.status)).toEqual(
        [202, 200, 200].map((status) => receipt(status, onboardingId, 'Running')),
      );
      expect(
        (await executions(twin.urls)).filter(({ name }) => name?.startsWith('RITM0020015-')),
      ).toHaveLength(1);
      expect(await endOf(twin.urls, arnOf(onboardingId))).toEqual(executionEnds.done);
    });

    // Failure F-48
    test('three simultaneous deliveries with different content are one execution', async () => {
      const answers = await Promise.all(
        ['one', 'two', 'three'].map((description) => send(requestFor('RITM0020016', { description }))),
      );
      const onboardingId = 'RITM0020016-b2b-onboarding-DEV-1';
      expect(answers.toSorted((one, other) => one.status - other.status)).toEqual([
        receipt(202, onboardingId, 'Running'),
        conflictWith(onboardingId),
        conflictWith(onboardingId),
      ]);
      expect(
        (await executions(twin.urls)).filter(({ name }) => name?.startsWith('RITM0020016-')),
      ).toHaveLength(1);
      expect(await endOf(twin.urls, arnOf(onboardingId))).toEqual(executionEnds.done);
    });
  });

  test('WF-11 up to a hundred addresses, however they are separated, are kept in their one normal form', async () => {
    const many = Array.from({ length: 97 }, (_, index) => `203.0.113.${2 * index}`);
    const request = requestFor(
      'RITM0020020',
      { ip_addresses: `2001:DB8:0:0::/48,\t::ffff:192.0.2.1\n\n198.51.100.0/24 ,${many.join(', ')}` },
      { cat_item: 'api-client' },
    );
    expect(await send(request)).toEqual(receipt(202, 'RITM0020020-api-client-DEV-1', 'Running'));
    const ticket = (await tableItems(twin.urls)).find(({ pk }) => pk === 'TICKET#RITM0020020');
    expect((ticket?.['request'] as { readonly ipRanges?: unknown } | undefined)?.ipRanges).toEqual([
      '192.0.2.1',
      '198.51.100.0/24',
      ...many,
      '2001:db8::/48',
    ]);
    await ended(twin.urls, arnOf('RITM0020020-api-client-DEV-1'));
  });

  test('WF-3 a task closed without an account takes the request back', async () => {
    await send(requestFor('RITM0020030', { ewacs_account_created: 'false' }));
    const onboardingId = 'RITM0020030-b2b-onboarding-DEV-1';
    await awaitsEwacsAccount(twin.urls, arnOf(onboardingId));
    const number = await taskNumberOf(twin.urls, onboardingId);
    expect(
      await send({
        ...sample('sc-task-closed.json'),
        ...(await taskOf(twin.urls, onboardingId)),
        request_item: 'RITM0020030',
        state: '4',
      }),
    ).toEqual({ status: 202, headers: json, body: { number, status: 'closed' } });
    expect(await endOf(twin.urls, arnOf(onboardingId))).toEqual(executionEnds.rolledBack);
    const ticket = (await ticketsOf(twin.urls)).find((each) => each.number === 'RITM0020030');
    expect(ticket?.state).toBe('4');
  });

  test('WF-3 a closed task with the right number and another sys_id is refused, and changes nothing', async () => {
    await send(requestFor('RITM0020033', { ewacs_account_created: 'false' }));
    const onboardingId = 'RITM0020033-b2b-onboarding-DEV-1';
    await awaitsEwacsAccount(twin.urls, arnOf(onboardingId));
    const { number } = await taskOf(twin.urls, onboardingId);
    const closed = { ...sample('sc-task-closed.json'), number, request_item: 'RITM0020033' };
    expect(await sendInVain({ ...closed, sys_id: 'f'.repeat(32) })).toEqual(
      problem(
        409,
        'other_task',
        `Sallyport asked for task ${number} under another sys_id, so this is another task, for example of a copy of the instance. ` +
          'Nothing was changed. Close the task that is in the instance which Sallyport writes to.',
      ),
    );
  });

  describe('WF-3 a closed task is unknown', () => {
    const closed = sample('sc-task-closed.json');

    test('of an unknown request', async () => {
      expect(await sendInVain({ ...closed, request_item: 'RITM0029999' })).toEqual(unknownTicket);
    });

    test('of a request that has asked for no task', async () => {
      await send(requestFor('RITM0020031'));
      await ended(twin.urls, arnOf('RITM0020031-b2b-onboarding-DEV-1'));
      expect(await sendInVain({ ...closed, request_item: 'RITM0020031' })).toEqual(unknownTicket);
    });

    test('that is not the one asked for', async () => {
      await send(requestFor('RITM0020032', { ewacs_account_created: 'false' }));
      await awaitsEwacsAccount(twin.urls, arnOf('RITM0020032-b2b-onboarding-DEV-1'));
      expect(await sendInVain({ ...closed, number: 'SCTASK0099999', request_item: 'RITM0020032' })).toEqual(
        unknownTicket,
      );
    });
  });
});

describe('WF-12 a deployment for another environment', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await startTestTwin({ environment: { SALLYPORT_ENVIRONMENT: 'UAT' } });
  });
  afterAll(() => twin.stop());

  test('takes requests for that one only, signed with the default secret', async () => {
    const { gateway } = twin.urls;
    expect(await deliver(gateway, JSON.stringify(requestFor('RITM0030001')))).toEqual(
      invalid({
        path: '/variables/environment',
        code: 'other_environment',
        allowed: 'UAT, the one this deployment serves.',
      }),
    );
    expect(await deliver(gateway, JSON.stringify(requestFor('RITM0030001', { environment: 'UAT' })))).toEqual(
      receipt(202, 'RITM0030001-b2b-onboarding-UAT-1', 'Running'),
    );
  });
});
