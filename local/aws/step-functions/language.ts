import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { type RunnableState, isRunnable } from './states.ts';

const anyState = ['Type', 'Comment', 'QueryLanguage'];
const pathFields = ['InputPath', 'OutputPath'];
const onwards = ['Next', 'End'];

/** The fields that the twin supports in each type of state. */
const stateMembers: Readonly<Record<RunnableState['Type'], readonly string[]>> = {
  Task: [
    ...anyState,
    ...pathFields,
    ...onwards,
    'Resource',
    'Parameters',
    'ResultSelector',
    'ResultPath',
    'Retry',
    'Catch',
    'TimeoutSeconds',
    'TimeoutSecondsPath',
    'HeartbeatSeconds',
    'HeartbeatSecondsPath',
  ],
  Pass: [...anyState, ...pathFields, ...onwards, 'Result', 'ResultPath', 'Parameters'],
  Choice: [...anyState, ...pathFields, 'Choices', 'Default'],
  Wait: [...anyState, ...pathFields, ...onwards, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Succeed: [...anyState, ...pathFields],
  Fail: [...anyState, 'Error', 'ErrorPath', 'Cause', 'CausePath'],
};
const machineMembers = ['Comment', 'StartAt', 'States', 'TimeoutSeconds', 'Version', 'QueryLanguage'];
const retrierMembers = [
  'Comment',
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
];
const catcherMembers = ['Comment', 'ErrorEquals', 'ResultPath', 'Next'];

const compared = ['Equals', 'LessThan', 'GreaterThan', 'LessThanEquals', 'GreaterThanEquals'];
const comparisons = [
  ...['String', 'Numeric', 'Timestamp'].flatMap((type) => compared.map((how) => type + how)),
  'BooleanEquals',
];
/** Tests of a value's type. Each one is `true` or `false`. */
export const kindTests = [
  'IsNull',
  'IsPresent',
  'IsNumeric',
  'IsString',
  'IsBoolean',
  'IsTimestamp',
] as const;
const ruleMembers = [
  'Comment',
  'Next',
  'Variable',
  'And',
  'Or',
  'Not',
  'StringMatches',
  ...kindTests,
  ...comparisons,
  ...comparisons.map((name) => `${name}Path`),
];

const resources = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken'];

/**
 * Checks that the twin can run a definition. The twin refuses to start rather than behave differently from
 * AWS.
 *
 * @throws Error that names the unsupported part of the language
 */
export function requireRunnable(machine: string, definition: StateMachineDefinition): void {
  const refuse = (what: string, allowed: string): never => {
    throw new Error(`state machine ${machine}: ${what}; the twin runs ${allowed}`);
  };
  const allow = (where: string, part: unknown, members: readonly string[]): void => {
    const records = Array.isArray(part) ? part : [part];
    const unknown = records
      .flatMap((record: object) => Object.keys(record))
      .find((name) => !members.includes(name));
    if (unknown !== undefined) refuse(`${where} has ${unknown}`, `${members.join(', ')} there`);
  };

  if (JSON.stringify(definition).includes('"QueryLanguage":"JSONata"')) {
    refuse('it uses JSONata', 'JSONPath only');
  }
  allow('it', definition, machineMembers);
  for (const [name, state] of Object.entries(definition.States)) {
    if (!isRunnable(state)) {
      return refuse(`state ${name} is of type ${state.Type}`, Object.keys(stateMembers).join(', '));
    }
    allow(`state ${name}`, state, stateMembers[state.Type]);
    if (state.Type === 'Choice') {
      allow(`a choice of state ${name}`, state.Choices.flatMap(rulesIn), ruleMembers);
    }
    if (state.Type !== 'Task') continue;
    if (!resources.includes(state.Resource)) {
      refuse(`state ${name} has the resource ${state.Resource}`, resources.join(' and '));
    }
    allow(`a retrier of state ${name}`, state.Retry ?? [], retrierMembers);
    allow(`a catcher of state ${name}`, state.Catch ?? [], catcherMembers);
  }
}

/** Returns a rule of a Choice state and all rules nested in it. */
function rulesIn(rule: object): readonly object[] {
  const { And: all = [], Or: any = [], Not: none } = rule as { And?: object[]; Or?: object[]; Not?: object };
  return [rule, ...[...all, ...any, ...(none === undefined ? [] : [none])].flatMap(rulesIn)];
}
