import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ListExecutionsCommand, type ExecutionListItem, SFNClient } from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { type PartitionKind, partitionKey } from '../adapters/aws/partitions.ts';
import { machineArn } from '../clients/executions.ts';
import type { Target } from '../clients/operator.ts';
import { parseOnboardingId } from '../core/onboarding/ids.ts';
import { withoutControls } from './age.ts';

/**
 * What the commands for operators read of an onboarding: its records and the list of executions. They read
 * neither the mailboxes in a request nor a task token.
 */

const reasons = z.array(z.object({ code: z.string(), sentence: z.string() }));
const onboarding = z.object({
  status: z.string(),
  partnerId: z.string(),
  createdAt: z.string(),
  stalledSince: z.string().optional(),
  personalDataRemovedAt: z.string().optional(),
  reasons: reasons.optional(),
  company: z.string(),
  product: z.string(),
  /** The group that the request's region has. Absent in a plan with objections. */
  assignmentGroup: z.string().optional(),
});
const step = z.object({
  sk: z.string().transform((key) => key.replace(/^STEP#/u, '')),
  state: z.string().optional(),
  stalledSince: z.string().optional(),
  gsi2pk: z.string().optional(),
  gsi2sk: z.string().optional(),
  failure: z
    .object({ error: z.string(), service: z.string(), operation: z.string(), detail: z.string() })
    .optional(),
  fact_userId: z.string().optional(),
  fact_clientId: z.string().optional(),
  fact_keyId: z.string().optional(),
  fact_groupId: z.string().optional(),
  fact_linkNumber: z.number().optional(),
  fact_taskNumber: z.string().optional(),
});
const ticket = z.object({ onboardingId: z.string(), attempt: z.number(), gsi2sk: z.string().optional() });
const pending = z.object({
  pk: z.string(),
  sk: z.string(),
  gsi2pk: z.string(),
  gsi2sk: z.string(),
  onboardingId: z.string().optional(),
});

export type ShownOnboarding = z.infer<typeof onboarding>;
export type ShownStep = z.infer<typeof step>;
export type ShownTicket = z.infer<typeof ticket>;
/** Something that waits: for its start, for a person, or for a vendor. */
export interface PendingItem {
  readonly onboardingId: string;
  readonly kind: 'not started' | 'waiting for a person' | 'waiting for a vendor';
  readonly step?: string;
  readonly since: string;
}

/** Gives a client of DynamoDB to be used, and closes it afterwards. */
export async function withTable<Result>(
  { client }: Target,
  use: (table: DynamoDBClient) => Promise<Result>,
): Promise<Result> {
  const table = new DynamoDBClient(client);
  try {
    return await use(table);
  } finally {
    table.destroy();
  }
}

/** Everything that the records say of an onboarding. */
export interface ShownRecords {
  /** Undefined if the intake has not created it. */
  readonly record: ShownOnboarding | undefined;
  /** The steps that have a record. */
  readonly steps: readonly ShownStep[];
  /** The entries of the ticket: `begun` (it may be there) or `written`. */
  readonly journal: ReadonlyMap<string, string>;
}

const onboardingAttributes = [
  'status',
  'partnerId',
  'createdAt',
  'stalledSince',
  'reasons',
  'personalDataRemovedAt',
];

/** Returns the records of an onboarding, without personal data other than the partner's company. */
export function readRecords(where: Target, onboardingId: string): Promise<ShownRecords> {
  const attributes = [...new Set([...onboardingAttributes, ...Object.keys(step.shape)])];
  const nested = ['#request.company', '#request.product', '#plan.assignmentGroup'];
  return withTable(where, async (table) => {
    const read = async (kind: PartitionKind) => {
      const { Items = [] } = await table.send(
        new QueryCommand({
          TableName: where.stack,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: partitionKey(kind, onboardingId) } },
          ProjectionExpression: [...attributes.map((name) => `#${name}`), ...nested].join(', '),
          ExpressionAttributeNames: Object.fromEntries(
            [...attributes, 'request', 'plan'].map((name) => [`#${name}`, name]),
          ),
        }),
      );
      return Items.map((item) => keyed.parse(unmarshall(item)));
    };
    const [items, entries] = await Promise.all([read('ONBOARDING'), read('ONBOARDING_JOURNAL')]);
    const own = items.find(({ sk }) => sk === 'ONBOARDING');
    return {
      record: own && onboarding.parse({ ...own, ...own.request, ...own.plan }),
      steps: items.flatMap((item) => (item.sk.startsWith('STEP#') ? [step.parse(item)] : [])),
      journal: new Map(entries.map(({ sk, state }) => [sk.slice('JOURNAL#'.length), String(state)])),
    };
  });
}

