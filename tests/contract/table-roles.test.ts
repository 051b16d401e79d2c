import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createClientContexts,
  createContracts,
  createPartners,
} from '../../adapters/aws/contract-records.ts';
import { createLinks } from '../../adapters/aws/credential-records.ts';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import {
  createOnboardings,
  createStalls,
  createSteps,
  createTickets,
} from '../../adapters/aws/onboarding-records.ts';
import { createClientMappings } from '../../adapters/aws/client-mappings.ts';
import { authorizerAttributes, createTableReader } from '../../adapters/aws/table-reader.ts';
import { createTable, type Table } from '../../adapters/aws/table.ts';
import type { Contract } from '../../core/contracts/records.ts';
import { Defect } from '../../core/errors.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { accessKeyIdOf } from '../../local/iam/credentials.ts';
import { functionNames, publicFunctions } from '../../resources/functions.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { deployment, tableName } from '../support/deployed.ts';
import { tableAt } from '../support/table.ts';
import { issuerOf } from '../support/fakes/token-world.ts';

let twin: AwsTwin;
const clients = new Map<string, DynamoDBClient>();
beforeAll(async () => {
  twin = await startAwsTwin({ roles: deployment.roles });
});
afterAll(async () => {
  for (const client of clients.values()) client.destroy();
  await twin.stop();
});

const credentialsOf = (name: string) => ({
  accessKeyId: accessKeyIdOf(`sallyport-dev-${name}`),
  secretAccessKey: 'twin',
});

/** Returns the SDK's client with the rights of a function. */
function as(name: string): DynamoDBClient {
  const client = clients.get(name) ?? new DynamoDBClient(twin.clientOf(name));
  clients.set(name, client);
  return client;
}

/** Returns our own table with the rights of a function. */
const tableAs = (name: string): Table => createTable({ tableName, attempts: 1, env: environmentOf(name) });
const environmentOf = (name: string): NodeJS.ProcessEnv => ({
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL: twin.url,
  AWS_ACCESS_KEY_ID: credentialsOf(name).accessKeyId,
  AWS_SECRET_ACCESS_KEY: 'twin',
});

const key = (pk: string, sk = 'X') => ({ pk: { S: pk }, sk: { S: sk } });
const tableArn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/sallyport-dev';
const denied = (name: string, action: string, resource = tableArn) => {
  const role = deployment.roles.find(({ functionName }) => functionName === `sallyport-dev-${name}`);
  return {
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::000000000000:assumed-role/${role?.name}/sallyport-dev-${name} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  };
};
const update = (pk: string, attribute = 'status', ReturnValues?: 'ALL_NEW' | 'NONE') =>
  new UpdateItemCommand({
    TableName: tableName,
    Key: key(pk),
    UpdateExpression: 'SET #attribute = :active',
    ExpressionAttributeNames: { '#attribute': attribute },
    ExpressionAttributeValues: { ':active': { S: 'active' } },
    ...(ReturnValues !== undefined && { ReturnValues }),
  });
/** A write that names no attribute but the keys: whoever may write anything of an item may make it. */
const touch = (pk: string) => new UpdateItemCommand({ TableName: tableName, Key: key(pk) });
const query = (partition: string, index?: string) =>
  new QueryCommand({
    TableName: tableName,
    IndexName: index,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': index === undefined ? 'pk' : `${index}pk` },
    ExpressionAttributeValues: { ':pk': { S: partition } },
  });

