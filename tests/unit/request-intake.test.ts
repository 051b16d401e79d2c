import { describe, expect, test } from 'vitest';
import type { Contract } from '../../core/contracts/records.ts';
import { Defect, OutcomeUnknown, Rejected, Unavailable } from '../../core/errors.ts';
import { intakeRequest } from '../../core/onboarding/request-intake.ts';
import type { OnboardingRequest } from '../../core/tickets/request.ts';
import { contractOf, onboardingOf, userOf, partner, request } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const task = { onboardingId: 'onb-1', ticketNumber: 'RITM0010001' };
const employee = {
  userId: 'okta-7',
  login: 'dana.li',
  email: 'api-team@acme.example',
  active: true,
  since: '2026-11-01T10:00:00.000Z',
};
const acmesUser = { ...employee, partnerId: partner.partnerId, onboardingId: 'onb-0' };

async function worldWithTicket(changed: Partial<OnboardingRequest> = {}) {
  const world = createWorld();
  const asked = { ...request, ...changed };
  await world.ports.tickets.record({
    ticketNumber: 'RITM0010001',
    attempt: 1,
    onboardingId: 'onb-1',
    digest: 'd',
    request: asked,
  });
  return { ...world, found: async () => world.ports.onboardings.find('onb-1') };
}

const missing = [
  {
    code: 'no_active_profile',
    sentence:
      'Acme Credit Ltd has no active profile with the user id dana.li. Ask for a b2b-user first, or for a b2b-onboarding, which makes both.',
  },
];

describe('WF-1 the intake', () => {
  test('opens the record with its plan, and tells the state machine what it has to choose by', async () => {
    const { ports, found } = await worldWithTicket({ prerequisiteMet: false });
    expect(await intakeRequest(ports, task)).toEqual({ kind: 'b2b-onboarding', awaitsPrerequisite: true });
    expect(await found()).toEqual(onboardingOf('onb-1', { prerequisiteMet: false }));
  });

  test('run again keeps what it wrote, whatever the clock and the catalogue say by then', async () => {
    const { ports, found, time } = await worldWithTicket();
    await intakeRequest(ports, task);
    time.now = new Date('2026-11-21T10:00:00Z');
    const regions = { UK: { assignmentGroup: 'Somebody else' } };
    expect(await intakeRequest({ ...ports, catalogue: { ...ports.catalogue, regions } }, task)).toEqual({
      kind: 'b2b-onboarding',
      awaitsPrerequisite: false,
    });
    expect(await found()).toEqual(onboardingOf('onb-1'));
  });

  test('that is rejected stays so, whatever a later run would find', async () => {
    const { ports, found, fakes, trouble } = await worldWithTicket({ kind: 'api-client' });
    const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
    trouble.next('onboardings.conclude', 'after', lost);
    await expect(intakeRequest(ports, task)).rejects.toBe(lost);
    fakes.directory.has(acmesUser, []);
    await expect(intakeRequest(ports, task)).rejects.toThrow(
      new Rejected({ service: 'sallyport', operation: 'request-intake', detail: 'no_active_profile' }),
    );
    expect(await found()).toEqual({
      ...onboardingOf('onb-1', { kind: 'api-client' }),
      status: 'Rejected',
      endedAt: '2026-11-20T10:00:00.000Z',
      reasons: missing,
    });
  });

  test.each([
    ['another attempt has taken the ticket over', { ...task, onboardingId: 'onb-0' }],
    ['there is no such ticket', { ...task, ticketNumber: 'RITM0010002' }],
  ])('is a defect if %s', async (_why, stray) => {
    const { ports, found } = await worldWithTicket();
    await expect(intakeRequest(ports, stray)).rejects.toThrow(
      new Defect({
        service: 'sallyport',
        operation: 'request-intake',
        detail: 'the ticket has no such onboarding',
      }),
    );
    expect(await found()).toBeUndefined();
  });
});

