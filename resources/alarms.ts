import { type Resources, logicalId } from './cloudformation.ts';
import { publicFunctions, functionNames, stepFunctions } from './functions.ts';
import { loggedMetric } from './log-metrics.ts';
import { type Metric, type Metrics, metricsOf } from './metrics.ts';

interface Alarm {
  readonly name: string;
  /** The text of the mail that the alarm sends. */
  readonly says: string;
  /** The page of docs/runbooks that says what to do. */
  readonly page: string;
  /** The metrics that are added up, ten at most. */
  readonly of: readonly Metric[];
  readonly atLeast: number;
  /** Whether the alarm is raised at or below `atLeast` instead of at or above it. */
  readonly orLess?: true;
  /** The length of a period in minutes. */
  readonly minutes: number;
  /** How many periods in a row must breach the threshold. The default is 1. */
  readonly periods?: number;
  /**
   * The state of the alarm without data. The default `notBreaching` means that nothing has happened; `ignore`
   * keeps the last state.
   */
  readonly withoutData?: 'notBreaching' | 'ignore';
}

/** Returns all alarms. Each notifies the topic of the alerts. */
export function alarms(stack: string): Resources {
  const resources = alarmsOf(stack, metricsOf(stack)).map(
    (alarm) =>
      [
        logicalId('Alarm', alarm.name),
        {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: {
            AlarmName: `${stack}-${alarm.name}`,
            AlarmDescription: `${alarm.says} See docs/runbooks/${alarm.page}.md.`,
            AlarmActions: [{ Ref: 'Alerts' }],
            ComparisonOperator: alarm.orLess ? 'LessThanOrEqualToThreshold' : 'GreaterThanOrEqualToThreshold',
            Threshold: alarm.atLeast,
            TreatMissingData: alarm.withoutData ?? 'notBreaching',
            ...metricProperties(alarm),
          },
        },
      ] as const,
  );
  return Object.fromEntries(resources);
}

/**
 * The alarms that roll a new version of the state machine back while it is being deployed. Either it fails
 * onboardings, or it does not fit the functions.
 */
export const deploymentAlarms = ['onboardings-failed', 'defects'].map((name) => ({
  Ref: logicalId('Alarm', name),
}));

/** Returns the full names of all alarms. */
export const alarmNames = (stack: string): readonly string[] =>
  alarmsOf(stack, metricsOf(stack)).map(({ name }) => `${stack}-${name}`);