/** The partitions of what decides about access, and the functions that decide. */
const deciders: Readonly<Record<string, readonly string[]>> = {
  PARTNER: ['operator-api', 'request-intake'],
  PARTNER_NAME: ['execution-ended', 'operator-api', 'request-intake'],
  PARTNER_LOOK: ['operator-api', 'request-intake'],
  CONTRACT: ['operator-api', 'request-intake'],
  CLIENT: ['finish-rollback', 'gateway-mapping', 'operator-api'],
  CLIENT_KEYS: ['operator-api'],
  USER: ['finish-rollback', 'okta-events', 'okta-profile', 'operator-api', 'sign-in', 'user-sweep'],
  ISSUER: ['operator-api', 'trust-sweep'],
  DISCLOSED: ['operator-api', 'trust-sweep'],
  APPLICATION: ['operator-api'],
  APPLICATION_CLIENT: ['operator-api'],
  PROVIDER: ['operator-api'],
  DOMAIN: ['operator-api'],
  EMAIL: ['sign-in'],
  ATTEMPT: ['sign-in'],
  SESSION: ['sign-in', 'token', 'token-inspection'],
  CODE: ['sign-in', 'token'],
  REFRESH: ['token'],
  DENIED: ['token-inspection'],
  DENIALS: ['token-inspection'],
  SECRETS: ['credential-pickup'],
  LINK: ['credential-delivery', 'credential-pickup', 'finish-rollback', 'mail-events'],
  TICKET: ['onboarding-sweep', 'redrive', 'servicenow-webhook'],
  ONBOARDING: [
    'cognito-client',
    'credential-delivery',
    'ewacs-account',
    'execution-ended',
    'finish-rollback',
    'gateway-mapping',
    'okta-profile',
    'onboarding-sweep',
    'request-intake',
    'servicenow-webhook',
    'ticket-report',
  ],
};

/** What a function changes in records of a kind that it does not create: it may name no other attribute. */
const inPart: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  LINK: {
    'credential-pickup': ['state', 'usedBy', 'triesLeft', 'triedAt', 'expiresAt', 'gsi2pk', 'gsi2sk'],
    'finish-rollback': ['state', 'gsi2pk', 'gsi2sk'],
    'mail-events': ['mail', 'gsi2pk'],
  },
  USER: {
    'finish-rollback': ['profile', 'version', 'changes', 'editors'],
    'okta-events': ['profile', 'version', 'changes', 'editors'],
  },
  CLIENT: { 'finish-rollback': ['status', 'version', 'changes', 'editors'] },
  ISSUER: { 'trust-sweep': ['keys', 'leftOut', 'unreadableToldAt', 'version', 'changes', 'editors'] },
  PARTNER_NAME: { 'execution-ended': ['partnerId', 'name'] },
  SESSION: { token: ['endedAt'], 'token-inspection': ['endedFor'] },
  TICKET: {
    'onboarding-sweep': ['onboardingId', 'request', 'personalDataRemovedAt', 'gsi2pk', 'gsi2sk'],
    redrive: [
      'attempt',
      'onboardingId',
      'digest',
      'request',
      'redriveOf',
      'personalDataRemovedAt',
      'gsi2pk',
      'gsi2sk',
    ],
  },
  ONBOARDING: {
    'ticket-report': ['status', 'endedAt', 'gsi2pk', 'gsi2sk', 'stalledSince', 'stallStage'],
    ...ofSteps({
      'cognito-client': ['failure', 'position', 'fact_clientId'],
      'credential-delivery': ['failure', 'position', 'fact_linkNumber'],
      'ewacs-account': [
        'failure',
        'fact_taskToken',
        'fact_taskSysId',
        'fact_taskNumber',
        'fact_closedState',
        'fact_ewacsUserId',
      ],
      'finish-rollback': ['position', 'status', 'endedAt', 'reasons'],
      'gateway-mapping': ['failure', 'position', 'fact_clientId', 'fact_keyId'],
      'okta-profile': ['failure', 'position', 'fact_userId', 'fact_groupId'],
      'servicenow-webhook': ['failure', 'fact_closedState', 'fact_ewacsUserId'],
    }),
  },
};

/** Adds the attributes that every step has to those of each function. */
function ofSteps(own: Readonly<Record<string, readonly string[]>>): typeof own {
  const ofEveryStep = ['state', 'gsi2pk', 'gsi2sk', 'stalledSince', 'stallStage'];
  return Object.fromEntries(
    Object.entries(own).map(([name, attributes]) => [name, [...ofEveryStep, ...attributes]]),
  );
}

