import { type Resources, logicalId } from './cloudformation.ts';
import { functionNames, logGroupId } from './functions.ts';
import type { Metric } from './metrics.ts';

/** A number that is read from lines of logs. */
interface LogMetric {
  readonly name: string;
  /** Logical ids of the log groups. */
  readonly logGroups: readonly string[];
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  readonly pattern: string;
  /** The field that says how many; without it, each line is one. */
  readonly value?: string;
  readonly statistic: Metric['statistic'];
}

const logMetrics = {
  defects: { name: 'Defects', logGroups: functionNames.map(logGroupId), pattern: '{ $.code = "defect" }', statistic: 'Sum' },
  // Calls that were not decided, for whatever reason; a refused token is decided.
  authorizerFailures: { name: 'AuthorizerFailures', logGroups: ['AccessLogGroup'], pattern: '{ $.responseType = "AUTHORIZER_*" }', statistic: 'Sum' },
  linksLocked: { name: 'LinksLocked', logGroups: [logGroupId('credential-pickup')], pattern: '{ $.code = "link_locked" }', statistic: 'Sum' },
  pickUpsFailed: {
    name: 'PickUpsFailed', logGroups: [logGroupId('credential-pickup')], pattern: '{ ($.code = "neighbour_failed") || ($.code = "defect") }', statistic: 'Sum',
  },
  // As the sweep finds them, every five minutes.
  waits: { name: 'Waits', logGroups: [logGroupId('onboarding-sweep')], pattern: '{ ($.code = "swept") && ($.waiting >= 0) }', value: '$.waiting', statistic: 'Maximum' },
  longestWait: {
    name: 'LongestWaitHours', logGroups: [logGroupId('onboarding-sweep')], pattern: '{ ($.code = "swept") && ($.longestWaitHours >= 0) }', value: '$.longestWaitHours', statistic: 'Maximum',
  },
} as const satisfies Record<string, LogMetric>;

/** The filters that read them, into the namespace of the stack. */
export function logMetricFilters(stack: string): Resources {
  return Object.fromEntries(Object.values(logMetrics).flatMap(({ name, logGroups, pattern, value = '1' }: LogMetric) => logGroups.map((logGroup) => [
    logicalId('LogMetric', `${name} ${logGroup}`),
    {
      Type: 'AWS::Logs::MetricFilter',
      Properties: {
        LogGroupName: { Ref: logGroup },
        FilterPattern: pattern,
        MetricTransformations: [{ MetricNamespace: stack, MetricName: name, MetricValue: value }],
      },
    },
  ])));
}

export const loggedMetric = (stack: string, which: keyof typeof logMetrics): Metric => (
  { namespace: stack, name: logMetrics[which].name, statistic: logMetrics[which].statistic });
