import { describe, expect, test } from 'vitest';
import { forAccessInForce } from '../../core/access/access-in-force.ts';
import type { Contract } from '../../core/contracts/records.ts';
import { Conflict, Rejected } from '../../core/errors.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import type { Onboarding } from '../../core/onboarding/onboarding.ts';
import { reportMilestone } from '../../core/onboarding/ticket-report.ts';
import { runStep } from '../../core/workflow/step.ts';
import { contractOf, onboardingOf, userOf } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const onboarding: Onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');
const { onboardingId, partnerId } = onboarding;
const accessSteps = ['okta-profile', 'cognito-client', 'gateway-mapping', 'credential-delivery'] as const;

/**
 * Returns what runs a step for a partner of this status and for this contract. There is no record of a partner
 * without a status, and none of a contract that is null.
 */
async function worldWith(status: LifecycleStatus | undefined, contract: Partial<Contract> | null = {}) {
  const world = createWorld();
  const { ports, fakes, steps } = world;
  await ports.onboardings.create(onboarding);
  if (status !== undefined) {
    const change = { at: '2026-11-20T10:00:00.000Z', by: 'ada', why: 'a doubt' };
    fakes.partners.has({ partnerId, name: 'Acme', ...initialState(status, change) });
  }
  if (contract !== null) fakes.contracts.has(contractOf(contract));
  const run = (step: keyof typeof steps, action: 'apply' | 'undo') =>
    runStep(
      forAccessInForce(steps[step], ports),
      { ...ports, executions: ports.onboardings },
      { action, executionId: onboardingId },
    );
  return { ...world, run };
}

/** Expects that every step that gives access is refused for this reason, and leaves nothing outside. */
async function expectNoEffect(
  { run, outside }: Awaited<ReturnType<typeof worldWith>>,
  refusal: Readonly<Record<'operation' | 'detail', string>>,
): Promise<void> {
  const before = outside();
  for (const step of accessSteps) {
    await expect(run(step, 'apply')).rejects.toThrow(new Rejected({ service: 'sallyport', ...refusal }));
    await run(step, 'undo');
  }
  expect(outside()).toEqual(before);
}

describe('WF-3 a step that gives access', () => {
  test('is applied while the partner is active', async () => {
    const { run, outside } = await worldWith('active');
    for (const step of ['okta-profile', 'cognito-client', 'gateway-mapping'] as const) {
      await run(step, 'apply');
    }
    expect(outside()).toMatchObject({ people: [{}], clients: [{}], mappings: [{}] });
  });

  // Threat T-115
  test.each([
    ['suspended', 'the partner was suspended'],
    ['ended', 'the partner is no longer active'],
    ['draft', 'the partner is not active yet'],
    [undefined, 'the partner is no longer active'],
  ] as const)(
    'is refused if the partner is %s, without any effect, and the ticket says why',
    async (status, reason) => {
      const world = await worldWith(status);
      const { ports, fakes } = world;
      await expectNoEffect(world, { operation: 'RequireActivePartner', detail: reason });

      await reportMilestone(ports, onboardingId, 'RolledBack', 'Rejected');
      const { comment, internalNote } = fakes.desk.updates.at(-1)?.fields ?? {};
      expect(internalNote).toContain(`because ${reason}. Nothing that was set up for this request is left.`);
      expect(comment).toContain('Please submit a new request only once the partner is active again.');
    },
  );

  // Threat T-115
  test.each([
    [{ status: 'suspended' }, 'it was suspended'],
    [{ status: 'ended' }, 'it was ended'],
    [{ status: 'draft' }, 'it is not active yet'],
    [{ endsAt: '2026-11-20T10:00:00.000Z' }, 'it has run out'],
    [{ environments: ['UAT'] }, 'it is not for DEV'],
    [{ startsAt: '2026-11-20T10:00:00.001Z' }, 'it begins only on 20 November 2026, 10:00 UTC'],
    [{ startsAt: '2027-01-01T00:00:00.000Z' }, 'it begins only on 1 January 2027, 00:00 UTC'],
    [undefined, 'there is no such contract any more'],
  ] as const)(
    'is refused if the contract is %j, without any effect, and the ticket says why',
    async (contract, reason) => {
      const world = await worldWith('active', null);
      const { ports, fakes } = world;
      if (contract !== undefined) fakes.contracts.has(contractOf(contract));
      await expectNoEffect(world, {
        operation: 'RequireContractInForce',
        detail: `the contract is not in force: ${reason}`,
      });

      await reportMilestone(ports, onboardingId, 'RolledBack', 'Rejected');
      const { comment, internalNote } = fakes.desk.updates.at(-1)?.fields ?? {};
      expect(internalNote).toContain(
        `because the contract is not in force: ${reason}. Nothing that was set up`,
      );
      expect(comment).toContain(
        'Please submit a new request only once its contract is in force, or name another contract in it.',
      );
    },
  );

  test('is applied by a clock that is behind the one by which the contract had begun at the intake', async () => {
    const { run, time, outside } = await worldWith('active', { startsAt: onboarding.createdAt });
    time.now = new Date('2026-01-01T00:00:00.000Z');
    await run('cognito-client', 'apply');
    expect(outside()).toMatchObject({ clients: [{}] });
  });

  // Threat T-115
  test('is refused if the contract runs out between two steps', async () => {
    const { run, time, outside } = await worldWith('active', { endsAt: '2026-11-21T10:00:00.000Z' });
    const before = outside();
    await run('cognito-client', 'apply');
    time.now = new Date('2026-11-21T10:00:00.000Z');
    await expect(run('gateway-mapping', 'apply')).rejects.toThrow(Rejected);
    for (const step of ['gateway-mapping', 'cognito-client'] as const) await run(step, 'undo');
    expect(outside()).toEqual(before);
  });

  test('is refused if the user was suspended, and the ticket does not ask for the same request again', async () => {
    const { run, ports, fakes } = await worldWith('active');
    fakes.users.has(userOf({ userId: onboarding.request.userId, partnerId, status: 'suspended' }));
    await expect(run('okta-profile', 'apply')).rejects.toThrow(Conflict);
    await reportMilestone(ports, onboardingId, 'RolledBack', 'Conflict');
    const { comment } = fakes.desk.updates.at(-1)?.fields ?? {};
    expect(comment).toContain(
      'the partner profile could not be set up, because an operator has suspended or ended the user.',
    );
    expect(comment).toContain(
      'Please ask the platform team before you submit a new request for this user id.',
    );
  });

  // Failure F-81
  test('is undone whatever has become of the partner', async () => {
    const { run, ports, outside } = await worldWith('active');
    const before = outside();
    await run('cognito-client', 'apply');
    const partner = await ports.partners.find(partnerId);
    if (partner === undefined) throw new Error('no partner');
    await ports.partners.replace({ ...partner, status: 'suspended', version: partner.version + 1 });
    await expect(run('gateway-mapping', 'apply')).rejects.toThrow(Rejected);
    for (const step of ['gateway-mapping', 'cognito-client'] as const) await run(step, 'undo');
    expect(outside()).toEqual(before);
  });
});