// Threat T-98
describe('what decides about access is written by the functions that decide, and by no other', () => {
  it.each(Object.entries(deciders))('%s', async (kind, expected) => {
    const writers: string[] = [];
    for (const name of functionNames) {
      try {
        await as(name).send(touch(`${kind}#of-${name}`));
        writers.push(name);
      } catch (error) {
        expect(error).toMatchObject(denied(name, 'dynamodb:UpdateItem'));
      }
      await expect(
        as(name).send(
          new PutItemCommand({
            TableName: tableName,
            Item: { ...key(`${kind}#x`), status: { S: 'active' } },
          }),
        ),
      ).rejects.toMatchObject(denied(name, 'dynamodb:PutItem'));
    }
    expect(writers).toEqual(expected);
  });

  it('of the public functions, each may write only what it decides itself', () => {
    const decided = publicFunctions.map((name) => [
      name,
      Object.entries(deciders).flatMap(([kind, names]) => (names.includes(name) ? [kind] : [])),
    ]);
    expect(Object.fromEntries(decided.filter(([, kinds]) => kinds?.length !== 0))).toEqual({
      'credential-pickup': ['SECRETS', 'LINK'],
      'okta-events': ['USER'],
      'operator-api': [
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
      ],
      'servicenow-webhook': ['TICKET', 'ONBOARDING'],
      'sign-in': ['USER', 'EMAIL', 'ATTEMPT', 'SESSION', 'CODE'],
      token: ['SESSION', 'CODE', 'REFRESH'],
      'token-inspection': ['SESSION', 'DENIED', 'DENIALS'],
    });
  });

  // Threat T-117
  it.each(Object.entries(inPart))(
    'in part only, by who changes a part of it only: %s',
    async (kind, expected) => {
      const limited = deployment.roles.flatMap(({ functionName, permissions }) =>
        permissions.flatMap(({ action, conditions }) => {
          const attributes = conditions['ForAllValues:StringEquals']?.['dynamodb:Attributes'];
          const kinds = conditions['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [];
          return action === 'dynamodb:UpdateItem' && attributes !== undefined && kinds.includes(`${kind}#*`)
            ? [[functionName.replace('sallyport-dev-', ''), attributes.toSorted()] as const]
            : [];
        }),
      );
      expect(Object.fromEntries(limited)).toEqual(
        Object.fromEntries(
          Object.entries(expected).map(([name, own]) => [name, ['pk', 'sk', ...own].toSorted()]),
        ),
      );
      const every = new Set(['other', ...Object.values(expected).flat()]);
      for (const [name, own] of Object.entries(expected)) {
        for (const attribute of every) {
          // Index keys have the type of text, as the value here has.
          const writing = as(name).send(update(`${kind}#part-${name}`, attribute, 'NONE'));
          if (own.includes(attribute)) await writing;
          else await expect(writing, attribute).rejects.toMatchObject(denied(name, 'dynamodb:UpdateItem'));
        }
      }
    },
  );

  it('which is enough for what our stores write of a link', async () => {
    const now = new Date('2026-11-20T10:00:00.000Z');
    const whole = createLinks(tableAs('credential-delivery'));
    await whole.create({
      tokenHash: 'stored',
      onboardingId: 'onb-1',
      number: 1,
      clientId: 'client-1',
      codeMac: 'bWFj',
      state: 'live',
      triesLeft: 2,
      mail: 'sent',
      mailWaits: 0,
      expiresAt: '2026-11-21T10:00:00.000Z',
    });
    for (const status of ['returned', 'delivered'] as const) {
      await createLinks(tableAs('mail-events')).mailed('stored', status);
    }
    const pickup = createLinks(tableAs('credential-pickup'));
    await pickup.takeAttempt('stored', now);
    await pickup.refundAttempt('stored');
    await pickup.takeAttempt('stored', now);
    await pickup.use('stored', 'one');
    await pickup.release('stored', 'one');
    await pickup.takeAttempt('stored', now);
    await pickup.takeAttempt('stored', now);
    expect(await pickup.lock('stored')).toBe(true);
    await createLinks(tableAs('finish-rollback')).revoke('stored');
    expect(await whole.find('stored')).toMatchObject({ state: 'revoked', mail: 'delivered' });
  });

  // Threat T-117
  it('and is not read by writing it: an update returns a whole item only to who may read it', async () => {
    const revoking = (values?: 'ALL_NEW' | 'NONE') =>
      as('finish-rollback').send(update('LINK#x', 'state', values));
    await revoking();
    await revoking('NONE');
    await expect(revoking('ALL_NEW')).rejects.toMatchObject(denied('finish-rollback', 'dynamodb:UpdateItem'));
    await as('mail-events').send(update('LINK#x', 'mail', 'ALL_NEW'));
  });

  it('by our own table, too: an issuer stays as it is', async () => {
    for (const name of ['token', 'session', 'credential-pickup', 'servicenow-webhook', 'discovery']) {
      await expect(
        createIssuers(tableAs(name)).create({ issuer: 'https://portal.example' } as never),
        name,
      ).rejects.toThrow(
        new Defect({ service: 'dynamodb', operation: 'UpdateItem', detail: 'AccessDeniedException' }),
      );
    }
  });

  it('nothing is deleted but what an onboarding has made, users who have been gone for long, and what was given up', async () => {
    const mayDelete: Readonly<Record<string, readonly string[]>> = {
      CLIENT: ['finish-rollback', 'gateway-mapping'],
      PARTNER_LOOK: ['operator-api'],
      USER: ['user-sweep'],
      APPLICATION_CLIENT: ['operator-api'],
      DOMAIN: ['operator-api'],
      EMAIL: ['sign-in'],
    };
    for (const kind of Object.keys(deciders)) {
      for (const name of functionNames) {
        const deleting = as(name).send(
          new DeleteItemCommand({ TableName: tableName, Key: key(`${kind}#x`) }),
        );
        if (mayDelete[kind]?.includes(name) === true) await deleting;
        else await expect(deleting).rejects.toMatchObject(denied(name, 'dynamodb:DeleteItem'));
      }
    }
  });

  it('an onboarding that runs is told that its task was closed, and nothing else, by the webhook', async () => {
    const pk = 'ONBOARDING#RITM0010001-b2b-onboarding-DEV-1';
    const closing = (attribute: string) =>
      as('servicenow-webhook').send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: key(pk, 'STEP#ewacs-account'),
          UpdateExpression: `SET #state = :applied, ${attribute} = :applied`,
          ConditionExpression: 'attribute_not_exists(failure) OR begins_with(#state, :applied)',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':applied': { S: 'applied' } },
        }),
      );
    await closing('fact_closedState');
    for (const attribute of ['plan', 'fact_clientId', 'request.email']) {
      await expect(closing(attribute), attribute).rejects.toMatchObject(
        denied('servicenow-webhook', 'dynamodb:UpdateItem'),
      );
    }
    for (const name of ['credential-pickup', 'mail-events']) {
      await expect(as(name).send(update(pk))).rejects.toMatchObject(denied(name, 'dynamodb:UpdateItem'));
      await as(name).send(update(pk.replace('#', '_JOURNAL#')));
    }
  });
});

