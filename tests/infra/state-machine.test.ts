import validate from 'asl-validator';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { AwaitingTurn, type StepErrorName } from '../../core/errors.ts';
import { milestones } from '../../core/onboarding/ticket-report.ts';
import { readFunctionFile } from '../../resources/function-file.ts';
import { withoutEnd } from '../../state-machines/retry-policies.ts';
import { invokeErrors } from './lambda-errors.ts';

const retrier = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number(),
  MaxAttempts: z.number(),
  JitterStrategy: z.string(),
});
const catcher = z.object({
  ErrorEquals: z.array(z.string()),
  ResultPath: z.string().nullable(),
  Next: z.string(),
});
const task = z.object({
  Type: z.literal('Task'),
  Comment: z.string().min(1),
  Resource: z.enum(['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken']),
  Parameters: z.strictObject({ FunctionName: z.string(), Payload: z.record(z.string(), z.string()) }),
  TimeoutSeconds: z.number().positive(),
  ResultSelector: z.record(z.string(), z.string()).optional(),
  ResultPath: z.string().nullable(),
  Retry: z.array(retrier).min(1),
  Catch: z.array(catcher).default([]),
  Next: z.string(),
});
const choice = z.object({
  Type: z.literal('Choice'),
  Comment: z.string().min(1),
  Choices: z.array(z.object({ Next: z.string() })),
  Default: z.string(),
});
const pass = z.object({
  Type: z.literal('Pass'),
  Comment: z.string().min(1),
  Parameters: z.record(z.string(), z.string()),
  ResultPath: z.string(),
  Next: z.string(),
});
const wait = z.object({
  Type: z.literal('Wait'),
  Comment: z.string().min(1),
  TimestampPath: z.string(),
  Next: z.string(),
});
const end = z.object({
  Type: z.enum(['Succeed', 'Fail']),
  Comment: z.string().min(1),
  Error: z.string().optional(),
});
const machine = z.object({
  Comment: z.string().min(1),
  StartAt: z.string(),
  States: z.record(z.string(), z.discriminatedUnion('Type', [task, choice, pass, wait, end])),
});

const source = readFileSync('state-machines/onboarding.asl.json', 'utf8');
// The parse fails with the path if a state lacks its Comment, or a Task its TimeoutSeconds or Retry.
const { StartAt, States } = machine.parse(JSON.parse(source));
const stateOf = (name: string) => {
  const state = States[name];
  if (state === undefined) throw new Error(`no state ${name}`);
  return state;
};
const tasks = Object.entries(States).flatMap(([name, state]) =>
  state.Type === 'Task' ? [{ name, ...state }] : [],
);
/** Returns `okta-profile` for `${OktaProfileFunctionArn}`. */
const functionOf = ({ Parameters: { FunctionName } }: z.infer<typeof task>): string =>
  (/^\$\{(\w+)FunctionArn\}$/.exec(FunctionName)?.[1] ?? FunctionName)
    .replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();
const applying = tasks.filter(({ Parameters: { Payload } }) => Payload['action'] === 'apply');
const undoing = tasks.filter(({ Parameters: { Payload } }) => Payload['action'] === 'undo');
const reporting = tasks.filter((each) => functionOf(each) === 'ticket-report');

/** Returns the states that a state may lead to: without failures, or including them. */
function nextOf(name: string, { alsoFailing }: { readonly alsoFailing: boolean }): readonly string[] {
  const state = stateOf(name);
  switch (state.Type) {
    case 'Task':
      return [state.Next, ...(alsoFailing ? state.Catch.map(({ Next }) => Next) : [])];
    case 'Pass':
    case 'Wait':
      return [state.Next];
    case 'Choice':
      return [state.Default, ...state.Choices.map(({ Next }) => Next)];
    case 'Succeed':
    case 'Fail':
      return [];
  }
}
function reachableFrom(name: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of nextOf(name, { alsoFailing: true })) reachableFrom(next, seen);
  return seen;
}
function longestFrom(name: string, avoided?: string): readonly string[] {
  const onward = nextOf(name, { alsoFailing: false })
    .filter((next) => next !== avoided)
    .map((next) => longestFrom(next, avoided))
    .toSorted((one, other) => other.length - one.length);
  return [name, ...(onward[0] ?? [])];
}
const top = 'UndoCredentialDelivery';
const alerting = tasks.filter((each) => functionOf(each) === 'operator-alert');
/** Tells whether a state only reports something and may be skipped. */
const isToldOnly = (name: string): boolean => /^(?:Report|Alert)/u.test(name);
/** The steps whose vendors have quotas. */
const pacedSteps = ['OktaProfile', 'CognitoClient', 'GatewayMapping', 'CredentialDelivery'];

