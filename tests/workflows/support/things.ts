import { GetUsagePlansCommand, paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import {
  DescribeUserPoolClientCommand,
  paginateListUserPoolClients,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetItemCommand, paginateScan, QueryCommand, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { TwinAwsClients, OnboardingTwin } from './onboarding-twin.ts';

/** All resources that exist because of one onboarding, in every system. */
export interface Things {
  /** Profiles with its mark. */
  readonly users: readonly Profile[];
  /** The user ids that it refers to, and their group memberships. */
  readonly claims: readonly string[];
  readonly clients: readonly { readonly flows: readonly string[]; readonly scopes: readonly string[] }[];
  readonly keys: readonly { readonly enabled: boolean; readonly plans: readonly string[] }[];
  readonly mappings: readonly {
    readonly status: string;
    readonly scopes: readonly string[];
    readonly ipRanges: readonly string[];
  }[];
  /** Pick-up links without those that were revoked. The records of revoked links are kept as evidence. */
  readonly links: readonly { readonly number: number; readonly state: string }[];
  /** The numbers of ServiceNow tasks that are still open. */
  readonly openTasks: readonly string[];
}

type Outside = Pick<OnboardingTwin, 'urls' | 'aws'>;
type Urls = OnboardingTwin['urls'];

export const nothing: Things = {
  users: [],
  claims: [],
  clients: [],
  keys: [],
  mappings: [],
  links: [],
  openTasks: [],
};

export interface Profile {
  readonly login: string;
  readonly email: string;
  readonly status: string;
  readonly groups: readonly string[];
}

const oktaAdministrator = { authorization: 'SSWS twin', 'content-type': 'application/json' };
const serviceNowAdministrator = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

const oktaUser = z.object({ id: z.string(), status: z.string(), profile: z.record(z.string(), z.string()) });
const oktaGroups = z.array(z.object({ profile: z.object({ name: z.string() }) }));
const tickets = z.array(z.object({ table: z.string(), sys_id: z.string() }));
const task = z.object({
  sys_id: z.string(),
  number: z.string(),
  state: z.string(),
  correlation_id: z.string(),
  assignment_group: z.string(),
});

export async function thingsOf({ urls, aws }: Outside, onboardingId: string): Promise<Things> {
  const [users, items, clients, keys, allTasks] = await Promise.all([
    // More than a page of Okta's usual length: a twin that many tests share has hundreds of users.
    okta(urls, 'GET', '/users?limit=100000', z.array(oktaUser)),
    itemsOf(aws, onboardingId),
    clientsOf(aws, onboardingId),
    keysOf(aws, onboardingId),
    tasksIn(urls),
  ]);
  const its = items.filter((item) => item['onboardingId'] === onboardingId);
  return {
    users: await Promise.all(
      users
        .filter(({ profile }) => profile['sallyportOnboarding'] === onboardingId)
        .map((user) => withGroups(urls, user)),
    ),
    claims: items
      .flatMap(({ pk, claims }) =>
        claims instanceof Set && claims.has(onboardingId)
          ? [pk.replace(/^SHARED#[^/]+\//u, '').replace(/ in 00g\w+$/u, ' in a group')]
          : [],
      )
      .toSorted(),
    clients,
    keys,
    mappings: its.flatMap((item) => (item.sk === 'MAPPING' ? [mapping.parse(item)] : [])),
    links: its.flatMap((item) =>
      item.sk === 'LINK' && item['state'] !== 'revoked' ? [link.parse(item)] : [],
    ),
    openTasks: allTasks
      .filter(({ correlation_id, state }) => correlation_id.startsWith(`${onboardingId}/`) && state === '1')
      .map(({ number }) => number),
  };
}

const mapping = z.object({ status: z.string(), scopes: z.array(z.string()), ipRanges: z.array(z.string()) });
const link = z.object({ number: z.number(), state: z.string() });

export interface Item {
  readonly pk: string;
  readonly sk: string;
  readonly [attribute: string]: unknown;
}

/** Returns every item of the table. */
export const tableItems = (aws: TwinAwsClients): Promise<readonly Item[]> => scan(aws);

/** Returns the items that name the onboarding. */
const itemsOf = (aws: TwinAwsClients, onboardingId: string): Promise<readonly Item[]> =>
  scan(aws, {
    FilterExpression: 'onboardingId = :id OR contains(claims, :id)',
    ExpressionAttributeValues: { ':id': { S: onboardingId } },
  });

async function scan(
  { dynamoDb: client }: TwinAwsClients,
  filter: Pick<ScanCommandInput, 'FilterExpression' | 'ExpressionAttributeValues'> = {},
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: 'sallyport-dev', ConsistentRead: true, ...filter },
  )) {
    items.push(...Items.map((item) => unmarshall(item) as Item));
  }
  return items;
}

/** Returns the index entries of steps that are waiting. */
export async function waitsIn({ dynamoDb }: TwinAwsClients): Promise<readonly Item[]> {
  const { Items = [] } = await dynamoDb.send(
    new QueryCommand({
      TableName: 'sallyport-dev',
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :waiting',
      ExpressionAttributeValues: { ':waiting': { S: 'WAITING' } },
    }),
  );
  return Items.map((item) => unmarshall(item) as Item);
}

/** Returns the onboarding's record. */
export async function recordOf(
  { aws }: Pick<OnboardingTwin, 'aws'>,
  onboardingId: string,
): Promise<{ readonly status: unknown; readonly reasons: unknown }> {
  const Key = { pk: { S: `ONBOARDING#${onboardingId}` }, sk: { S: 'ONBOARDING' } };
  const { Item } = await aws.dynamoDb.send(
    new GetItemCommand({ TableName: 'sallyport-dev', ConsistentRead: true, Key }),
  );
  const item = Item === undefined ? {} : unmarshall(Item);
  return { status: item['status'], reasons: item['reasons'] };
}

async function clientsOf({ cognito }: TwinAwsClients, name: string): Promise<Things['clients']> {
  const UserPoolId = 'eu-west-1_sallyport';
  const found: Things['clients'][number][] = [];
  for await (const { UserPoolClients = [] } of paginateListUserPoolClients(
    { client: cognito },
    { UserPoolId, MaxResults: 60 },
  )) {
    for (const { ClientId } of UserPoolClients.filter(({ ClientName }) => ClientName === name)) {
      const { UserPoolClient } = await cognito.send(
        new DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
      );
      found.push({
        flows: UserPoolClient?.AllowedOAuthFlows ?? [],
        scopes: UserPoolClient?.AllowedOAuthScopes ?? [],
      });
    }
  }
  return found;
}

async function keysOf({ apiGateway }: TwinAwsClients, name: string): Promise<Things['keys']> {
  const found: Things['keys'][number][] = [];
  for await (const { items = [] } of paginateGetApiKeys({ client: apiGateway }, { nameQuery: name })) {
    for (const { id, enabled } of items.filter((key) => key.name === name)) {
      const plans = await apiGateway.send(new GetUsagePlansCommand({ keyId: id }));
      found.push({ enabled: enabled === true, plans: plans.items?.map((plan) => plan.name ?? '') ?? [] });
    }
  }
  return found;
}

async function okta<T>(
  { okta: url }: Urls,
  method: string,
  path: string,
  answer: z.ZodType<T>,
  body?: object,
): Promise<T> {
  const answered = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: oktaAdministrator,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answered.ok) {
    throw new Error(`${method} ${path} answered ${answered.status}: ${await answered.text()}`);
  }
  return answer.parse(await answered.json());
}

