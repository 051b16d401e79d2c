import type { CostAct, Usages } from './count.ts';
import { prices } from './prices.ts';
import type { FixedCosts } from './stack.ts';
import type { Usage } from './usage.ts';

/** How often each act happens. */
export type Times = Readonly<Partial<Record<CostAct, number>>>;

/** US dollars by service, in the order of the table. */
export type Bill = Readonly<Record<(typeof lines)[number], number>>;

export const lines = [
  'Step Functions',
  'Lambda',
  'API Gateway',
  'DynamoDB',
  'KMS',
  'SES',
  'Cognito tokens',
  'CloudWatch Logs',
  'WAF',
] as const;

/** The memory of a function, unless its function.yml says otherwise. */
const memoryGigabytes = 0.5;

/**
 * Assumed times in milliseconds, since the twin's stand-ins answer at once: how long a function waits for one
 * request, and how long it works itself. One start in ten is assumed to be cold.
 */
export const assumed = {
  waits: {
    DynamoDB: 8,
    StepFunctions: 30,
    EventBridge: 20,
    KMS: 10,
    SecretsManager: 15,
    Cognito: 100,
    CognitoTokens: 60,
    ApiGateway: 150,
    SES: 80,
    Okta: 300,
    ServiceNow: 500,
  },
  work: 15,
  coldStart: 500,
  coldShare: 0.1,
  /**
   * Kilobytes of log. An invocation writes our line and Lambda's START, END and REPORT; a call of the gateway
   * and an event of an execution write one line each.
   */
  log: { invocation: 0.8, call: 0.5, event: 0.4 },
} as const;

const waits: Readonly<Record<string, number>> = assumed.waits;

/** Returns how long the functions of an act run in total, in seconds. */
export function secondsOf({ invocations, requests }: Usage): number {
  const waiting = Object.entries(requests).reduce((total, [service, count]) => {
    const each = waits[service];
    if (each === undefined) throw new RangeError(`no time is assumed for a request to ${service}`);
    return total + count * each;
  }, 0);
  return (waiting + invocations * (assumed.work + assumed.coldShare * assumed.coldStart)) / 1000;
}

/** Returns the bill for these acts, without fixed costs. */
export function billFor(
  times: Times,
  usages: Usages,
  { firewalls, accessLog, workflowLog }: FixedCosts,
): Bill {
  const sum = (amount: (usage: Usage) => number): number =>
    Object.entries(times).reduce((total, [act, count]) => total + count * amount(usages[act as CostAct]), 0);
  const requests = (service: string): number => sum((usage) => usage.requests[service] ?? 0);
  const invocations = sum((usage) => usage.invocations);
  const calls = sum((usage) => usage.gatewayCalls);
  const logKilobytes =
    invocations * assumed.log.invocation +
    (accessLog ? calls * assumed.log.call : 0) +
    (workflowLog ? sum((usage) => usage.workflowEvents) * assumed.log.event : 0);
  return {
    'Step Functions': sum((usage) => usage.stateTransitions) * prices.stateTransition.usd,
    Lambda:
      invocations * prices.invocation.usd + sum(secondsOf) * memoryGigabytes * prices.gigabyteSecond.usd,
    'API Gateway': calls * prices.gatewayCall.usd,
    DynamoDB:
      sum((usage) => usage.readUnits) * prices.readUnit.usd +
      sum((usage) => usage.writeUnits) * prices.writeUnit.usd,
    KMS: requests('KMS') * prices.macRequest.usd,
    SES: requests('SES') * prices.mail.usd,
    'Cognito tokens': requests('CognitoTokens') * prices.token.usd,
    'CloudWatch Logs': (logKilobytes / 1e6) * prices.logGigabyte.usd,
    WAF: firewalls * calls * prices.firewallRequest.usd,
  };
}

/** Returns the US dollars a month for what is deployed, whether it is used or not. */
export function fixedCharge({
  keys,
  secrets,
  alarms,
  metrics,
  dashboards,
  firewalls,
  firewallRules,
}: FixedCosts): number {
  return (
    keys * prices.key.usd +
    secrets * prices.secret.usd +
    alarms * prices.alarm.usd +
    metrics * prices.metric.usd +
    dashboards * prices.dashboard.usd +
    firewalls * prices.firewall.usd +
    firewallRules * prices.firewallRule.usd
  );
}