/** The errors that AWS raises and that a definition may mention. */
const awsErrors = [
  'States.ALL',
  'States.Timeout',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'Lambda.Unknown',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  ...invokeErrors.map((name) => `Lambda.${name}`),
];
/** According to the docstrings of core/errors.ts. */
const isRetried: Readonly<Record<StepErrorName, boolean>> = {
  Throttled: true,
  Unavailable: true,
  OutcomeUnknown: true,
  AwaitingTurn: true,
  Rejected: false,
  Conflict: false,
  NotFound: false,
  RollbackIncomplete: false,
  Defect: false,
};
const ownErrors = Object.keys(isRetried);

describe('WF-8 the onboarding state machine', () => {
  test('is Amazon States Language', () => {
    const { isValid, errorsText } = validate(z.record(z.string(), z.unknown()).parse(JSON.parse(source)));
    expect(errorsText('\n')).toBe('');
    expect(isValid).toBe(true);
  });

  test('has no state that cannot be reached', () => {
    expect([...reachableFrom(StartAt)].toSorted()).toEqual(Object.keys(States).toSorted());
  });

  test('calls functions of ours, each of which the deployment puts in', () => {
    const called = [...new Set(tasks.map(functionOf))].toSorted();
    expect(readdirSync('functions')).toEqual(expect.arrayContaining(called));
    expect(called).toEqual([
      'cognito-client',
      'credential-delivery',
      'ewacs-account',
      'finish-rollback',
      'gateway-mapping',
      'okta-profile',
      'operator-alert',
      'request-intake',
      'ticket-report',
    ]);
    const placeholders = new Set([...source.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    const substitutions = z.object({
      Resources: z.object({
        OnboardingStateMachine: z.object({
          Properties: z.object({ DefinitionSubstitutions: z.record(z.string(), z.unknown()) }),
        }),
      }),
    });
    const { Resources } = substitutions.parse(parse(readFileSync('resources/state-machine.yml', 'utf8')));
    expect(placeholders).toEqual(
      new Set(Object.keys(Resources.OnboardingStateMachine.Properties.DefinitionSubstitutions)),
    );
  });

  test('gives up on a task only after its function has ended, so that no two run at once', () => {
    for (const each of tasks) {
      expect(readFunctionFile(functionOf(each)).settings.timeout, each.name).toBeLessThan(
        each.TimeoutSeconds,
      );
    }
  });

  test('waits for the EWACS account for 14 days, and does not begin to wait anew', () => {
    const waiting = tasks.filter(({ Resource }) => Resource.endsWith('waitForTaskToken'));
    expect(waiting).toMatchObject([{ name: 'AwaitEwacsAccount', TimeoutSeconds: 14 * 24 * 60 * 60 }]);
    expect(waiting[0]?.Parameters.Payload).toEqual({
      action: 'apply',
      'taskToken.$': '$$.Task.Token',
      'onboardingId.$': '$.onboardingId',
    });
    expect(waiting.flatMap(({ Retry }) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals))).not.toContain(
      'States.Timeout',
    );
  });

  test('gets through in at most twelve states where it need not wait', () => {
    const path = longestFrom(StartAt, 'AwaitEwacsAccount');
    expect(path.at(-1)).toBe('Done');
    expect(path.length).toBeLessThanOrEqual(12);
  });

  test('keeps nothing but ids and kind, so that no history holds more', () => {
    expect(
      tasks
        .filter(({ ResultPath }) => ResultPath !== null)
        .map(({ name, ResultPath, ResultSelector }) => ({ name, ResultPath, ResultSelector })),
    ).toEqual([
      {
        name: 'RequestIntake',
        ResultPath: '$.request',
        ResultSelector: {
          'kind.$': '$.Payload.kind',
          'ewacsAccountCreated.$': '$.Payload.ewacsAccountCreated',
        },
      },
    ]);
    const told = new Set(tasks.flatMap(({ Parameters: { Payload } }) => Object.keys(Payload)));
    expect(told).toEqual(
      new Set([
        'onboardingId.$',
        'ticketNumber.$',
        'milestone',
        'action',
        'taskToken.$',
        'failure.$',
        'error.$',
      ]),
    );
    expect(alerting.map(({ Parameters: { Payload } }) => Payload['failure.$'])).toEqual(['$.failure']);
  });

  test('tells each milestone to the ticket in one place', () => {
    expect(reporting.map(({ Parameters: { Payload } }) => Payload['milestone']).toSorted()).toEqual(
      [...milestones].toSorted(),
    );
    // A failed report never stops the workflow.
    for (const { name, Catch, Next } of reporting) {
      expect(Catch, name).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: null, Next }]);
    }
  });
});

