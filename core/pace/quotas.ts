/** What the vendors ration by the second; each is shared by every function that makes such calls. */
export const quotaNames = ['okta-users', 'cognito-clients', 'api-keys', 'mails'] as const;
export type QuotaName = (typeof quotaNames)[number];

/** Calls per second: what the vendors allow unless they were asked for more (docs/cost.md). */
export const vendorDefaults = {
  'okta-users': 10,
  'cognito-clients': 5,
  'api-keys': 5,
  mails: 14,
} as const satisfies Readonly<Record<QuotaName, number>>;

/** Whose refusals count against a quota, by the names that errors give the vendors. */
export const vendorOf: Readonly<Record<QuotaName, string>> = {
  'okta-users': 'okta',
  'cognito-clients': 'cognito',
  'api-keys': 'apigateway',
  mails: 'ses',
};
