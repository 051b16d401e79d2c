import { beforeEach, describe, expect, test } from 'vitest';
import { deliverLink, relink } from '../../core/credentials/delivery.ts';
import { deriveLink, displayCode, hashOf } from '../../core/credentials/links.ts';
import { pickUp } from '../../core/credentials/pick-up.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { Conflict, Defect, OutcomeUnknown, Throttled } from '../../core/errors.ts';
import { type Changed, portsWith } from '../support/fakes/changed-access.ts';
import { fakeLinkKeys } from '../support/fakes/delivery.ts';
import { clientMappingOf, onboardingOf, otherPartnerId, partner } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('onb-1');
const done = { ...onboarding, status: 'Done' } as const;
const first = await deriveLink(fakeLinkKeys, 'onb-1', 1);
const second = await deriveLink(fakeLinkKeys, 'onb-1', 2);
const lost = new OutcomeUnknown({ service: 'ses', operation: 'SendEmail', detail: 'lost' });

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.ports.onboardings.create(onboarding);
  await world.run('cognito-client', 'apply', onboarding);
  await world.run('gateway-mapping', 'apply', onboarding);
});
const comments = (): readonly (string | undefined)[] =>
  world.fakes.desk.updates.map(({ fields }) => fields.comment);
/** Has the record of a client of the partner's, which differs in these attributes. */
const haveClient = async (attributes: Partial<ClientMapping>): Promise<void> => {
  const own = await world.fakes.mappings.clients.find('client-1');
  expect(await world.fakes.mappings.clients.create(clientMappingOf({ ...own, ...attributes }))).toBe(true);
};
const foreignClient = new Defect({
  service: 'sallyport',
  operation: 'DeliverLink',
  detail: 'the recorded client is not one of this onboarding',
});
const states = (): readonly string[] => world.fakes.links.all().map(({ state }) => state);

