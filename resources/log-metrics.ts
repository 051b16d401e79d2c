import { type Resources, logicalId } from './cloudformation.ts';
import { functionNames, logGroupId } from './functions.ts';
import type { Metric, Statistic } from './metrics.ts';

/** A metric from log lines: their count, or a number in them. */
interface LogMetric {
  readonly name: string;
  /** The logical ids of the log groups. */
  readonly logGroups: readonly string[];
  /**
   * The filter pattern:
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
   */
  readonly pattern: string;
  /** The field that holds the number in each line. Without it, the lines are counted. */
  readonly value?: string;
  /** The statistic of the numbers. The default is the maximum. */
  readonly statistic?: Statistic;
}

const logMetrics = {
  defects: {
    name: 'Defects',
    logGroups: functionNames.map(logGroupId),
    pattern: '{ ($.code = "defect") || ($.error = "Defect") }',
  },
  // Calls for which the authorizer made no decision, whatever the reason. Refusing a token is a decision.
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
    pattern: '{ ($.code = "vendor_failed") || ($.code = "defect") }',
  },
  // The waits that the sweep finds, every five minutes.
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
  appClientsTakenPercent: {
    name: 'AppClientsTaken',
    logGroups: [logGroupId('onboarding-sweep')],
    pattern: '{ ($.code = "swept") && ($.appClientsTakenPercent >= 0) }',
    value: '$.appClientsTakenPercent',
  },
  apiKeysTakenPercent: {
    name: 'ApiKeysTaken',
    logGroups: [logGroupId('onboarding-sweep')],
    pattern: '{ ($.code = "swept") && ($.apiKeysTakenPercent >= 0) }',
    value: '$.apiKeysTakenPercent',
  },
  // Days until the first certificate of a third party expires. It is logged every hour, and negative after
  // expiry.
  trustExpiry: {
    name: 'TrustExpiryDays',
    logGroups: [logGroupId('trust-sweep')],
    pattern: '{ ($.code = "trust_swept") && ($.soonestExpiryDays = *) }',
    value: '$.soonestExpiryDays',
    statistic: 'Minimum',
  },
} as const satisfies Record<string, LogMetric>;

/** Returns the filters that extract the metrics from the logs. The stack's name is their namespace. */
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

/** Returns one of these metrics for an alarm or a graph. */
export function loggedMetric(stack: string, which: keyof typeof logMetrics): Metric {
  const { name, value, statistic = value === undefined ? 'Sum' : 'Maximum' }: LogMetric = logMetrics[which];
  return { namespace: stack, name, statistic };
}
