/** The calls that vendors rate-limit per second. All functions that make such calls share one quota. */
export const quotaNames = ['directory-users', 'client-changes', 'api-keys', 'mails'] as const;
export type QuotaName = (typeof quotaNames)[number];
