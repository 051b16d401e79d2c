import { describe, expect, test } from 'vitest';
import { forActivePartner } from '../../core/access/active-partner.ts';
import { Rejected } from '../../core/errors.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import type { Onboarding } from '../../core/onboarding/onboarding.ts';
import { reportMilestone } from '../../core/onboarding/ticket-report.ts';
import { runStep } from '../../core/workflow/step.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const onboarding: Onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');
const { onboardingId, partnerId } = onboarding;

/** Returns what runs a step for a partner of this status. There is no record of a partner without one. */
async function worldWith(status: LifecycleStatus | undefined) {
  const world = createWorld();
  const { ports, fakes, steps } = world;
  await ports.onboardings.create(onboarding);
  if (status !== undefined) {
    const change = { at: '2026-11-20T10:00:00.000Z', by: 'ada', why: 'a doubt' };
    fakes.partners.has({ partnerId, name: 'Acme', ...initialState(status, change) });
  }
  const run = (step: keyof typeof steps, action: 'apply' | 'undo') =>
    runStep(
      forActivePartner(steps[step], ports),
      { ...ports, executions: ports.onboardings },
      { action, executionId: onboardingId },
    );
  return { ...world, run };
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
      const { run, ports, fakes, outside } = await worldWith(status);
      const before = outside();
      const refused = new Rejected({
        service: 'sallyport',
        operation: 'RequireActivePartner',
        detail: reason,
      });
      for (const step of [
        'okta-profile',
        'cognito-client',
        'gateway-mapping',
        'credential-delivery',
      ] as const) {
        await expect(run(step, 'apply')).rejects.toThrow(refused);
        await run(step, 'undo');
      }
      expect(outside()).toEqual(before);

      await reportMilestone(ports, onboardingId, 'RolledBack', 'Rejected');
      const { comment, internalNote } = fakes.desk.updates.at(-1)?.fields ?? {};
      expect(internalNote).toContain(`because ${reason}. Nothing that was set up for this request is left.`);
      expect(comment).toContain('Please submit a new request only once the partner is active again.');
    },
  );

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
