import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stateNumbers } from '../../adapters/servicenow/states.ts';
import type { StepErrorName } from '../../core/errors.ts';
import type { StepName } from '../../core/onboarding/onboarding.ts';
import type { FailedStep } from '../../core/workflow/records.ts';
import { milestones, reportMilestone, subjectOf } from '../../core/onboarding/ticket-report.ts';
import { rollbackIncomplete, rolledBack } from '../../core/onboarding/ticket-texts.ts';
import { onboardingOf, words } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';
import { only, rowsUnder, tables } from './failure-document.ts';
import { rightsOf, vendorOperations } from './failure-sources.ts';
import { codesIn } from './markdown-table.ts';
import { tasks } from './onboarding-machine.ts';

describe('X-2 section 3: what each step calls', () => {
  /** The tables of one function, or of one of its actions. The headings name which. */
  const calls = tables
    .filter(({ columns }) => columns.includes('operation') && columns.includes('tests'))
    .map(({ headings, rows }) => {
      const [functionName = '', action] = headings.slice(headings.includes('The public functions') ? 3 : 2);
      return { functionName, action, operations: rows.map((row) => only(row('operation'))) };
    });
  const operations = vendorOperations();

  test('every operation that an adapter calls is there, and no other', () => {
    expect(new Set(calls.flatMap((each) => each.operations))).toEqual(
      new Set(operations.map(({ name }) => name)),
    );
    expect(
      rowsUnder('3. Step by step', 'operation')
        .map((row) => only(row('operation')))
        .toSorted(),
    ).toEqual(
      [...new Set(operations.flatMap(({ name }) => (name.startsWith('dynamodb ') ? [name] : [])))].toSorted(),
    );
  });

  test('every function is there, and every action by which the state machine calls it', () => {
    expect(new Set(calls.map(({ functionName }) => functionName))).toEqual(new Set(readdirSync('functions')));
    const described = (functionName: string, action = '') => `${functionName} ${action}`;
    const called = new Set(
      tasks.map(({ functionName, payload }) => described(functionName, payload['action'])),
    );
    expect(
      new Set(
        calls
          .filter(({ functionName }) => tasks.some((task) => task.functionName === functionName))
          .map(({ functionName, action }) => described(functionName, action)),
      ),
    ).toEqual(called);
  });

  /** Returns the permission that an operation of the AWS SDK needs. */
  const rightFor = (operation: string): string => {
    const [service = '', name = ''] = operation.split(' ');
    const verbs: Readonly<Record<string, string>> = {
      Create: 'POST',
      Get: 'GET',
      Delete: 'DELETE',
      Flush: 'DELETE',
    };
    if (service === 'apigateway') {
      return `apigateway:${verbs[/^(?:Create|Get|Delete|Flush)/.exec(name)?.[0] ?? ''] ?? name}`;
    }
    return `${{ cognito: 'cognito-idp', cognitoidentity: 'cognito-identity', stepfunctions: 'states', eventbridge: 'events' }[service] ?? service}:${name}`;
  };
  test.each(readdirSync('functions'))(
    '%s has the rights and the addresses for what its tables say, and no other',
    (name) => {
      const undos = name === 'finish-rollback' ? calls.filter(({ action }) => action === 'undo') : [];
      const its = [...calls.filter(({ functionName }) => functionName === name), ...undos].flatMap(
        (each) => each.operations,
      );
      const { actions, environment } = rightsOf(name);
      expect(new Set(actions)).toEqual(
        new Set(
          its
            .filter((operation) => operations.some((each) => each.signed && each.name === operation))
            .map(rightFor),
        ),
      );
      expect(['OKTA_URL', 'SERVICENOW_URL'].filter((address) => environment.includes(address))).toEqual(
        ['okta', 'servicenow']
          .filter((service) => its.some((operation) => operation.startsWith(`${service} `)))
          .map((service) => `${service.toUpperCase()}_URL`),
      );
    },
  );

  const onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');
  test.each(milestones)('the ticket hears of %s as its row says', async (milestone) => {
    const { ports, fakes } = createWorld();
    await ports.onboardings.create(onboarding);
    await reportMilestone(ports, onboarding.onboardingId, milestone);
    const row = rowsUnder('What the ticket says', 'milestone').find(
      (each) => only(each('milestone')) === milestone,
    );
    expect(
      fakes.desk.updates.map(({ fields: { state, internalNote, comment } }) => [
        state === undefined ? '' : stateNumbers[state],
        internalNote && 'yes',
        comment === undefined ? '' : 'yes',
      ]),
    ).toEqual([[row?.('state of the request'), row?.('a note'), row?.('a comment')]]);
  });

  test('every milestone is said by the state of its row', () => {
    expect(
      rowsUnder('What the ticket says', 'milestone')
        .map((row) => [only(row('by')), only(row('milestone'))])
        .toSorted(),
    ).toEqual(
      tasks
        .flatMap(({ name, payload: { milestone } }) => (milestone === undefined ? [] : [[name, milestone]]))
        .toSorted(),
    );
  });

  const failedBy = (step: StepName, error: string): FailedStep<StepName> => ({
    step,
    failure: { error, service: 'okta', operation: 'Operation', detail: 'any' },
  });
  const steps = [
    'ewacs-account',
    'okta-profile',
    'cognito-client',
    'gateway-mapping',
    'credential-delivery',
  ] as const satisfies readonly StepName[];
  test('the ticket hears the sentences of the step that failed', () => {
    const rows = rowsUnder('What the ticket says', 'step');
    expect(rows.map((row) => only(row('step')))).toEqual([...steps, 'none that is known']);
    expect(new Set(steps)).toEqual(
      new Set(
        tasks.flatMap(({ functionName, payload }) => (payload['action'] === 'undo' ? [functionName] : [])),
      ),
    );
    for (const row of rows) {
      const step = steps.find((each) => each === only(row('step')));
      const [notDone = '', left] = ['what was not done', 'this may still be there'].map(row);
      const failed = step === undefined ? undefined : failedBy(step, 'Conflict');
      expect(rolledBack(words, subjectOf(onboarding), failed).internalNote).toBe(
        `Rolled back: ${notDone}. Nothing that was set up for this request is left.`,
      );
      expect(rollbackIncomplete(words, failed, step === undefined ? [] : [step]).internalNote).toContain(
        `could be rolled back: ${notDone}, and this may still be there: ${left ?? ''}. `,
      );
    }
  });

  test('the ticket hears why, and what to do, by the class of the error', () => {
    const rows = rowsUnder('What the ticket says', 'cause');
    const classes = [
      'Rejected',
      'Conflict',
      'Throttled',
      'Unavailable',
      'OutcomeUnknown',
      'Defect',
      'NotFound',
    ] as const satisfies readonly StepErrorName[];
    expect(rows.flatMap((row) => codesIn(row('classes')))).toEqual(classes);
    for (const row of rows) {
      const causes = codesIn(row('classes'));
      for (const failed of causes.length === 0
        ? [undefined]
        : causes.map((error) => failedBy('cognito-client', error))) {
        const [added = '', next] = ['the ticket adds', 'what to do'].map(row);
        const notDone =
          failed === undefined
            ? 'one of its steps could not be finished'
            : 'the API client could not be set up';
        const happened = added === '' ? notDone : `${notDone}, ${added}`;
        expect(rolledBack(words, subjectOf(onboarding), failed)).toEqual({
          state: 'incomplete',
          internalNote: `Rolled back: ${happened}. Nothing that was set up for this request is left.`,
          comment:
            `Your request could not be completed: ${happened}. Everything that had been set up for it was removed, so nothing is left over. ` +
            `${next ?? ''} If you have a question, ask ${onboarding.plan.assignmentGroup} here.`,
        });
      }
    }
  });
});
