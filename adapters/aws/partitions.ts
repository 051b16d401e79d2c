/**
 * The kinds of partitions of the table: a partition key is a kind, `#` and an id. Every role is limited to
 * the kinds that its function needs (docs/adr/0042). So an item that others may write than may write its
 * neighbours is of a kind of its own.
 */
export const partitionKinds = [
  'PARTNER',
  'PARTNER_NAME',
  'PARTNER_LOOK',
  'CONTRACT',
  'CLIENT',
  'CLIENT_KEYS',
  'USER',
  'ISSUER',
  'DISCLOSED',
  'APPLICATION',
  'APPLICATION_CLIENT',
  'PROVIDER',
  'DOMAIN',
  // Who signs in, and what came of it.
  'EMAIL',
  'ATTEMPT',
  'SESSION',
  'CODE',
  'REFRESH',
  // What the token endpoints note down.
  'JTI',
  'TRIES',
  'GRANT_USE',
  'DENIED',
  'DENIALS',
  // What is handed over to a partner.
  'LINK',
  'SECRETS',
  // What an execution is, and what it has told.
  'TICKET',
  'ONBOARDING',
  'ONBOARDING_JOURNAL',
  'SHARED',
  'PACE',
  'CAPACITY',
] as const;
export type PartitionKind = (typeof partitionKinds)[number];

export const partitionKey = (kind: PartitionKind, id: string): string => `${kind}#${id}`;

/** The partitions of the index `gsi1`: all managed records of a kind. */
export const recordLists = [
  'PARTNERS',
  'CONTRACTS',
  'CLIENTS',
  'USERS',
  'ISSUERS',
  'APPLICATIONS',
  'PROVIDERS',
] as const;
export type RecordList = (typeof recordLists)[number];

/** The kinds of partitions of the index `gsi2`: what is pending. Those of stalls and links have several. */
export const pendingLists = ['UNSTARTED', 'STARTED', 'WAITING', 'STALLED', 'ENDED', 'LINK'] as const;
export type PendingList = (typeof pendingLists)[number];