describe('WF-7 the delivery', () => {
  test('mails the link to the partner and writes the code to the ticket, never both to one', async () => {
    await world.run('credential-delivery', 'apply', onboarding);
    const [mail, ...more] = world.fakes.mailer.sent;
    expect(more).toEqual([]);
    expect(mail).toEqual({
      to: 'api-team@acme.example',
      from: 'Northwind Data <access@northwind.example>',
      subject: 'Your API credentials for Credit Reports (DEV) are ready',
      text: expect.any(String) as string,
      html: expect.any(String) as string,
      tags: { onboarding: 'onb-1', link: '1', row: hashOf(first.token) },
    });
    expect(mail?.text).toContain(`https://access.example/credentials/${first.token}`);
    expect(mail?.text).toContain(
      [
        'Client ID: client-1',
        'Token URL: https://access.example/oauth2/token',
        'API base address: https://access.example/apis/credit-reports',
        'Scope: credit-reports/read',
        'Route: GET /reports/{id} (credit-reports/read)',
        'Calls accepted from: 203.0.113.10',
        'Contract ends: no end is agreed',
        'Documentation: https://access.example/docs/credit-reports',
      ].join('\n'),
    );
    expect(mail?.text).toContain('23 November 2026, 10:00 UTC');
    for (const code of [first.code, displayCode(first.code)]) {
      expect(JSON.stringify(mail)).not.toContain(code);
    }

    expect(comments()).toEqual([expect.stringContaining(displayCode(first.code))]);
    expect(JSON.stringify(world.fakes.desk.updates)).not.toContain(first.token);
    expect(await world.ports.steps.find('onb-1', 'credential-delivery')).toEqual({
      state: 'applied',
      facts: { linkNumber: 1 },
      step: 'credential-delivery',
    });
  });

  test('keeps neither token nor code, but what both can be checked by', async () => {
    await world.run('credential-delivery', 'apply', onboarding);
    const codeMac = Buffer.from(
      await fakeLinkKeys.codeKey.generate(
        `check\n${hashOf(first.token)}\nonb-1\nclient-1\n2026-11-23T10:00:00.000Z\n${first.code}`,
      ),
    ).toString('base64');
    expect(world.fakes.links.all()).toEqual([
      {
        tokenHash: hashOf(first.token),
        onboardingId: 'onb-1',
        number: 1,
        clientId: 'client-1',
        codeMac,
        state: 'live',
        triesLeft: 5,
        mail: 'sent',
        mailWaits: 0,
        expiresAt: '2026-11-23T10:00:00.000Z',
      },
    ]);
  });

  describe("after the mail's answer was lost", () => {
    const applyAgain = async (): Promise<void> => world.run('credential-delivery', 'apply', onboarding);
    const waiting = new OutcomeUnknown({
      service: 'sallyport',
      operation: 'SendEmail',
      detail: 'waiting for the Send event',
    });

    test('waits for its Send event, and then goes on without another mail', async () => {
      world.trouble.next('mailer.send', 'after', lost);
      await expect(applyAgain()).rejects.toBe(lost);
      await expect(applyAgain()).rejects.toThrow(waiting);
      await world.ports.links.mailed(hashOf(first.token), 'sent');
      await applyAgain();
      expect(world.fakes.mailer.sent).toHaveLength(1);
      expect(comments()).toHaveLength(1);
    });

    test.each(['before', 'after'] as const)(
      'sends the same link once more, with the same end, where no event has come (lost %s the effect)',
      async (moment) => {
        world.trouble.next('mailer.send', moment, lost);
        await expect(applyAgain()).rejects.toBe(lost);
        world.time.now = new Date('2026-11-20T10:07:00Z');
        await expect(applyAgain()).rejects.toThrow(waiting);
        await expect(applyAgain()).rejects.toThrow(waiting);
        await applyAgain();
        expect(world.fakes.mailer.sent).toHaveLength(moment === 'after' ? 2 : 1);
        expect(new Set(world.fakes.mailer.sent.map((mail) => JSON.stringify(mail))).size).toBe(1);
        expect(world.fakes.mailer.sent[0]?.text).toContain('23 November 2026, 10:00 UTC');
        expect(world.fakes.links.all()).toHaveLength(1);
        expect(comments()).toHaveLength(1);
      },
    );

    test('waits for nothing where SES has said that it sent nothing', async () => {
      world.trouble.next(
        'mailer.send',
        'before',
        new Throttled({ service: 'ses', operation: 'SendEmail', detail: 'Throttling' }),
      );
      await expect(applyAgain()).rejects.toThrow(
        new Throttled({ service: 'ses', operation: 'SendEmail', detail: 'Throttling' }),
      );
      await applyAgain();
      expect(world.fakes.mailer.sent).toHaveLength(1);
    });
  });

  test('does not mail again once the mail is known to be taken', async () => {
    world.trouble.next('desk.updateTicket', 'before', lost);
    await expect(world.run('credential-delivery', 'apply', onboarding)).rejects.toBe(lost);
    await world.run('credential-delivery', 'apply', onboarding);
    expect(world.fakes.mailer.sent).toHaveLength(1);
    expect(comments()).toHaveLength(1);
  });

  test('without a client or a brand is a defect, and nothing is sent', async () => {
    const elsewhere = onboardingOf('onb-2');
    await expect(deliverLink(world.ports, elsewhere, 1)).rejects.toThrow(
      new Defect({
        service: 'sallyport',
        operation: 'DeliverLink',
        detail: 'the client is missing',
      }),
    );
    const catalogue = { ...world.ports.catalogue, products: {} };
    await expect(deliverLink({ ...world.ports, catalogue }, onboarding, 1)).rejects.toThrow(
      new Defect({
        service: 'sallyport',
        operation: 'DescribeAccess',
        detail: 'the product or its brand is missing in the catalogue',
      }),
    );
    expect([world.fakes.mailer.sent, world.fakes.links.all()]).toEqual([[], []]);
  });

  // Threat T-123
  test.each([
    ['is of another onboarding of the partner', { onboardingId: 'onb-2' }],
    ['is of another partner', { partnerId: otherPartnerId }],
  ])('of a client that by its own record %s is a defect, and nothing is sent', async (_what, of) => {
    await haveClient({ clientId: 'client-2', ...of });
    await world.ports.steps.note('onb-1', 'cognito-client', { clientId: 'client-2' });
    await expect(world.run('credential-delivery', 'apply', onboarding)).rejects.toThrow(foreignClient);
    expect([world.fakes.mailer.sent, world.fakes.links.all(), comments()]).toEqual([[], [], []]);
  });

  test('of a client that has no record is a defect, and nothing is sent', async () => {
    await world.ports.steps.note('onb-1', 'cognito-client', { clientId: 'client-2' });
    await expect(world.run('credential-delivery', 'apply', onboarding)).rejects.toThrow(foreignClient);
    expect([world.fakes.mailer.sent, world.fakes.links.all(), comments()]).toEqual([[], [], []]);
  });
});