// Threat T-99
describe('what is personal', () => {
  it('is not read by the authorizer, even where a record decides about calls', async () => {
    const change = { at: '2026-11-20T10:00:00.000Z', by: 'olga@company.example', why: 'agreed' };
    const contract: Required<Contract> = {
      contractId: 'contract-1',
      partnerId: 'acme',
      products: { 'credit-reports': ['credit-reports/read'] },
      ratePlan: 'standard',
      ipRanges: [],
      environments: ['DEV'],
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2027-01-01T00:00:00.000Z',
      owner: 'requester@company.example',
      grants: ['password'],
      password: { owner: 'legacy@acme.example', sunset: '2026-12-31T00:00:00.000Z' },
      resourceServerOf: [],
      ...initialState('active', change),
      editors: ['olga@company.example'],
      proposed: {},
    };
    const client = {
      clientId: 'client-1',
      partnerId: 'acme',
      contractId: 'contract-1',
      product: 'credit-reports',
      onboardingId: 'RITM0010001-b2b-onboarding-DEV-1',
      scopes: ['credit-reports/read'],
      routes: [],
      ipRanges: ['203.0.113.10'],
      apiKey: 'k'.repeat(40),
      ...initialState('active', change),
    };
    const partner = { partnerId: 'acme', name: 'Jane Doe Ltd', ...initialState('active', change) };
    const anybody = tableAt(twin.url);
    await createContracts(anybody).create(contract);
    await createClientMappings(anybody).activate(client);
    await createPartners(anybody).create(partner);
    const reader = (attributes?: readonly string[]) =>
      createTableReader({
        tableName,
        requestTimeout: 2000,
        env: environmentOf('authorizer'),
        ...(attributes !== undefined && { attributes }),
      });
    const found = await createClientContexts({
      table: reader(authorizerAttributes),
      clock: { now: () => new Date() },
    })('client-1');
    const left = (whole: object, read: object | undefined) =>
      Object.keys(whole).filter((name) => !Object.hasOwn(read ?? {}, name));
    expect(left(contract, found.contract)).toEqual([
      'owner',
      'password',
      'resourceServerOf',
      'changes',
      'editors',
      'proposed',
    ]);
    expect(left(client, found.client)).toEqual(['onboardingId', 'changes']);
    expect(left(partner, found.partner)).toEqual(['name', 'changes']);

    const contractKey = { pk: 'CONTRACT#contract-1', sk: 'CONTRACT' };
    for (const attributes of [undefined, ['status', 'owner']]) {
      await expect(reader(attributes).get(contractKey)).rejects.toThrow(
        new Defect({ service: 'dynamodb', operation: 'GetItem', detail: 'AccessDeniedException' }),
      );
    }
    for (const pk of ['ONBOARDING#x', 'TICKET#x', 'LINK#x']) {
      await expect(reader(['pk']).get({ pk, sk: 'X' }), pk).rejects.toThrow(Defect);
    }
  });

  it('is what the role of the authorizer names no attribute of', () => {
    const { permissions = [] } =
      deployment.roles.find(({ functionName }) => functionName === 'sallyport-dev-authorizer') ?? {};
    expect(
      permissions.flatMap(
        ({ conditions }) => conditions['ForAllValues:StringEquals']?.['dynamodb:Attributes'] ?? [],
      ),
    ).toEqual(authorizerAttributes);
  });

  const readers: Readonly<Record<string, readonly string[]>> = {
    TICKET: ['execution-ended', 'onboarding-sweep', 'redrive', 'request-intake', 'servicenow-webhook'],
    ONBOARDING: [
      'cognito-client',
      'credential-delivery',
      'credential-pickup',
      'ewacs-account',
      'execution-ended',
      'finish-rollback',
      'gateway-mapping',
      'mail-events',
      'okta-profile',
      'onboarding-sweep',
      'redrive',
      'request-intake',
      'servicenow-webhook',
      'ticket-report',
    ],
    LINK: ['credential-delivery', 'credential-pickup', 'mail-events'],
  };
  it.each(Object.entries(readers))(
    'is read by the functions that work with it, and by no other: %s',
    async (kind, expected) => {
      const found: string[] = [];
      for (const name of functionNames) {
        try {
          await as(name).send(new GetItemCommand({ TableName: tableName, Key: key(`${kind}#x`) }));
          found.push(name);
        } catch (error) {
          expect(error).toMatchObject(denied(name, 'dynamodb:GetItem'));
        }
      }
      expect(found).toEqual(expected);
    },
  );
});

