import { alarmNames } from './alarms.ts';
import type { Resources } from './cloudformation.ts';
import { loggedMetric } from './log-metrics.ts';
import { type Metric, metricsOf } from './metrics.ts';

/**
 * Returns the dashboard for operators. It shows the alarms first, then the path of a request from onboarding
 * to the partner's calls.
 */
export function dashboard(stack: string): Resources {
  const { states, lambda, api, failedEvents, mails, mailReputation, blocked } = metricsOf(stack);
  const graphs: readonly Graph[] = [
    {
      title: 'Onboardings by end',
      shows: [
        'ExecutionsStarted',
        'ExecutionsSucceeded',
        'ExecutionsFailed',
        'ExecutionsTimedOut',
        'ExecutionsAborted',
      ].map((name) => states(name)),
    },
    {
      title: 'Milliseconds from start to end',
      shows: [states('ExecutionTime', 'p50'), states('ExecutionTime', 'p99')],
    },
    {
      title: 'Onboardings that wait for their prerequisite, and hours of the longest wait',
      shows: [loggedMetric(stack, 'waiting'), loggedMetric(stack, 'longestWait')],
    },
    { title: 'Calls by status', shows: [api('Count'), api('4XXError'), api('5XXError')] },
    {
      title: 'Milliseconds of calls',
      shows: [api('Latency', 'p50'), api('Latency', 'p99'), api('IntegrationLatency', 'p99')],
    },
    {
      title: 'Milliseconds of the authorizer, and what it failed to decide',
      shows: [
        lambda('authorizer', 'Duration', 'p50'),
        lambda('authorizer', 'Duration', 'p99'),
        loggedMetric(stack, 'authorizerFailures'),
      ],
    },
    {
      title: 'Token endpoint',
      shows: [lambda('token', 'Invocations'), lambda('token', 'Errors'), lambda('token', 'Duration', 'p99')],
    },
    {
      title: 'Pick-ups',
      shows: [
        lambda('credential-pickup', 'Invocations'),
        loggedMetric(stack, 'pickUpsFailed'),
        loggedMetric(stack, 'linksLocked'),
      ],
    },
    {
      title: 'Mails of the account',
      shows: [mails('Send'), mails('Delivery'), mails('Bounce'), mails('Complaint')],
    },
    {
      title: 'Reputation of our mails',
      shows: [mailReputation('BounceRate'), mailReputation('ComplaintRate')],
    },
    { title: 'Events that failed, and defects', shows: [failedEvents(), loggedMetric(stack, 'defects')] },
    {
      title: 'Days until the first certificate of a third party expires',
      shows: [loggedMetric(stack, 'trustExpiry')],
    },
    {
      title: 'Requests blocked by the firewall',
      shows: [blocked('guessing'), blocked('flood'), blocked('paths')],
    },
  ];
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: stack,
        DashboardBody: {
          'Fn::Sub': JSON.stringify({ widgets: [alarmsWidget(stack), ...graphs.map(graphWidget)] }),
        },
      },
    },
  };
}

interface Graph {
  readonly title: string;
  readonly shows: readonly Metric[];
}

/** The layout on CloudWatch's grid, which is 24 columns wide. */
const columns = 3;
const width = 8;
const height = 6;
const alarmsHeight = 4;

const alarmsWidget = (stack: string) => ({
  type: 'alarm',
  x: 0,
  y: 0,
  width: columns * width,
  height: alarmsHeight,
  properties: {
    title: 'Alarms',
    alarms: alarmNames(stack).map(
      (name) => `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${name}`,
    ),
  },
});

const graphWidget = ({ title, shows }: Graph, index: number) => ({
  type: 'metric',
  x: (index % columns) * width,
  y: alarmsHeight + Math.floor(index / columns) * height,
  width,
  height,
  properties: { title, region: '${AWS::Region}', period: 300, view: 'timeSeries', metrics: shows.map(line) },
});

/** Returns a metric in the array form that dashboards use. */
const line = ({ namespace, name, dimensions = {}, statistic }: Metric) => [
  namespace,
  name,
  ...Object.entries(dimensions).flatMap(([dimension, value]) => [
    dimension,
    typeof value === 'string' ? value : `\${${value.Ref}}`,
  ]),
  { stat: statistic, label: statistic.startsWith('p') ? `${name} ${statistic}` : name },
];
