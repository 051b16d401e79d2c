import { type Resources, logicalId } from './cloudformation.ts';
import { functionNames, logGroupId } from './functions.ts';
import type { Metric, Statistic } from './metrics.ts';

/** A number of lines of logs, or one that they name. */
interface LogMetric {
  readonly name: string;
  /** Logical ids of the log groups. */
  readonly logGroups: readonly string[];
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  readonly pattern: string;
  /** The field that holds the number, which each line names anew; without it the lines are counted. */
  readonly value?: string;
  /** Of numbers that lines name; the greatest, if left out. */
  readonly statistic?: Statistic;
}

const logMetrics = {
  defects: {
    name: 'Defects',
    logGroups: functionNames.map(logGroupId),
    pattern: '{ ($.code = "defect") || ($.error = "Defect") }',
  },
  // Calls that were not decided, for whatever reason; a refused token is decided.
  authorizerFailures: {
    name: 'AuthorizerFailures',
    logGroups: ['AccessLogGroup'],
    pattern: '{ $.responseType = "AUTHORIZER_*" }',
  },
  linksLocked: {
    name: 'LinksLocked',
    logGroups: [logGroupId('credential-pickup')],
    pattern: '{ $.code = "link_locked" }',
  },
  pickUpsFailed: {
    name: 'PickUpsFailed',
    logGroups: [logGroupId('credential-pickup')],
    pattern: '{ ($.code = "neighbour_failed") || ($.code = "defect") }',
  },
  // As the sweep finds them, every five minutes.
  waiting: {
    name: 'Waiting',
    logGroups: [logGroupId('onboarding-sweep')],
    pattern: '{ ($.code = "swept") && ($.waiting >= 0) }',
    value: '$.waiting',
  },
  longestWait: {
    name: 'LongestWaitHours',
    logGroups: [logGroupId('onboarding-sweep')],
    pattern: '{ ($.code = "swept") && ($.longestWaitHours >= 0) }',
    value: '$.longestWaitHours',
  },
  appClientsTaken: {
    name: 'AppClientsTaken',
    logGroups: [logGroupId('onboarding-sweep')],
    pattern: '{ ($.code = "swept") && ($.appClientsTaken >= 0) }',
    value: '$.appClientsTaken',
  },
  apiKeysTaken: {
    name: 'ApiKeysTaken',
    logGroups: [logGroupId('onboarding-sweep')],
    pattern: '{ ($.code = "swept") && ($.apiKeysTaken >= 0) }',
    value: '$.apiKeysTaken',
  },
  // Until the first certificate of a third party expires: once a day, and negative when it has.
  trustExpiry: {
    name: 'TrustExpiryDays',
    logGroups: [logGroupId('trust-sweep')],
    pattern: '{ ($.code = "trust_swept") && ($.soonestExpiryDays = *) }',
    value: '$.soonestExpiryDays',
    statistic: 'Minimum',
  },
} as const satisfies Record<string, LogMetric>;

/** The filters that read them, into the namespace of the stack. */
export function logMetricFilters(stack: string): Resources {
  return Object.fromEntries(
    Object.values(logMetrics).flatMap(({ name, logGroups, pattern, value = '1' }: LogMetric) =>
      logGroups.map((logGroup) => [
        logicalId('LogMetric', `${name} ${logGroup}`),
        {
          Type: 'AWS::Logs::MetricFilter',
          Properties: {
            LogGroupName: { Ref: logGroup },
            FilterPattern: pattern,
            MetricTransformations: [{ MetricNamespace: stack, MetricName: name, MetricValue: value }],
          },
        },
      ]),
    ),
  );
}

export function loggedMetric(stack: string, which: keyof typeof logMetrics): Metric {
  const { name, value, statistic = value === undefined ? 'Sum' : 'Maximum' }: LogMetric = logMetrics[which];
  return { namespace: stack, name, statistic };
}