// Threat T-100
describe('no function lists what it is not for', () => {
  it('not the whole table, nor an index', async () => {
    for (const name of functionNames) {
      for (const IndexName of [undefined, 'gsi1', 'gsi2']) {
        const resource = IndexName === undefined ? tableArn : `${tableArn}/index/${IndexName}`;
        await expect(
          as(name).send(new ScanCommand({ TableName: tableName, IndexName })),
        ).rejects.toMatchObject(denied(name, 'dynamodb:Scan', resource));
      }
    }
  });

  it.each([
    ['gsi1', 'PARTNERS', ['operator-api']],
    ['gsi1', 'CONTRACTS', ['operator-api']],
    ['gsi1', 'CLIENTS', ['operator-api', 'trust-sweep']],
    ['gsi1', 'USERS', ['operator-api', 'user-sweep']],
    ['gsi1', 'ISSUERS', ['operator-api', 'trust-sweep']],
    ['gsi2', 'UNSTARTED', ['onboarding-sweep']],
    ['gsi2', 'STARTED', ['onboarding-sweep']],
    ['gsi2', 'ENDED', ['onboarding-sweep']],
    ['gsi2', 'WAITING', ['onboarding-sweep']],
    ['gsi2', 'STALLED#told', ['onboarding-sweep']],
    ['gsi2', 'LINK#open', []],
  ] as const)('of the index %s, the list %s', async (index, list, expected) => {
    const found: string[] = [];
    for (const name of functionNames) {
      try {
        await as(name).send(query(list, index));
        found.push(name);
      } catch (error) {
        expect(error).toMatchObject(denied(name, 'dynamodb:Query', `${tableArn}/index/${index}`));
      }
    }
    expect(found).toEqual(expected);
  });

  it('nor does it believe what another function has listed in an index', async () => {
    const issuer = issuerOf({ issuer: 'https://portal.example' });
    const listed = async () => (await createIssuers(tableAs('trust-sweep')).list({ limit: 10 })).items;
    await createIssuers(tableAs('operator-api')).create(issuer);
    const forged = tableAs('servicenow-webhook');
    const asIssuer = { ...issuer, clientId: 'client-2', gsi1pk: 'ISSUERS', gsi1sk: 'acme/forged' };
    expect(await forged.create({ pk: 'TICKET#forged', sk: 'X' }, asIssuer)).toBe(true);
    expect(await listed()).toEqual([issuer]);

    const since = new Date('2026-11-20T10:00:00.000Z');
    const later = new Date('2026-11-21T10:00:00.000Z');
    const sweep = tableAs('onboarding-sweep');
    for (const [gsi2pk, read] of [
      ['UNSTARTED', () => createTickets(sweep, { now: () => later }).listUnstarted(later)],
      ['WAITING', () => createSteps(sweep).listWaits(later)],
      ['STARTED', () => createTickets(sweep, { now: () => later }).listStarted(later)],
      ['ENDED', () => createOnboardings(sweep, { now: () => later }).listEnded(later)],
      ['STALLED#told', () => createStalls(sweep).list('told', later)],
    ] as const) {
      const pending = { ticketNumber: 'RITM0010001', gsi2pk, gsi2sk: since.toISOString() };
      await tableAs('credential-delivery').create({ pk: `LINK#${gsi2pk}`, sk: 'STEP#okta-profile' }, pending);
      expect(await read(), gsi2pk).toEqual([]);
    }
  });

  it('not by another kind of request: batches and queries are held to the same partitions', async () => {
    const reader = as('ticket-report');
    await reader.send(query('ONBOARDING#x'));
    await expect(reader.send(query('ISSUER#x'))).rejects.toMatchObject(
      denied('ticket-report', 'dynamodb:Query'),
    );
    await expect(
      reader.send(
        new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: [key('ONBOARDING#x')] } } }),
      ),
    ).rejects.toMatchObject(denied('ticket-report', 'dynamodb:BatchGetItem'));
    await expect(
      reader.send(
        new BatchWriteItemCommand({
          RequestItems: { [tableName]: [{ DeleteRequest: { Key: key('ONBOARDING#x') } }] },
        }),
      ),
    ).rejects.toMatchObject(denied('ticket-report', 'dynamodb:BatchWriteItem'));
  });
});