const keyed = z.looseObject({
  sk: z.string(),
  request: z.object().loose().optional(),
  plan: z.object().loose().optional(),
});

/** Returns the record of an onboarding, without personal data other than the partner's company. */
export const findOnboarding = async (
  where: Target,
  onboardingId: string,
): Promise<ShownOnboarding | undefined> => (await readRecords(where, onboardingId)).record;

/** Returns the latest attempt at a ticket. */
export function findTicket(where: Target, ticketNumber: string): Promise<ShownTicket | undefined> {
  return withTable(where, async (table) => {
    const { Item } = await table.send(
      new GetItemCommand({
        TableName: where.stack,
        ConsistentRead: true,
        Key: { pk: { S: `TICKET#${ticketNumber}` }, sk: { S: 'TICKET' } },
        ProjectionExpression: 'onboardingId, attempt, gsi2sk',
      }),
    );
    return Item === undefined ? undefined : ticket.parse(unmarshall(Item));
  });
}

/**
 * Returns the id of the onboarding that an operator names: its id, or the number of a ticket, which stands for
 * the latest attempt.
 * @throws {Error} if there is no such ticket
 */
export async function resolveOnboardingId(where: Target, named: string): Promise<string> {
  if (parseOnboardingId(named) !== undefined) return named;
  const ticket = await findTicket(where, named);
  if (ticket === undefined) throw new Error(`There is no ticket ${named}.`);
  return ticket.onboardingId;
}

