import { beforeEach, describe, expect, test } from 'vitest';
import { Conflict, Defect } from '../../core/errors.ts';
import type { WorkflowStatus } from '../../core/workflow/records.ts';
import {
  type Milestone,
  milestones,
  reportMilestone,
  subjectOf,
} from '../../core/onboarding/ticket-report.ts';
import {
  accepted,
  clientReady,
  done,
  prerequisiteConfirmed,
  profileReady,
  rejected,
  rolledBack,
} from '../../core/onboarding/ticket-texts.ts';
import type { TicketText } from '../../core/tickets/ticket-text.ts';
import { onboardingOf, words } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('onb-1', { prerequisiteMet: false });
const subject = {
  kind: 'b2b-onboarding',
  company: 'Acme Credit Ltd',
  environment: 'DEV',
  userId: 'dana.li',
  email: 'api-team@acme.example',
  product: 'Credit Reports',
  assignmentGroup: 'UK Requests',
} as const;
const reasons = [{ code: 'user_id_taken', sentence: 'The user id dana.li cannot be used.' }];

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.ports.onboardings.create(onboarding);
});
const status = async (): Promise<WorkflowStatus | undefined> =>
  (await world.ports.onboardings.find('onb-1'))?.status;
/** A text as the ticket has it. */
const written = (text: TicketText, entry: string) => ({
  ...text,
  internalNote: `${text.internalNote}\n\n(ref onb-1/${entry})`,
  ...(text.comment !== undefined && { comment: `${text.comment}\n\n(ref onb-1/${entry})` }),
});

test('WF-8 the sentences speak of the request and its plan', () => {
  expect(subjectOf(onboarding)).toEqual(subject);
});

describe('WF-8 a milestone', () => {
  test.each<[Milestone, TicketText, WorkflowStatus]>([
    ['Accepted', accepted(subject, words.prerequisite), 'Running'],
    ['EwacsAccountConfirmed', prerequisiteConfirmed(words.prerequisite, subject), 'Running'],
    ['ProfileReady', profileReady(subject), 'Running'],
    ['ClientReady', clientReady(subject), 'Running'],
    ['Done', done(subject), 'Done'],
    ['RolledBack', rolledBack(words, subject, undefined), 'RolledBack'],
  ])('%s is told once, and is recorded if it is an end', async (milestone, text, end) => {
    await reportMilestone(world.ports, 'onb-1', milestone);
    await reportMilestone(world.ports, 'onb-1', milestone);
    expect(world.fakes.desk.updates).toEqual([
      { record: 'ticket', id: '9f1c', fields: written(text, milestone) },
    ]);
    expect(await status()).toBe(end);
  });

  test.each(['mail-bounced-1', 'mail-suppressed-1', 'mail-rejected-1'])(
    'Done after %s does not ask for the code to be passed on',
    async (entry) => {
      await world.ports.entries.begin('onb-1', entry);
      await reportMilestone(world.ports, 'onb-1', 'Done');
      expect(world.fakes.desk.updates.map(({ fields }) => fields)).toEqual([
        written(done(subject, true), 'Done'),
      ]);
    },
  );

  test.each(['mail-returned-1', 'mail-complained-1', 'code-1'])('Done after %s is as ever', async (entry) => {
    await world.ports.entries.begin('onb-1', entry);
    await reportMilestone(world.ports, 'onb-1', 'Done');
    expect(world.fakes.desk.updates.map(({ fields }) => fields)).toEqual([written(done(subject), 'Done')]);
  });

  test('Rejected tells every reason that the intake recorded', async () => {
    await world.ports.onboardings.conclude('onb-1', ['Running'], 'Rejected', reasons);
    await reportMilestone(world.ports, 'onb-1', 'Rejected');
    expect(world.fakes.desk.updates).toEqual([
      { record: 'ticket', id: '9f1c', fields: written(rejected(subject, reasons), 'Rejected') },
    ]);
    expect(await world.ports.onboardings.find('onb-1')).toEqual({
      ...onboarding,
      status: 'Rejected',
      endedAt: world.time.now.toISOString(),
      reasons,
    });
  });

  test('RolledBack tells which step failed, also after a rollback that was incomplete at first', async () => {
    const failure = { error: 'Conflict', service: 'okta', operation: 'GetUser', detail: 'taken' };
    await world.ports.steps.failed('onb-1', 'okta-profile', failure);
    await world.ports.onboardings.conclude('onb-1', ['Running'], 'RollbackIncomplete');
    await reportMilestone(world.ports, 'onb-1', 'RolledBack');
    expect(world.fakes.desk.updates).toEqual([
      {
        record: 'ticket',
        id: '9f1c',
        fields: written(rolledBack(words, subject, { step: 'okta-profile', failure }), 'RolledBack'),
      },
    ]);
    expect(await status()).toBe('RolledBack');
  });
});

describe('WF-8 an end', () => {
  const ends = ['Done', 'Rejected', 'RolledBack'] as const;
  const contradictions = ends.flatMap((before) =>
    ends.filter((after) => after !== before).map((after) => [before, after] as const),
  );

  test.each([...contradictions, ['RollbackIncomplete', 'Done'], ['RollbackIncomplete', 'Rejected']] as const)(
    '%s is not followed by %s, and the ticket does not hear of it',
    async (before, after) => {
      await world.ports.onboardings.conclude('onb-1', ['Running'], before);
      await expect(reportMilestone(world.ports, 'onb-1', after)).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'Conclude',
          detail: `the execution has ended otherwise than ${after}`,
        }),
      );
      expect(await status()).toBe(before);
      expect(world.fakes.desk.updates).toEqual([]);
    },
  );

  test('of an onboarding that is not there is a defect', async () => {
    for (const milestone of milestones) {
      await expect(reportMilestone(world.ports, 'onb-2', milestone)).rejects.toThrow(
        new Defect({ service: 'sallyport', operation: 'ticket-report', detail: 'no such onboarding' }),
      );
    }
  });
});
