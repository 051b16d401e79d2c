import { marshall } from '@aws-sdk/util-dynamodb';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { ClientMapping } from '../core/clients/client-mapping.ts';
import type { Contract } from '../core/contracts/records.ts';
import type { Partner } from '../core/partners/partner.ts';
import { announce, listen } from './own-process.ts';

/**
 * Runs the stand-ins that a token endpoint calls, in a process of their own: a table with one client and its
 * public keys (CLIENT_KEYS), KMS and Cognito. It checks and caches nothing, but signs every time. So each
 * measured token includes one signature, whoever makes it.
 */
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signature = async (input: Buffer): Promise<string> =>
  (await promisify(sign)('sha256', input, privateKey)).toString('base64');

const clientId = 'benchmark';
const contractId = 'partner-1.credit-reports';
const partnerId = 'partner-1';
const scopes = ['credit-reports/read', 'credit-reports/write'];
const managed = { status: 'active', version: 1, changes: [] } as const;
const client: ClientMapping = {
  ...managed,
  clientId,
  contractId,
  partnerId,
  product: 'credit-reports',
  onboardingId: 'RITM0010001-b2b-onboarding-DEV-1',
  apiKey: 'k'.repeat(40),
  scopes,
  routes: [],
  ipRanges: ['203.0.113.10'],
};
const contract: Contract = {
  ...managed,
  contractId,
  partnerId,
  products: { 'credit-reports': scopes },
  ratePlan: 'standard',
  ipRanges: [],
  environments: ['DEV'],
  startsAt: '2026-01-01T00:00:00.000Z',
  owner: 'owner@sallyport.example',
  grants: ['client_credentials'],
  resourceServerOf: [],
};
const partner: Partner = { ...managed, partnerId, name: 'Benchmark' };
const items = new Map<string, Readonly<Record<string, unknown>>>([
  [`CLIENT#${clientId}`, { ...client }],
  [`CONTRACT#${contractId}`, { ...contract }],
  [`PARTNER#${partnerId}`, { ...partner }],
]);
const keys = { keys: JSON.parse(process.env['CLIENT_KEYS'] ?? '[]') as unknown[] };

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

async function cognitoToken(): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const input = `${encoded({ kid: 'benchmark', alg: 'RS256' })}.${encoded({
    sub: clientId,
    token_use: 'access',
    scope: scopes.join(' '),
    auth_time: now,
    iss: 'benchmark',
    exp: now + 900,
    iat: now,
    version: 2,
    jti: randomUUID(),
    client_id: clientId,
  })}`;
  return `${input}.${Buffer.from(await signature(Buffer.from(input)), 'base64').toString('base64url')}`;
}

interface AwsInput {
  readonly Key: { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
  readonly Message: string;
}

/** The answers by operation. */
const answers: Readonly<Record<string, (input: AwsInput) => object | Promise<object>>> = {
  GetItem: ({ Key: { pk, sk } }) => {
    const item = sk.S === 'KEYS' ? keys : items.get(pk.S);
    return item === undefined ? {} : { Item: marshall(item) };
  },
  UpdateItem: ({ Key }) => ({ Attributes: Key }),
  Sign: async ({ Message }) => ({ Signature: await signature(Buffer.from(Message, 'base64')) }),
  GetPublicKey: () => ({ PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }),
};

async function answerTo(target: unknown, body: string): Promise<object> {
  if (typeof target !== 'string') {
    return { access_token: await cognitoToken(), token_type: 'Bearer', expires_in: 900 };
  }
  const answer = answers[target.split('.').at(-1) ?? ''];
  if (answer === undefined) throw new Error(`nobody needs ${target}`);
  return answer(JSON.parse(body) as AwsInput);
}

announce(
  await listen(
    createServer((request, response) => {
      void text(request)
        .then((body) => answerTo(request.headers['x-amz-target'], body))
        .then((answer) => {
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        })
        .catch((error: unknown) => response.writeHead(500).end(String(error)));
    }),
  ),
);