/** Reads some attributes of an item. Undefined if there is no item. */
export async function getItem(
  table: DynamoDBClient,
  stack: string,
  pk: string,
  sk: string,
  names: readonly string[],
): Promise<object | undefined> {
  const { Item } = await table.send(
    new GetItemCommand({
      TableName: stack,
      ConsistentRead: true,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ProjectionExpression: names.map((name) => `#${name}`).join(', '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    }),
  );
  return Item && unmarshall(Item);
}

const statusesWithReasons = ['Rejected', 'RollbackIncomplete', 'Stopped'];

/**
 * Returns why an onboarding is as it is. A record keeps the reasons of an earlier status, so they are left out
 * once they are no longer true.
 * @param faultOfOurs the error of a fault of ours that the onboarding was rolled back for
 */
export function currentReasons(
  record: ShownOnboarding | undefined,
  execution: string | undefined,
  faultOfOurs: string | undefined,
): readonly string[] {
  if (faultOfOurs !== undefined) return [`A fault on our side: ${faultOfOurs}`];
  if (record === undefined || !statusesWithReasons.includes(record.status)) return [];
  if (record.status === 'Stopped' && execution === 'RUNNING') return [];
  return (record.reasons ?? []).map(({ sentence }) => withoutControls(sentence));
}

const pendingKinds = {
  UNSTARTED: 'not started',
  WAITING: 'waiting for a person',
  'STALLED#untold': 'waiting for a vendor',
  'STALLED#told': 'waiting for a vendor',
  'STALLED#escalated': 'waiting for a vendor',
} as const;

/** Lists what is pending, longest first. If there is a lot, it lists only the longest. */
export function listPending(where: Target): Promise<readonly PendingItem[]> {
  return withTable(where, async (table) => {
    const pages = await Promise.all(
      Object.entries(pendingKinds).map(async ([partition, kind]) => {
        const { Items = [] } = await table.send(
          new QueryCommand({
            TableName: where.stack,
            IndexName: 'gsi2',
            KeyConditionExpression: 'gsi2pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: partition } },
            Limit: 50,
          }),
        );
        return Items.map((item): PendingItem => {
          const { pk, sk, gsi2sk: since, onboardingId } = pending.parse(unmarshall(item));
          const stepName = sk.startsWith('STEP#') ? sk.slice('STEP#'.length) : undefined;
          return {
            onboardingId: onboardingId ?? pk.slice('ONBOARDING#'.length),
            kind,
            since,
            ...(stepName !== undefined && { step: stepName }),
          };
        });
      }),
    );
    return pages.flat().toSorted((one, other) => one.since.localeCompare(other.since));
  });
}

type FailedMail = 'mail bounced' | 'mail returned' | 'mail suppressed' | 'mail rejected';
const failedMails: Readonly<Partial<Record<string, FailedMail>>> = {
  bounced: 'mail bounced',
  returned: 'mail returned',
  suppressed: 'mail suppressed',
  rejected: 'mail rejected',
};

/** A link that nobody can pick up credentials with any more, although nobody has. */
export interface FailedLink {
  readonly onboardingId: string;
  readonly why: 'link locked' | 'link expired' | FailedMail;
}

const linkItem = z.object({ pk: z.string(), onboardingId: z.string() });
const link = z.object({ state: z.string(), mail: z.string(), clientId: z.string() });
const secrets = z.object({ delivered: z.array(z.string()).optional() });
/** What happened to a link earlier is taken for settled. */
const failedLinksForDays = 30;

/**
 * Lists links that are locked, whose mail was not or may not have been delivered, or that have expired
 * before the partner received any secret, the newest first. It looks back thirty days. If there are many, it lists only the newest.
 */
export function listFailedLinks(where: Target, now: Date): Promise<readonly FailedLink[]> {
  const since = new Date(now.getTime() - failedLinksForDays * 86_400_000).toISOString();
  // A failed link may expire later than now.
  const partitions = [
    ['LINK#failed', '9'],
    ['LINK#open', now.toISOString()],
  ] as const;
  return withTable(where, async (table) => {
    const failureOf = async (pk: string): Promise<FailedLink['why'] | undefined> => {
      const { data } = link.safeParse(await getItem(table, where.stack, pk, 'LINK', Object.keys(link.shape)));
      // The index may lag behind.
      if (data === undefined || !['live', 'locked'].includes(data.state)) return undefined;
      if (data.state === 'locked') return 'link locked';
      const failedMail = failedMails[data.mail];
      if (failedMail !== undefined) return failedMail;
      const { delivered = [] } = secrets.parse(
        (await getItem(table, where.stack, partitionKey('SECRETS', data.clientId), 'SECRETS', [
          'delivered',
        ])) ?? {},
      );
      return delivered.length === 0 ? 'link expired' : undefined;
    };
    const pages = await Promise.all(
      partitions.map(([partition, until]) =>
        table.send(
          new QueryCommand({
            TableName: where.stack,
            IndexName: 'gsi2',
            KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk BETWEEN :since AND :until',
            ExpressionAttributeValues: {
              ':pk': { S: partition },
              ':since': { S: since },
              ':until': { S: until },
            },
            ScanIndexForward: false,
            Limit: 50,
          }),
        ),
      ),
    );
    const links = await Promise.all(
      pages
        .flatMap(({ Items = [] }) => Items.map((item) => linkItem.parse(unmarshall(item))))
        .map(async ({ pk, onboardingId }) => ({ onboardingId, why: await failureOf(pk) })),
    );
    return links.flatMap(({ onboardingId, why }) => (why === undefined ? [] : [{ onboardingId, why }]));
  });
}

/** Lists the newest executions, and the newest of those that have failed. */
export async function listExecutions(where: Target, newest: number): Promise<readonly ExecutionListItem[]> {
  const client = new SFNClient(where.client);
  try {
    const stateMachineArn = await machineArn(client, `${where.stack}-onboarding`);
    const filters = [undefined, 'FAILED', 'ABORTED', 'TIMED_OUT'] as const;
    const pages = await Promise.all(
      filters.map((statusFilter) =>
        client.send(
          new ListExecutionsCommand({
            stateMachineArn,
            maxResults: newest,
            ...(statusFilter !== undefined && { statusFilter }),
          }),
        ),
      ),
    );
    const all = pages.flatMap(({ executions = [] }) => executions);
    const started = ({ startDate }: ExecutionListItem): number => startDate?.getTime() ?? 0;
    return [...new Map(all.map((execution) => [execution.name, execution])).values()].toSorted(
      (one, other) => started(other) - started(one),
    );
  } finally {
    client.destroy();
  }
}
