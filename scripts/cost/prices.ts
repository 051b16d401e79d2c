/** A list price in US dollars, and the page that it comes from. */
export interface Price {
  /** The price of one unit. */
  readonly usd: number;
  /** The price as the page states it. */
  readonly words: string;
  readonly page: string;
  /** Whether it was read on the page, or quoted from it, when this was written. */
  readonly read: boolean;
}

export const region = 'eu-west-1';
export const pricesOf = '2026-11-20';

const price = (
  usd: number,
  quantity: number,
  unit: string,
  service: string,
  read: 'read' | 'from memory',
): Price => ({
  usd: usd / quantity,
  words: `${usd} for ${quantity === 1 ? 'each' : quantity.toLocaleString('en-GB')} ${unit}`,
  page: `https://aws.amazon.com/${service}/pricing/`,
  read: read === 'read',
});

/**
 * On-demand list prices of the Region, first tier, without free tiers and discounts. Prices appear nowhere
 * else in the code.
 */
export const prices = {
  stateTransition: price(0.025, 1000, 'state transitions of Standard workflows', 'step-functions', 'read'),
  invocation: price(0.2, 1e6, 'invocations', 'lambda', 'read'),
  gigabyteSecond: price(13.3334, 1e6, 'GB-seconds on arm64', 'lambda', 'from memory'),
  gatewayCall: price(3.5, 1e6, 'calls of a REST API', 'api-gateway', 'read'),
  readUnit: price(0.141, 1e6, 'read request units', 'dynamodb', 'from memory'),
  writeUnit: price(0.705, 1e6, 'write request units', 'dynamodb', 'from memory'),
  macRequest: price(0.03, 10_000, 'requests', 'kms', 'from memory'),
  mail: price(0.1, 1000, 'mails', 'ses', 'from memory'),
  token: price(2.25, 1000, 'access tokens of machines', 'cognito', 'read'),
  appClient: price(6, 1, 'app client of a machine and month, where it is still charged', 'cognito', 'read'),
  logGigabyte: price(0.57, 1, 'GB of logs taken in', 'cloudwatch', 'from memory'),
  firewallRequest: price(0.6, 1e6, 'requests looked at', 'waf', 'from memory'),
  key: price(1, 1, 'customer key and month', 'kms', 'from memory'),
  secret: price(0.4, 1, 'secret and month', 'secrets-manager', 'from memory'),
  alarm: price(0.1, 1, 'metric of an alarm and month', 'cloudwatch', 'from memory'),
  metric: price(0.3, 1, 'metric of our own and month', 'cloudwatch', 'from memory'),
  dashboard: price(3, 1, 'dashboard and month', 'cloudwatch', 'from memory'),
  firewall: price(5, 1, 'web ACL and month', 'waf', 'from memory'),
  firewallRule: price(1, 1, 'rule of a web ACL and month', 'waf', 'from memory'),
} as const satisfies Readonly<Record<string, Price>>;
