import { overdueAfterHours } from '../core/workflow/waits.ts';
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
      says: 'Five onboardings in an hour were rejected or rolled back. They probably have a cause in common.',
    },
    {
      name: 'onboarding-timed-out',
      page: 'stopped',
      of: [states('ExecutionsTimedOut')],
      atLeast: 1,
      minutes: 5,
      says: 'An execution exceeded its time limit.',
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
      says: 'Step Functions delays executions, because the account has used up its quota of state transitions.',
    },
    {
      name: 'alerts-undelivered',
      page: 'README',
      of: [alertsUndelivered()],
      atLeast: 1,
      minutes: 5,
      says: 'An onboarding needs an operator, but the alert about it could not be delivered.',
    },
    {
      name: 'failed-events',
      page: 'not-recorded',
      of: [failedEvents()],
      atLeast: 1,
      minutes: 5,
      says: `The queue ${stack}-failed-events holds events that could not be handled. Ends of executions or the outcomes of mails are therefore not recorded.`,
    },
    {
      name: 'sweep-failing',
      page: 'not-started',
      of: [lambda('onboarding-sweep', 'Errors')],
      atLeast: 3,
      minutes: 15,
      says: 'A sweep has failed, and so have its retries. Requests that were recorded but not started stay so, and nobody is reminded of waits.',
    },
    {
      // If a sweep fails, the alarm keeps its state.
      name: 'waits-overdue',
      page: 'waiting',
      of: [loggedMetric(stack, 'longestWait')],
      atLeast: overdueAfterHours,
      minutes: 15,
      withoutData: 'ignore',
      says: 'An onboarding has waited for its prerequisite for three days. After 14 days it is rolled back.',
    },
    {
      name: 'app-clients-scarce',
      page: 'README',
      of: [loggedMetric(stack, 'appClientsTakenPercent')],
      atLeast: 80,
      minutes: 15,
      withoutData: 'ignore',
      says: '80 % of the app clients that the user pool may have are in use. Once all are, new requests are refused.',
    },
    {
      name: 'api-keys-scarce',
      page: 'README',
      of: [loggedMetric(stack, 'apiKeysTakenPercent')],
      atLeast: 80,
      minutes: 15,
      withoutData: 'ignore',
      says: '80 % of the API keys that the account may have are in use. Once all are, new requests are refused.',
    },
    {
      name: 'steps-failing',
      page: 'vendor-down',
      of: stepFunctions.map((name) => lambda(name, 'Errors')),
      atLeast: 10,
      minutes: 5,
      periods: 3,
      says: 'Steps of onboardings have been failing for 15 minutes. Each one is retried.',
    },
    {
      name: 'public-functions-failing',
      page: 'vendor-down',
      of: publicFunctions.filter((name) => name !== 'authorizer').map((name) => lambda(name, 'Errors')),
      atLeast: 1,
      minutes: 5,
      says: 'A public function did not answer, because it crashed or ran out of memory or time.',
    },
    {
      name: 'steps-throttled',
      page: 'vendor-down',
      of: stepFunctions.map((name) => lambda(name, 'Throttles')),
      atLeast: 1,
      minutes: 5,
      says: 'Lambda refused to run a step, because the account has used up its concurrency.',
    },
    {
      name: 'public-functions-throttled',
      page: 'vendor-down',
      of: publicFunctions.map((name) => lambda(name, 'Throttles')),
      atLeast: 1,
      minutes: 5,
      says: 'Lambda refused to run a public function, because the account has used up its concurrency.',
    },
    {
      name: 'functions-throttled',
      page: 'vendor-down',
      of: otherFunctions.map((name) => lambda(name, 'Throttles')),
      atLeast: 1,
      minutes: 5,
      says: 'Lambda refused to run a background function, because the account has used up its concurrency.',
    },
    {
      name: 'defects',
      page: 'README',
      of: [loggedMetric(stack, 'defects')],
      atLeast: 1,
      minutes: 5,
      says: "There is a fault on our side: a vendor refuses a permission or a credential, or the code is wrong. The function's log has a line with the code defect, or with the error Defect.",
    },
    {
      name: 'authorizer-failing',
      page: 'vendor-down',
      of: [loggedMetric(stack, 'authorizerFailures')],
      atLeast: 5,
      minutes: 5,
      says: "Partners' calls were answered with 500, because the authorizer could not decide. Refused tokens do not count.",
    },
    {
      name: 'authorizer-slow',
      page: 'vendor-down',
      of: [lambda('authorizer', 'Duration', 'p99')],
      atLeast: 1000,
      minutes: 5,
      periods: 3,
      says: "The slowest 1 % of the authorizer's decisions take more than a second.",
    },
    {
      name: 'api-failing',
      page: 'vendor-down',
      of: [api('5XXError')],
      atLeast: 10,
      minutes: 5,
      periods: 3,
      says: 'Calls have been answered with 5xx for 15 minutes, by a backend or by Sallyport.',
    },
    {
      name: 'link-locked',
      page: 'done',
      of: [loggedMetric(stack, 'linksLocked')],
      atLeast: 1,
      minutes: 5,
      says: 'A pick-up link was locked after five wrong codes. Somebody mistyped the code, or is guessing it.',
    },
    {
      name: 'pick-up-failed',
      page: 'done',
      of: [loggedMetric(stack, 'pickUpsFailed')],
      atLeast: 1,
      minutes: 5,
      says: 'A pick-up was answered with 5xx. If its link is used up, the partner needs a new one.',
    },
    // The rates at which SES begins to review an account:
    // https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html
    {
      name: 'mails-bounce',
      page: 'done',
      of: [mailReputation('BounceRate')],
      atLeast: 0.05,
      minutes: 60,
      says: '5 % of the mails with a pick-up link bounce.',
    },
    {
      name: 'mails-unwanted',
      page: 'done',
      of: [mailReputation('ComplaintRate')],
      atLeast: 0.001,
      minutes: 60,
      says: '0.1 % of the mails with a pick-up link are reported as spam.',
    },
    {
      name: 'trust-expires',
      page: 'README',
      of: [loggedMetric(stack, 'trustExpiry')],
      atLeast: 7,
      orLess: true,
      minutes: 1440,
      says: 'The certificate of a trusted token issuer expires within seven days, or has expired.',
    },
    {
      name: 'user-sweep-failing',
      page: 'README',
      of: [lambda('user-sweep', 'Errors')],
      atLeast: 3,
      minutes: 60,
      says: 'The comparison of users with Okta has failed three times in an hour: whoever Okta stopped may still have access.',
    },
    {
      name: 'trust-sweep-failing',
      page: 'README',
      of: [lambda('trust-sweep', 'Errors')],
      atLeast: 3,
      minutes: 60,
      says: "The hourly check of the trusted issuers' keys has failed, and so have its retries.",
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