describe('WF-2 what only a look-up can tell', () => {
  const taken = (why: string) => [
    { code: 'user_id_taken', sentence: `The user id dana.li cannot be used: ${why}.` },
  ];

  test.each([
    ['b2b-onboarding', undefined],
    ['b2b-onboarding', acmesUser],
    ['b2b-user', acmesUser],
    ['api-client', acmesUser],
    ['api-client', { ...acmesUser, email: 'somebody-else@acme.example' }],
  ] as const)('a %s goes on where its user is %j', async (kind, user) => {
    const { ports, found, fakes } = await worldWithTicket({ kind });
    if (user !== undefined) fakes.directory.has(user, []);
    expect(await intakeRequest(ports, task)).toEqual({ kind, awaitsPrerequisite: false });
    expect(await found()).toEqual(onboardingOf('onb-1', { kind }));
  });

  test.each([
    ['b2b-onboarding', employee, taken('the user id belongs to somebody who is no partner user')],
    [
      'b2b-user',
      { ...acmesUser, partnerId: 'beta-bank-1' },
      taken('the user id belongs to a user of another partner'),
    ],
    [
      'b2b-user',
      { ...acmesUser, email: 'other@acme.example' },
      taken('the user id belongs to a user with another e-mail address'),
    ],
    [
      'b2b-onboarding',
      { ...acmesUser, active: false },
      taken('the profile under this user id is suspended or deactivated'),
    ],
    ['api-client', undefined, missing],
    ['api-client', employee, missing],
    ['api-client', { ...acmesUser, partnerId: 'beta-bank-1' }, missing],
    ['api-client', { ...acmesUser, active: false }, missing],
  ] as const)('a %s is rejected where its user is %j', async (kind, user, reasons) => {
    const { ports, found, fakes, trouble } = await worldWithTicket({ kind });
    if (user !== undefined) fakes.directory.has(user, []);
    const rejected = new Rejected({
      service: 'sallyport',
      operation: 'request-intake',
      detail: reasons[0]?.code ?? '',
    });
    await expect(intakeRequest(ports, task)).rejects.toThrow(rejected);
    expect(await found()).toEqual({
      ...onboardingOf('onb-1', { kind }),
      status: 'Rejected',
      endedAt: '2026-11-20T10:00:00.000Z',
      reasons,
    });

    const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
    trouble.next('onboardings.conclude', 'after', lost);
    await expect(intakeRequest(ports, task)).rejects.toBe(lost);
    await expect(intakeRequest(ports, task)).rejects.toThrow(rejected);
  });

  test.each(['b2b-onboarding', 'b2b-user', 'api-client'] as const)(
    'a %s is rejected where an operator has stopped its user',
    async (kind) => {
      const { ports, found, fakes } = await worldWithTicket({ kind });
      fakes.directory.has(acmesUser, []);
      fakes.users.has(userOf({ status: 'suspended' }));
      await expect(intakeRequest(ports, task)).rejects.toThrow(
        new Rejected({ service: 'sallyport', operation: 'request-intake', detail: 'user_stopped' }),
      );
      expect(await found()).toEqual({
        ...onboardingOf('onb-1', { kind }),
        status: 'Rejected',
        endedAt: '2026-11-20T10:00:00.000Z',
        reasons: [
          {
            code: 'user_stopped',
            sentence:
              'The user id dana.li cannot be used: an operator has suspended or ended the user. Ask the platform team.',
          },
        ],
      });
    },
  );

  test('nobody is rejected because the directory refuses to answer', async () => {
    const { ports, found, trouble } = await worldWithTicket();
    trouble.next(
      'directory.findByLogin',
      'before',
      new Rejected({ service: 'okta', operation: 'GetUser', detail: 'HTTP 401 invalid_client' }),
    );
    await expect(intakeRequest(ports, task)).rejects.toThrow(
      new Defect({ service: 'okta', operation: 'GetUser', detail: 'HTTP 401 invalid_client' }),
    );
    const busy = new Unavailable({ service: 'okta', operation: 'GetUser', detail: 'HTTP 503' });
    trouble.next('directory.findByLogin', 'before', busy);
    await expect(intakeRequest(ports, task)).rejects.toBe(busy);
    expect(await found()).toEqual(onboardingOf('onb-1'));
  });
});