describe('WF-8 errors by name', () => {
  test('are ours or one of the known ones of AWS', () => {
    const mentioned = new Set(
      tasks.flatMap(({ Retry, Catch }) => [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals)),
    );
    expect([...mentioned].filter((name) => !ownErrors.includes(name) && !awsErrors.includes(name))).toEqual(
      [],
    );
  });

  test('are retried exactly if core/errors.ts says so', () => {
    const classes = [
      ...readFileSync('core/errors.ts', 'utf8').matchAll(
        /\/\*\* ([^/]*) \*\/\nexport class (\w+) extends StepError/g,
      ),
    ];
    const said = classes.map(([, text = '', name = '']) => [
      name,
      /\b[Rr]etried\./.test(text) && !text.includes('Not retried.'),
    ]);
    expect(Object.fromEntries(said)).toEqual(isRetried);
    const retried = Object.entries(isRetried)
      .flatMap(([name, retry]) => (retry ? [name] : []))
      .toSorted();
    for (const { name, Retry } of tasks) {
      const names = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      // A paced step waits for its turn in a state of its own. A report has no pace.
      const expected = retried.filter(
        (each) => each !== 'AwaitingTurn' || !(pacedSteps.includes(name) || isToldOnly(name)),
      );
      expect(names.filter((each) => ownErrors.includes(each)).toSorted(), name).toEqual(expected);
      expect(new Set(names).size, name).toBe(names.length);
      expect(names, name).not.toContain('States.ALL');
    }
  });

  test('are retried ever later, up to a limit, and not by all at once', () => {
    for (const { name, Retry } of tasks) {
      for (const {
        ErrorEquals,
        IntervalSeconds,
        BackoffRate,
        MaxDelaySeconds,
        MaxAttempts,
        JitterStrategy,
      } of Retry) {
        expect(IntervalSeconds, name).toBeGreaterThanOrEqual(1);
        expect(BackoffRate, name).toBeGreaterThan(1);
        // A step waits for a vendor and checks at least every ten minutes. A report is skipped after some
        // minutes.
        const isWaiting = MaxAttempts === withoutEnd;
        expect(MaxDelaySeconds, name).toBe(isWaiting ? 600 : ErrorEquals.includes('Unavailable') ? 30 : 60);
        expect(isWaiting, `${name} ${ErrorEquals.join(' ')}`).toBe(
          !isToldOnly(name) && !ErrorEquals.includes('Runtime.ExitError'),
        );
        if (!isWaiting) expect(MaxAttempts, name).toBeLessThanOrEqual(8);
        // The delivery waits for an event of SES between its attempts, so jitter must not shorten these
        // pauses.
        const waitsForEvent = name === 'CredentialDelivery' && ErrorEquals.includes('OutcomeUnknown');
        expect(JitterStrategy, name).toBe(waitsForEvent ? 'NONE' : 'FULL');
      }
    }
  });

  test('are caught by every task but FinishRollback', () => {
    expect(
      tasks.filter(({ Catch }) => Catch.at(-1)?.ErrorEquals.join() !== 'States.ALL').map(({ name }) => name),
    ).toEqual(['FinishRollback']);
  });

  test('end as what they are', () => {
    expect(
      Object.entries(States).flatMap(([name, state]) => (state.Type === 'Fail' ? [[name, state.Error]] : [])),
    ).toEqual([
      ['Rejected', 'Rejected'],
      ['RolledBack', 'RolledBack'],
    ]);
  });
});