async function withGroups(urls: Urls, { id, status, profile }: z.infer<typeof oktaUser>): Promise<Profile> {
  const groups = await okta(urls, 'GET', `/users/${id}/groups`, oktaGroups);
  return {
    login: profile['login'] ?? '',
    email: profile['email'] ?? '',
    status,
    groups: groups.map((group) => group.profile.name).toSorted(),
  };
}

export const profileOf = async ({ urls }: Outside, login: string): Promise<Profile> =>
  withGroups(urls, await okta(urls, 'GET', `/users/${login}`, oktaUser));

/** Adds a person to the directory without Sallyport. */
export async function employ(
  { urls }: Outside,
  login: string,
  email: string,
  marks: Readonly<Record<string, string>> = {},
): Promise<void> {
  await okta(urls, 'POST', '/users?activate=true', oktaUser, {
    profile: { login, email, firstName: 'Erin', lastName: 'Ployee', ...marks },
  });
}

export async function suspend({ urls }: Outside, login: string): Promise<void> {
  await okta(urls, 'POST', `/users/${login}/lifecycle/suspend`, z.object({}));
}

export type Task = z.infer<typeof task>;

/**
 * Reads tasks with GetRecord, which Sallyport does not use. Otherwise a look could use up a fault meant for
 * it.
 */
async function tasksIn({ gateway, servicenow }: Urls): Promise<readonly Task[]> {
  const all = tickets.parse(await (await fetch(`${gateway}/_twin/tickets`)).json());
  return Promise.all(
    all
      .filter(({ table }) => table === 'sc_task')
      .map(async ({ sys_id }) => {
        const answered = await fetch(
          `${servicenow}/api/now/table/sc_task/${sys_id}?sysparm_exclude_reference_link=true`,
          { headers: serviceNowAdministrator },
        );
        return z.object({ result: task }).parse(await answered.json()).result;
      }),
  );
}

/** Returns the task that asks for the onboarding's EWACS account. */
export async function ewacsTaskOf({ urls }: Outside, onboardingId: string): Promise<Task | undefined> {
  return (await tasksIn(urls)).find(
    ({ correlation_id }) => correlation_id === `${onboardingId}/ewacs-account`,
  );
}

/** Closes the task as a member of the assignment group does in ServiceNow. No webhook reports it. */
export async function closeTask(
  { urls: { servicenow } }: Outside,
  { sys_id }: Task,
  state: '3' | '4' | '7',
): Promise<void> {
  const answered = await fetch(`${servicenow}/api/now/table/sc_task/${sys_id}`, {
    method: 'PATCH',
    headers: serviceNowAdministrator,
    body: JSON.stringify({ state }),
  });
  if (!answered.ok) throw new Error(`closing the task answered ${answered.status}`);
}