describe('OAU-1 the contract', () => {
  const { partnerId } = partner;
  const named = (contract: Partial<Contract>) => contractOf({ contractId: 'CTR-4711', ...contract });
  const rejectionOf = async ({ ports, found }: Awaited<ReturnType<typeof worldWithTicket>>) => {
    const refusal: unknown = await intakeRequest(ports, task).catch((error: unknown) => error);
    const reasons = (await found())?.reasons ?? [];
    const detail = reasons.map(({ code }) => code).join(', ');
    expect(refusal).toEqual(new Rejected({ service: 'sallyport', operation: 'request-intake', detail }));
    return reasons;
  };

  test("is the default one, made with the partner's record by the first request, and found by the next", async () => {
    const { ports, fakes, time } = await worldWithTicket();
    await intakeRequest(ports, task);
    const change = { at: '2026-11-20T10:00:00.000Z', by: 'onb-1', to: 'active' };
    const made = {
      partners: [
        {
          partnerId,
          name: 'Acme Credit Ltd',
          status: 'active',
          version: 1,
          changes: [{ ...change, why: 'First request' }],
        },
      ],
      contracts: [
        {
          contractId: `${partnerId}.credit-reports`,
          partnerId,
          products: { 'credit-reports': ['credit-reports/read'] },
          ratePlan: 'standard',
          ipRanges: [],
          environments: ['DEV'],
          startsAt: '2026-11-20T09:59:00.000Z',
          owner: 'owner@company.example',
          grants: ['client_credentials'],
          resourceServerOf: [],
          status: 'active',
          version: 1,
          changes: [{ ...change, why: 'Default terms of Credit Reports' }],
        },
      ],
    };
    expect({ partners: fakes.partners.all(), contracts: fakes.contracts.all() }).toEqual(made);

    time.now = new Date('2026-11-21T10:00:00Z');
    await ports.tickets.record({
      ticketNumber: 'RITM0010002',
      attempt: 1,
      onboardingId: 'onb-2',
      digest: 'e',
      request: { ...request, company: 'ACME Credit  Ltd', kind: 'b2b-user' },
    });
    await intakeRequest(ports, { onboardingId: 'onb-2', ticketNumber: 'RITM0010002' });
    expect({ partners: fakes.partners.all(), contracts: fakes.contracts.all() }).toEqual(made);
  });

  test.each([
    ['partners.create', 'before'],
    ['partners.create', 'after'],
    ['contracts.create', 'before'],
    ['contracts.create', 'after'],
  ] as const)('is made once, if %s is lost %s its effect', async (call, moment) => {
    const { ports, fakes, trouble } = await worldWithTicket();
    const lost = new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'lost' });
    trouble.next(call, moment, lost);
    await expect(intakeRequest(ports, task)).rejects.toBe(lost);
    await intakeRequest(ports, task);
    expect([fakes.partners.all().length, fakes.contracts.all().length]).toEqual([1, 1]);
  });

  test('is not made for a request that is rejected', async () => {
    const world = await worldWithTicket({ kind: 'api-client' });
    expect(await rejectionOf(world)).toEqual(missing);
    expect([world.fakes.partners.all(), world.fakes.contracts.all()]).toEqual([[], []]);
  });

  test('is the one that the request names, whose terms make the plan', async () => {
    const { ports, found, fakes } = await worldWithTicket({ contractNumber: 'CTR-4711' });
    fakes.partners.has(partner);
    fakes.contracts.has(
      named({
        products: { 'credit-reports': ['credit-reports/read', 'credit-reports/write'] },
        ipRanges: ['203.0.113.0/24'],
      }),
    );
    await intakeRequest(ports, task);
    const onboarding = onboardingOf('onb-1', { contractNumber: 'CTR-4711' });
    expect(await found()).toEqual({
      ...onboarding,
      plan: {
        ...onboarding.plan,
        contractId: 'CTR-4711',
        scopes: ['credit-reports/read', 'credit-reports/write'],
        routes: [
          { method: 'GET', path: '/apis/credit-reports/reports/{id}', scope: 'credit-reports/read' },
          { method: 'POST', path: '/apis/credit-reports/reports', scope: 'credit-reports/write' },
        ],
      },
    });
    expect(fakes.contracts.all().map(({ contractId }) => contractId)).toEqual(['CTR-4711']);
  });

  test('stays as it was when the plan was made', async () => {
    const { ports, found, fakes, trouble } = await worldWithTicket({ contractNumber: 'CTR-4711' });
    fakes.partners.has(partner);
    fakes.contracts.has(named({}));
    trouble.next(
      'directory.findByLogin',
      'before',
      new Unavailable({ service: 'okta', operation: 'GetUser', detail: 'HTTP 503' }),
    );
    await expect(intakeRequest(ports, task)).rejects.toThrow(
      new Unavailable({ service: 'okta', operation: 'GetUser', detail: 'HTTP 503' }),
    );
    fakes.contracts.has(named({ products: { 'credit-reports': ['credit-reports/write'] }, version: 2 }));
    await intakeRequest(ports, task);
    const onboarding = onboardingOf('onb-1', { contractNumber: 'CTR-4711' });
    expect(await found()).toEqual({ ...onboarding, plan: { ...onboarding.plan, contractId: 'CTR-4711' } });
  });

  test('that nobody knows is a reason, beside what the directory has against it', async () => {
    const world = await worldWithTicket({ contractNumber: 'CTR-4711' });
    world.fakes.directory.has(employee, []);
    expect(await rejectionOf(world)).toEqual([
      { code: 'unknown_contract', sentence: 'There is no contract CTR-4711.' },
      {
        code: 'user_id_taken',
        sentence:
          'The user id dana.li cannot be used: the user id belongs to somebody who is no partner user.',
      },
    ]);
    expect([world.fakes.partners.all(), world.fakes.contracts.all()]).toEqual([[], []]);
  });

  test('of another partner is a reason, and nothing more is told of it', async () => {
    const world = await worldWithTicket({ contractNumber: 'CTR-4711' });
    world.fakes.partners.has(partner);
    world.fakes.contracts.has(
      named({ partnerId: 'beta-bank', status: 'suspended', products: {}, environments: ['PROD'] }),
    );
    expect(await rejectionOf(world)).toEqual([
      {
        code: 'contract_of_another_partner',
        sentence: 'The contract CTR-4711 is not one with Acme Credit Ltd.',
      },
    ]);
  });

  test('that does not allow the request says so in every respect at once', async () => {
    const ipRanges = ['198.51.100.0/24', ...Array.from({ length: 12 }, (_, index) => `203.0.113.${index}`)];
    const world = await worldWithTicket({ contractNumber: 'CTR-4711', ipRanges });
    world.fakes.partners.has({ ...partner, status: 'suspended' });
    world.fakes.contracts.has(
      named({
        status: 'suspended',
        startsAt: '2026-01-01T00:00:00.000Z',
        endsAt: '2026-11-20T10:00:00.000Z',
        environments: ['UAT', 'PROD'],
        products: { 'fraud-signals': ['fraud-signals/read'] },
        ratePlan: 'gold',
        ipRanges: ['198.51.100.0/24'],
      }),
    );
    expect(await rejectionOf(world)).toEqual([
      { code: 'partner_inactive', sentence: 'The partner Acme Credit Ltd is suspended.' },
      { code: 'contract_inactive', sentence: 'The contract CTR-4711 is suspended.' },
      {
        code: 'contract_inactive',
        sentence: 'The contract CTR-4711 was for the time before 20 November 2026, 10:00 UTC.',
      },
      {
        code: 'contract_other_environment',
        sentence: 'The contract CTR-4711 is for UAT, PROD, not for DEV.',
      },
      { code: 'contract_without_product', sentence: 'The contract CTR-4711 does not cover Credit Reports.' },
      {
        code: 'unknown_rate_plan',
        sentence: 'The rate plan gold of the contract CTR-4711 is no longer offered.',
      },
      {
        code: 'contract_other_addresses',
        sentence: `The contract CTR-4711 does not allow calls from ${ipRanges.slice(1, 11).join(', ')} and 2 more.`,
      },
    ]);
  });

  test.each([
    [{ status: 'draft' }, 'contract_inactive', 'The contract CTR-4711 is not active yet.'],
    [{ status: 'ended' }, 'contract_inactive', 'The contract CTR-4711 is no longer active.'],
    [
      { startsAt: '2026-11-20T10:00:00.001Z' },
      'contract_inactive',
      'The contract CTR-4711 does not begin before 20 November 2026, 10:00 UTC.',
    ],
    [
      { products: { 'credit-reports': ['credit-reports/gone'] } },
      'contract_without_product',
      'The contract CTR-4711 does not cover Credit Reports.',
    ],
    [
      { ipRanges: ['203.0.113.11'] },
      'contract_other_addresses',
      'The contract CTR-4711 does not allow calls from 203.0.113.10.',
    ],
  ] as const)('%j is a reason', async (terms, code, sentence) => {
    const world = await worldWithTicket({ contractNumber: 'CTR-4711' });
    world.fakes.partners.has(partner);
    world.fakes.contracts.has(named(terms));
    expect(await rejectionOf(world)).toEqual([{ code, sentence }]);
  });

  test.each([
    [{ ...partner, status: 'draft' }, 'The partner Acme Credit Ltd is not active yet.'],
    [{ ...partner, status: 'ended' }, 'The partner Acme Credit Ltd is no longer active.'],
    [undefined, 'Acme Credit Ltd is not known as a partner.'],
  ] as const)('gives nothing to the partner %j', async (known, sentence) => {
    const world = await worldWithTicket({ contractNumber: 'CTR-4711' });
    if (known !== undefined) world.fakes.partners.has(known);
    world.fakes.contracts.has(named({}));
    expect(await rejectionOf(world)).toEqual([{ code: 'partner_inactive', sentence }]);
  });

  test('by default is held against the request like any other', async () => {
    const world = await worldWithTicket();
    world.fakes.partners.has(partner);
    world.fakes.contracts.has(contractOf({ status: 'ended' }));
    expect(await rejectionOf(world)).toEqual([
      {
        code: 'contract_inactive',
        sentence: `The contract ${partnerId}.credit-reports is no longer active.`,
      },
    ]);
  });

  test('WF-6 that covers more routes than one client can be given is a reason', async () => {
    const world = await worldWithTicket();
    const product = world.ports.catalogue.products['credit-reports'];
    if (product === undefined) throw new Error('no product');
    const routes = Array.from({ length: 80 }, (_, index) => ({
      method: 'GET' as const,
      path: `/reports/of-the-kind/${index}`,
      scope: 'credit-reports/read',
    }));
    const ports = {
      ...world.ports,
      catalogue: { ...world.ports.catalogue, products: { 'credit-reports': { ...product, routes } } },
    };
    expect(await rejectionOf({ ...world, ports })).toEqual([
      {
        code: 'policy_too_large',
        sentence: `The contract ${partnerId}.credit-reports covers more of Credit Reports than one client can be given.`,
      },
    ]);
  });

  test('WF-2 is not asked for where product or region have left the catalogue since the webhook took the request', async () => {
    const world = await worldWithTicket();
    const ports = { ...world.ports, catalogue: { ...world.ports.catalogue, regions: {}, products: {} } };
    expect(await rejectionOf({ ...world, ports })).toEqual([
      { code: 'unknown_region', sentence: 'Requests of the region UK are no longer taken.' },
      { code: 'unknown_product', sentence: 'The product credit-reports is no longer offered.' },
    ]);
    expect([world.fakes.partners.all(), world.fakes.contracts.all()]).toEqual([[], []]);
  });
});