describe('X-14 a step whose turn has not come', () => {
  const { AwaitTurn, ReturnToStep } = States;

  test.each(pacedSteps)('%s waits until then, and is run again', (name) => {
    expect(States[`${name}Waits`]).toMatchObject({
      Type: 'Pass',
      Parameters: { state: name, 'error.$': 'States.StringToJson($.turn.Cause)' },
      ResultPath: '$.turn',
      Next: 'AwaitTurn',
    });
    const choices =
      ReturnToStep?.Type === 'Choice'
        ? [...ReturnToStep.Choices.map(({ Next }) => Next), ReturnToStep.Default]
        : [];
    expect(choices).toContain(name);
  });

  test('waits in one state, whose moment is all that the error says', () => {
    expect(AwaitTurn).toEqual({
      Type: 'Wait',
      TimestampPath: '$.turn.error.errorMessage',
      Next: 'ReturnToStep',
      Comment: expect.any(String) as string,
    });
    expect(new AwaitingTurn({ service: 'okta', operation: 'okta-users', until: new Date(0) }).message).toBe(
      '1970-01-01T00:00:00.000Z',
    );
  });
});

describe('WF-8 the undo chain', () => {
  const chain = longestFrom(top);

  test('undoes every step that applies, in reverse order, and then finishes', () => {
    const applied = longestFrom(StartAt).flatMap((name) =>
      applying.filter((each) => each.name === name).map(functionOf),
    );
    expect(applied.toSorted()).toEqual(applying.map(functionOf).toSorted());
    const undone = chain.flatMap((name) => undoing.filter((each) => each.name === name).map(functionOf));
    expect(undone).toEqual(applied.toReversed());
    expect(chain.slice(-3)).toEqual(['FinishRollback', 'ReportRolledBack', 'RolledBack']);
    expect(chain).toHaveLength(applied.length + 3);
  });

  test('begins at its top whatever step failed', () => {
    for (const { name, Catch } of applying) {
      const turn = { ErrorEquals: ['AwaitingTurn'], ResultPath: '$.turn', Next: `${name}Waits` };
      const isPaced = pacedSteps.includes(name);
      if (isPaced) expect(Catch[0], name).toEqual(turn);
      expect(Catch.slice(isPaced ? 1 : 0, isPaced ? 2 : 1), name).toMatchObject([
        { ResultPath: '$.failure', Next: top },
      ]);
    }
    expect(tasks.find(({ name }) => name === 'RequestIntake')?.Catch.slice(0, 2)).toEqual([
      { ErrorEquals: ['Rejected'], ResultPath: '$.failure', Next: 'ReportRejected' },
      {
        ErrorEquals: ['Conflict', 'Throttled', 'Unavailable', 'OutcomeUnknown'],
        ResultPath: '$.failure',
        Next: top,
      },
    ]);
  });

  test("begins after an alert where the fault is ours: whatever is not known to be the vendor's or the request's", () => {
    for (const { name, Catch } of [
      ...applying,
      ...tasks.filter((each) => functionOf(each) === 'request-intake'),
    ]) {
      expect(Catch.at(-1), name).toEqual({
        ErrorEquals: ['States.ALL'],
        ResultPath: '$.failure',
        Next: 'AlertOperators',
      });
      // If nobody closed the EWACS task in time, this is no fault of ours.
      const others =
        name === 'AwaitEwacsAccount' ? ['States.Timeout'] : pacedSteps.includes(name) ? ['AwaitingTurn'] : [];
      expect(
        Catch.slice(0, -1)
          .flatMap(({ ErrorEquals }) => ErrorEquals)
          .toSorted(),
        name,
      ).toEqual(['Conflict', 'OutcomeUnknown', 'Rejected', 'Throttled', 'Unavailable', ...others].toSorted());
    }
    expect(alerting).toMatchObject([
      {
        name: 'AlertOperators',
        Next: top,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: top }],
      },
    ]);
  });

  test('goes on past an undo that fails', () => {
    for (const { name, Catch, Next } of undoing) {
      expect(Catch, name).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: null, Next }]);
    }
  });

  test('and a rejection never lead back to Done, or to any step', () => {
    for (const failed of [top, 'ReportRejected']) {
      const reached = reachableFrom(failed);
      expect(reached).not.toContain('Done');
      expect(applying.map(({ name }) => name).filter((name) => reached.has(name))).toEqual([]);
    }
  });
});