describe('X-5 a fresh link', () => {
  beforeEach(async () => {
    await world.run('credential-delivery', 'apply', onboarding);
    await world.ports.onboardings.conclude('onb-1', ['Running'], 'Done');
  });
  const present = async ({ token, code }: typeof first) => pickUp(world.ports, token, code, token);

  test('has another code, and the old link is dead', async () => {
    expect(await relink(world.ports, done)).toBe(2);
    expect(states()).toEqual(['revoked', 'live']);
    expect(world.fakes.mailer.sent[1]?.text).toContain(`/credentials/${second.token}`);
    expect(comments()[1]).toContain(displayCode(second.code));
    expect(await present(first)).toEqual({ outcome: 'gone' });
    expect(await present(second)).toEqual({
      outcome: 'credentials',
      credentials: expect.objectContaining({
        clientId: 'client-1',
        clientSecret: 'value of secret-2',
        tokenUrl: 'https://access.example/oauth2/token',
        scopes: ['credit-reports/read'],
      }) as unknown,
    });
  });

  test('is one, also where a second operator is quicker than the first', async () => {
    const slower = {
      ...world.ports,
      links: {
        ...world.ports.links,
        create: async (link: Parameters<typeof world.ports.links.create>[0]) => {
          if (link.number === 2) expect(await relink(world.ports, done)).toBe(3);
          return world.ports.links.create(link);
        },
      },
    };
    await expect(relink(slower, done)).rejects.toMatchObject({
      name: 'Conflict',
      message: 'sallyport Relink: a later relink has replaced link 2; only link 3 and its code work',
    });
    expect(
      world.fakes.links
        .all()
        .filter(({ state }) => state === 'live')
        .map(({ number }) => number),
    ).toEqual([3]);
    const third = await deriveLink(fakeLinkKeys, 'onb-1', 3);
    expect(world.fakes.mailer.sent).toHaveLength(2);
    expect(world.fakes.mailer.sent[1]?.text).toContain(`/credentials/${third.token}`);
    expect(comments()).toHaveLength(2);
    expect(comments()[1]).toContain(displayCode(third.code));
  });

  test('that is overtaken while its mail is sent leaves the later code as the last one of the ticket', async () => {
    const slower = {
      ...world.ports,
      mailer: {
        send: async (mail: Parameters<typeof world.ports.mailer.send>[0]) => {
          const sent = await world.ports.mailer.send(mail);
          expect(await relink(world.ports, done)).toBe(3);
          return sent;
        },
      },
    };
    await expect(relink(slower, done)).rejects.toMatchObject({ name: 'Conflict' });
    expect(comments()).toHaveLength(2);
    expect(comments()[1]).toContain(displayCode((await deriveLink(fakeLinkKeys, 'onb-1', 3)).code));
  });

  test('is one where two operators ask at the same moment, and the second is told', async () => {
    const [one, other] = await Promise.allSettled([relink(world.ports, done), relink(world.ports, done)]);
    expect(one).toEqual({ status: 'fulfilled', value: 2 });
    expect(other).toMatchObject({
      status: 'rejected',
      reason: {
        name: 'Conflict',
        message:
          'sallyport Relink: another relink has begun at the same moment and sends link 2; this one did nothing, so wait for that link',
      },
    });
    expect(states()).toEqual(['revoked', 'live']);
    expect(world.fakes.mailer.sent).toHaveLength(2);
  });

  test('can follow a used one; the secret that the partner has goes on working', async () => {
    await present(first);
    expect(await relink(world.ports, done)).toBe(2);
    expect(states()).toEqual(['revoked', 'live']);
    await present(second);
    expect(world.fakes.cognito.clients.get('client-1')?.secrets.map(({ secretId }) => secretId)).toEqual([
      'secret-2',
      'secret-3',
    ]);
  });

  test('is the only one that works, wherever an earlier attempt at it stopped', async () => {
    const calls = await (async () => {
      const before = world.trouble.calls.length;
      await relink(world.ports, done);
      return world.trouble.calls.length - before;
    })();
    for (const moment of ['before', 'after'] as const) {
      for (let nth = 1; nth <= calls; nth += 1) {
        world.trouble.nth(nth, moment, lost);
        await expect(relink(world.ports, done)).rejects.toBe(lost);
        const number = await relink(world.ports, done);
        const working = world.fakes.links.all().filter(({ state }) => state === 'live');
        expect(
          working.map((link) => link.number),
          world.trouble.calls.slice(-2 * calls).join(' '),
        ).toEqual([number]);
      }
    }
  });

  test.each(['Running', 'RolledBack', 'RollbackIncomplete'] as const)(
    'is refused to an onboarding that is %s',
    async (status) => {
      await expect(relink(world.ports, { ...onboarding, status })).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'Relink',
          detail: 'only an onboarding that is Done and has delivered credentials can be given a fresh link',
        }),
      );
      expect(states()).toEqual(['live']);
    },
  );

  test('is refused where none was delivered', async () => {
    await expect(relink(world.ports, { ...done, onboardingId: 'onb-2' })).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'Relink',
        detail: 'only an onboarding that is Done and has delivered credentials can be given a fresh link',
      }),
    );
  });

  // Threat T-123
  test.each([
    ['onb-2', partner.partnerId],
    ['onb-1', otherPartnerId],
  ])(
    'is refused for a client whose own record names %s and the partner %s, and says so',
    async (onboardingId, partnerId) => {
      await haveClient({ clientId: 'client-2', onboardingId, partnerId });
      await world.ports.steps.note('onb-1', 'cognito-client', { clientId: 'client-2' });
      await expect(relink(world.ports, done)).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'Relink',
          detail:
            `no new link, because the client client-2 is recorded for the onboarding onb-1 of the partner ${partner.partnerId}, ` +
            `and its own record names the onboarding ${onboardingId} of the partner ${partnerId}. ` +
            'Find out who has changed these records, and correct them (docs/runbooks/defect.md).',
        }),
      );
      expect(states()).toEqual(['live']);
      expect([world.fakes.mailer.sent, comments()].map(({ length }) => length)).toEqual([1, 1]);
      expect(await present(first)).toMatchObject({ credentials: { clientId: 'client-1' } });
    },
  );

  describe('while the access is not in force', () => {
    const relinkWith = async (changed: Changed): Promise<number> =>
      relink(await portsWith(world, changed), done);
    const contract = `the contract ${onboarding.plan.contractId}`;
    const activate =
      'Have that changed by the operator API (docs/guides/operator-api.md); then a link can be sent.';
    const newClient = 'A new request of the kind api-client gives the same user a new client.';

    test.each<[changed: Changed, why: string]>([
      [
        { client: { status: 'suspended' } },
        `the client client-1 is suspended, and has to be active. ${activate}`,
      ],
      [
        { contract: { status: 'suspended' }, partner: { status: 'suspended' } },
        `${contract} is suspended, and has to be active; the partner ${partner.partnerId} is suspended, and has to be active. ${activate}`,
      ],
      [{ client: { status: 'ended' } }, `the client client-1 is ended, and has to be active. ${newClient}`],
      [
        { client: { status: 'suspended' }, contract: { status: 'ended' } },
        `the client client-1 is suspended, and has to be active; ${contract} is ended, and has to be active. What has ended stays so: nobody picks up credentials of this onboarding any more.`,
      ],
      [
        { contract: { endsAt: '2026-11-20T10:00:00.000Z' } },
        `${contract} was for the time before 2026-11-20T10:00:00.000Z. ${activate}`,
      ],
      [
        { contract: { startsAt: '2026-11-23T10:00:00.001Z' } },
        `${contract} begins at 2026-11-23T10:00:00.001Z. ${activate}`,
      ],
      [
        { contract: { environments: ['PROD'] } },
        `${contract} is for PROD, and the client is in DEV. ${activate}`,
      ],
    ])('%j: is refused, and says why', async (changed, why) => {
      await expect(relinkWith(changed)).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'Relink',
          detail: `no new link, because ${why}`,
        }),
      );
      expect(states()).toEqual(['live']);
      expect(world.fakes.mailer.sent).toHaveLength(1);
    });

    test('is sent where the contract begins before the link expires', async () => {
      expect(await relinkWith({ contract: { startsAt: '2026-11-23T10:00:00.000Z' } })).toBe(2);
    });
  });

  test('goes with all others when the step is undone', async () => {
    await relink(world.ports, done);
    await world.run('credential-delivery', 'undo', onboarding);
    expect(states()).toEqual(['revoked', 'revoked']);
  });
});
