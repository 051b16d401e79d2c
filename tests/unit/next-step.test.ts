import { describe, expect, test } from 'vitest';
import type { PersonalTask } from '../../scripts/attention.ts';
import { adviceFor, type Situation } from '../../scripts/next-step.ts';

const id = 'RITM1-b2b-onboarding-DEV-1';
const task: PersonalTask = {
  name: 'EWACS account',
  number: 'SCTASK1',
  group: 'Access Requests',
  isOverdue: false,
};
const ended = { recorded: 'Done', execution: 'SUCCEEDED' };
const noNewLink = {
  why: 'the client client-1 is suspended, and has to be active',
  instead: 'Activate it.',
  isFinal: false,
};
const situation: Situation = {
  onboardingId: id,
  recorded: 'Running',
  execution: 'RUNNING',
  options: ' --aws',
};

describe('X-4 what to do next', () => {
  test.each<[string, Partial<Situation>, string | undefined]>([
    ['while it runs', {}, undefined],
    [
      'while it waits for a person',
      { waitsFor: task },
      `If the task is closed already: npm run reconcile -- ${id} --aws (docs/runbooks/waiting.md)`,
    ],
    [
      'while it waits for a person, after it was stopped and redriven',
      { recorded: 'Stopped', waitsFor: task },
      `If the task is closed already: npm run reconcile -- ${id} --aws (docs/runbooks/waiting.md)`,
    ],
    [
      'while it waits for a person, and that is overdue',
      { waitsFor: { ...task, isOverdue: true } },
      `Ask Access Requests to close the task; if it is closed already: npm run reconcile -- ${id} --aws (docs/runbooks/waiting.md)`,
    ],
    [
      'before it has started',
      { recorded: undefined, execution: undefined },
      'The sweep starts it within minutes; otherwise docs/runbooks/not-started.md',
    ],
    [
      'after it was stopped, and its execution was forgotten',
      { recorded: 'Stopped', execution: undefined },
      `Roll it back: npm run rollback -- ${id} --aws (docs/runbooks/stopped.md)`,
    ],
    [
      'after it was rolled back, and its execution was forgotten',
      { recorded: 'RolledBack', execution: undefined },
      `Once the reason is gone: npm run redrive -- ${id} --aws (docs/runbooks/rolled-back.md). What was ended stays so, and needs another request.`,
    ],
    [
      'after it is done, and its link is locked',
      { ...ended, unfinished: 'link locked' },
      `Have the business unit ask the partner whether it was them; if so: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after it is done, and its link has expired',
      { ...ended, unfinished: 'link expired' },
      `If the partner still wants them, send a new link: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after it is done, and its mail bounced',
      { ...ended, unfinished: 'mail bounced' },
      `Have the business unit check the address; once the mailbox works: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after it is done, and a mail system has answered',
      { ...ended, unfinished: 'mail returned' },
      `Have the business unit ask the partner whether they have the mail; if not: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after it is done, and its mail was suppressed',
      { ...ended, unfinished: 'mail suppressed' },
      `Have the business unit check the address; take it off the list, and then: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after it is done, and its mail was rejected',
      { ...ended, unfinished: 'mail rejected' },
      `Find out why SES refused it, and then: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after it is done, and the pick-up failed',
      { ...ended, unfinished: 'pick-up failed' },
      `Send a new link: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after it was rejected, and its ticket was not told',
      { recorded: 'Rejected', execution: 'Rejected', unfinished: 'ticket not told' },
      `Tell the ticket: npm run reconcile -- ${id} --aws (docs/runbooks/not-recorded.md)`,
    ],
    ['while it runs, after it was stopped and redriven', { recorded: 'Stopped' }, undefined],
    ['while it runs, after its rollback was redriven', { recorded: 'RollbackIncomplete' }, undefined],
    [
      'after it was stopped',
      { recorded: 'Stopped', execution: 'ABORTED' },
      `Go on: npm run redrive -- ${id} --aws; or give up: npm run rollback -- ${id} --aws (docs/runbooks/stopped.md)`,
    ],
    [
      'after it is done',
      { recorded: 'Done', execution: 'SUCCEEDED' },
      `If the partner has no credentials: npm run relink -- ${id} --aws (docs/runbooks/done.md)`,
    ],
    [
      'after a profile alone is done',
      { onboardingId: 'RITM1-b2b-user-DEV-1', recorded: 'Done', execution: 'SUCCEEDED' },
      undefined,
    ],
    [
      'after a fault of ours',
      { recorded: 'RolledBack', execution: 'RolledBack', isFaultOfOurs: true },
      `Fix the cause (docs/runbooks/defect.md), then start a new attempt: npm run redrive -- ${id} --aws`,
    ],
    [
      'after a later attempt has begun',
      { recorded: 'RolledBack', execution: 'RolledBack', laterAttempt: 'RITM1-b2b-onboarding-DEV-2' },
      'npm run show -- RITM1-b2b-onboarding-DEV-2 --aws',
    ],
    ['after it is done, and a new link would be refused', { ...ended, noNewLink }, 'Activate it.'],
    [
      'after the pick-up failed, and a new link would be refused',
      { ...ended, unfinished: 'pick-up failed', noNewLink },
      'Activate it.',
    ],
    [
      'after it is done, its ticket was not told, and a new link would be refused',
      { ...ended, unfinished: 'ticket not told', noNewLink },
      `Tell the ticket: npm run reconcile -- ${id} --aws (docs/runbooks/not-recorded.md)`,
    ],
    [
      'after it was rejected, and its personal data was removed',
      { recorded: 'Rejected', execution: 'Rejected', isDataRemoved: true },
      `The requester corrects the ticket; once the reason is gone: npm run redrive -- ${id} --input FILE --aws (docs/runbooks/rejected.md)`,
    ],
    [
      'after it was rolled back, and its personal data was removed',
      { recorded: 'RolledBack', execution: undefined, isDataRemoved: true },
      `Once the reason is gone: npm run redrive -- ${id} --input FILE --aws (docs/runbooks/rolled-back.md). What was ended stays so, and needs another request.`,
    ],
    [
      'after a fault of ours, and its personal data was removed',
      { recorded: 'RolledBack', execution: 'RolledBack', isFaultOfOurs: true, isDataRemoved: true },
      `Fix the cause (docs/runbooks/defect.md), then start a new attempt: npm run redrive -- ${id} --input FILE --aws`,
    ],
    [
      'after its rollback was incomplete, and its personal data was removed',
      { recorded: 'RollbackIncomplete', execution: 'RollbackIncomplete', isDataRemoved: true },
      `npm run rollback -- ${id} --aws (docs/runbooks/rollback-incomplete.md)`,
    ],
    [
      'after it was stopped, and Step Functions cannot redrive it any more',
      { recorded: 'Stopped', execution: 'ABORTED', isTooLate: true },
      `Roll it back: npm run rollback -- ${id} --aws (docs/runbooks/stopped.md)`,
    ],
    [
      'after it was stopped, and its personal data was removed',
      { recorded: 'Stopped', execution: 'ABORTED', isDataRemoved: true },
      `Roll it back: npm run rollback -- ${id} --aws (docs/runbooks/stopped.md)`,
    ],
  ])('%s', (_, changes, next) => {
    expect(adviceFor({ ...situation, ...changes }).next).toBe(next);
  });

  test('and why a new link would be refused', () => {
    expect(adviceFor({ ...situation, ...ended, noNewLink }).meaning).toBe(
      'Everything is set up. A new link would be refused, because the client client-1 is suspended, and has to be active.',
    );
  });
});
