/** A metric of CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string | { readonly Ref: string }>>;
  readonly statistic: Statistic;
}
export type Statistic = 'Sum' | 'Minimum' | 'Maximum' | 'p50' | 'p99';

/**
 * Returns the AWS metrics that alarms and the dashboard use. Names of our own resources begin with the
 * stack's name.
 */
export const metricsOf = (stack: string) => ({
  states: (name: string, statistic: Statistic = 'Sum'): Metric => ({
    namespace: 'AWS/States',
    name,
    statistic,
    dimensions: { StateMachineArn: { Ref: 'OnboardingStateMachine' } },
  }),
  lambda: (functionName: string, name: string, statistic: Statistic = 'Sum'): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    statistic,
    dimensions: { FunctionName: `${stack}-${functionName}` },
  }),
  api: (name: string, statistic: Statistic = 'Sum'): Metric => ({
    namespace: 'AWS/ApiGateway',
    name,
    statistic,
    dimensions: { ApiName: stack, Stage: { Ref: 'ApiStage' } },
  }),
  failedEvents: (): Metric => ({
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    statistic: 'Maximum',
    dimensions: { QueueName: `${stack}-failed-events` },
  }),
  alertsUndelivered: (): Metric => ({
    namespace: 'AWS/Events',
    name: 'FailedInvocations',
    statistic: 'Sum',
    dimensions: { RuleName: { Ref: 'OnboardingNeedsOperator' } },
  }),
  // These metrics cover the whole account, unlike the reputation of the configuration set.
  mails: (name: string): Metric => ({ namespace: 'AWS/SES', name, statistic: 'Sum' }),
  mailReputation: (name: 'BounceRate' | 'ComplaintRate'): Metric => ({
    namespace: 'AWS/SES',
    name: `Reputation.${name}`,
    statistic: 'Maximum',
    dimensions: { 'ses:configuration-set': stack },
  }),
  blocked: (rule: 'guessing' | 'flood' | 'paths'): Metric => ({
    namespace: 'AWS/WAFV2',
    name: 'BlockedRequests',
    statistic: 'Sum',
    dimensions: { WebACL: stack, Rule: `${stack}-${rule}`, Region: { Ref: 'AWS::Region' } },
  }),
});

export type Metrics = ReturnType<typeof metricsOf>;
