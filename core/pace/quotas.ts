/** The calls that vendors rate-limit per second. All functions that make such calls share one quota. */
export const quotaNames = ['okta-users', 'cognito-clients', 'api-keys', 'mails'] as const;
export type QuotaName = (typeof quotaNames)[number];

/** The vendors' default limits in calls per second, unless an increase was granted (docs/cost.md). */
export const vendorDefaults = {
  'okta-users': 10,
  'cognito-clients': 5,
  'api-keys': 5,
  mails: 14,
} as const satisfies Readonly<Record<QuotaName, number>>;

/** The vendor whose refusals count against each quota, by the service names that errors use. */
export const vendorOf: Readonly<Record<QuotaName, string>> = {
  'okta-users': 'okta',
  'cognito-clients': 'cognito',
  'api-keys': 'apigateway',
  mails: 'ses',
};