function alarmsOf(
  stack: string,
  { states, lambda, api, failedEvents, alertsUndelivered, mailReputation }: Metrics,
): readonly Alarm[] {
  const otherFunctions = functionNames.filter(
    (name) => !stepFunctions.includes(name) && !publicFunctions.includes(name),
  );
  return [
    {
      name: 'onboardings-failed',
      page: 'rolled-back',
      of: [states('ExecutionsFailed')],
      atLeast: 5,
      minutes: 60,
      says: 'Five onboardings in an hour were rejected or taken back: hardly for five different reasons.',
    },
    {
      name: 'onboarding-timed-out',
      page: 'stopped',
      of: [states('ExecutionsTimedOut')],
      atLeast: 1,
      minutes: 5,
      says: 'An execution ran for longer than any may.',
    },
    {
      name: 'onboarding-aborted',
      page: 'stopped',
      of: [states('ExecutionsAborted')],
      atLeast: 1,
      minutes: 5,
      says: 'Somebody stopped an execution by hand.',
    },
    {
      name: 'onboardings-throttled',
      page: 'vendor-down',
      of: [states('ExecutionThrottled')],
      atLeast: 1,
      minutes: 5,
      periods: 3,
      says: 'Step Functions holds executions back: the account has used up its state transitions.',
    },
    {
      name: 'alerts-undelivered',
      page: 'README',
      of: [alertsUndelivered()],
      atLeast: 1,
      minutes: 5,
      says: 'An onboarding needs an operator, and the mail that says so did not go out.',
    },
    {
      name: 'failed-events',
      page: 'not-recorded',
      of: [failedEvents()],
      atLeast: 1,
      minutes: 5,
      says: `The queue ${stack}-failed-events holds events that nobody could handle: of ends that are not recorded, or of mails.`,
    },
    {
      name: 'sweep-failing',
      page: 'not-started',
      of: [lambda('onboarding-sweep', 'Errors')],
      atLeast: 3,
      minutes: 15,
      says: 'A sweep has failed, and its retries too: requests that were recorded and never started stay so, and nobody hears of waits.',
    },
    {
      // Longer than a weekend, and long before the wait ends after 14 days. If a sweep fails, the alarm keeps
      // its state.
      name: 'waits-overdue',
      page: 'waiting',
      of: [loggedMetric(stack, 'longestWait')],
      atLeast: 3 * 24,
      minutes: 15,
      withoutData: 'ignore',
      says: 'An onboarding has waited for its EWACS account for three days; after 14 it is taken back.',
    },
    {
      name: 'app-clients-scarce',
      page: 'README',
      of: [loggedMetric(stack, 'appClientsTakenPercent')],
      atLeast: 80,
      minutes: 15,
      withoutData: 'ignore',
      says: 'Four fifths of the app clients that the user pool may have are taken; when all are, requests are not accepted.',
    },
    {
      name: 'api-keys-scarce',
      page: 'README',
      of: [loggedMetric(stack, 'apiKeysTakenPercent')],
      atLeast: 80,
      minutes: 15,
      withoutData: 'ignore',
      says: 'Four fifths of the API keys that the account may have are taken; when all are, requests are not accepted.',
    },
    {
      name: 'steps-failing',
      page: 'vendor-down',
      of: stepFunctions.map((name) => lambda(name, 'Errors')),
      atLeast: 10,
      minutes: 5,
      periods: 3,
      says: 'Steps of onboardings have failed for a quarter of an hour, each to be tried again.',
    },
    {
      name: 'public-functions-failing',
      page: 'vendor-down',
      of: publicFunctions.filter((name) => name !== 'authorizer').map((name) => lambda(name, 'Errors')),
      atLeast: 1,
      minutes: 5,
      says: 'A function that somebody outside calls did not answer at all: a crash, or out of memory.',
    },
    {
      name: 'steps-throttled',
      page: 'vendor-down',
      of: stepFunctions.map((name) => lambda(name, 'Throttles')),
      atLeast: 1,
      minutes: 5,
      says: 'Lambda refused to run a step: the account has used up its concurrency.',
    },
    {
      name: 'public-functions-throttled',
      page: 'vendor-down',
      of: publicFunctions.map((name) => lambda(name, 'Throttles')),
      atLeast: 1,
      minutes: 5,
      says: 'Lambda refused to run a function that somebody outside calls: the account has used up its concurrency.',
    },
    {
      name: 'functions-throttled',
      page: 'vendor-down',
      of: otherFunctions.map((name) => lambda(name, 'Throttles')),
      atLeast: 1,
      minutes: 5,
      says: 'Lambda refused to run a function that works beside the workflow: the account has used up its concurrency.',
    },
    {
      name: 'defects',
      page: 'README',
      of: [loggedMetric(stack, 'defects')],
      atLeast: 1,
      minutes: 5,
      says: 'A fault of ours: a right or credential that a vendor refuses, or something that no code expects. The log of the function has a line with the code defect, or with the error Defect.',
    },
    {
      name: 'authorizer-failing',
      page: 'vendor-down',
      of: [loggedMetric(stack, 'authorizerFailures')],
      atLeast: 5,
      minutes: 5,
      says: 'Calls of partners were answered 500 because the authorizer could not decide. Refused tokens do not count.',
    },
    {
      name: 'authorizer-slow',
      page: 'vendor-down',
      of: [lambda('authorizer', 'Duration', 'p99')],
      atLeast: 1000,
      minutes: 5,
      periods: 3,
      says: "The slowest hundredth of the authorizer's decisions takes more than a second.",
    },
    {
      name: 'api-failing',
      page: 'vendor-down',
      of: [api('5XXError')],
      atLeast: 10,
      minutes: 5,
      periods: 3,
      says: 'Calls have been answered with 5xx for a quarter of an hour, by a backend or by us.',
    },
    {
      name: 'link-locked',
      page: 'done',
      of: [loggedMetric(stack, 'linksLocked')],
      atLeast: 1,
      minutes: 5,
      says: 'A pick-up link is locked after five wrong codes: a mistake, or somebody who guesses.',
    },
    {
      name: 'pick-up-failed',
      page: 'done',
      of: [loggedMetric(stack, 'pickUpsFailed')],
      atLeast: 1,
      minutes: 5,
      says: 'A pick-up was answered 5xx. If its link is used up, the partner needs a new one.',
    },
    // The rates at which SES begins to review an account:
    // https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html
    {
      name: 'mails-bounce',
      page: 'done',
      of: [mailReputation('BounceRate')],
      atLeast: 0.05,
      minutes: 60,
      says: 'One of twenty mails with a pick-up link bounces.',
    },
    {
      name: 'mails-unwanted',
      page: 'done',
      of: [mailReputation('ComplaintRate')],
      atLeast: 0.001,
      minutes: 60,
      says: 'One of a thousand mails with a pick-up link is reported as unwanted.',
    },
    {
      name: 'trust-expires',
      page: 'README',
      of: [loggedMetric(stack, 'trustExpiry')],
      atLeast: 7,
      orLess: true,
      minutes: 1440,
      says: 'The certificate of a third party whose tokens are believed expires within seven days, or has expired.',
    },
    {
      name: 'trust-sweep-failing',
      page: 'README',
      of: [lambda('trust-sweep', 'Errors')],
      atLeast: 3,
      minutes: 60,
      says: "The daily look at third parties' keys has failed, and its retries too.",
    },
  ];
}

/**
 * Returns the alarm properties for one metric or the sum of several. In a sum, a metric without data counts
 * as 0, even if its data is only late. The sum is therefore evaluated once more:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
function metricProperties({ of, minutes, periods = 1 }: Alarm) {
  const metrics = of.map(({ namespace, name, dimensions = {}, statistic }, index) => ({
    Id: `m${index}`,
    ReturnData: of.length === 1,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: minutes * 60,
      Stat: statistic,
    },
  }));
  if (of.length === 1) return { Metrics: metrics, EvaluationPeriods: periods };
  const sum = {
    Id: 'sum',
    Expression: metrics.map(({ Id }) => `FILL(${Id}, 0)`).join(' + '),
    ReturnData: true,
  };
  return { Metrics: [sum, ...metrics], EvaluationPeriods: periods + 1, DatapointsToAlarm: periods };
}
