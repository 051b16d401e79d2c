import {
  DecryptCommand,
  EncryptCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyArn } from '../../local/aws/kms.ts';
import { functionNames } from '../../resources/functions.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { codeKeyAlias, deployment, linkKeyAlias, signingKeyIds, valueKeyAlias } from '../support/deployed.ts';

let twin: AwsTwin;
const clients = new Map<string, KMSClient>();
beforeAll(async () => {
  twin = await startAwsTwin({ roles: deployment.roles });
});
afterAll(async () => {
  for (const client of clients.values()) client.destroy();
  await twin.stop();
});

/** Returns the SDK's client with the rights of a function. */
function as(name: string): KMSClient {
  const client = clients.get(name) ?? new KMSClient(twin.clientOf(name));
  clients.set(name, client);
  return client;
}

const message = Buffer.from('a message');
const operations = {
  GenerateMac: (KeyId: string) =>
    new GenerateMacCommand({ KeyId, Message: message, MacAlgorithm: 'HMAC_SHA_256' }),
  VerifyMac: (KeyId: string) =>
    new VerifyMacCommand({
      KeyId,
      Message: message,
      Mac: Buffer.alloc(32),
      MacAlgorithm: 'HMAC_SHA_256',
    }),
  Sign: (KeyId: string) =>
    new SignCommand({ KeyId, Message: message, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }),
  GetPublicKey: (KeyId: string) => new GetPublicKeyCommand({ KeyId }),
  Encrypt: (KeyId: string) => new EncryptCommand({ KeyId, Plaintext: message }),
  Decrypt: (KeyId: string) => new DecryptCommand({ KeyId, CiphertextBlob: Buffer.alloc(32) }),
} as const;
type Operation = keyof typeof operations;

const signing = { Sign: ['session', 'token'], GetPublicKey: ['discovery'] } as const;
/** The keys by what they are for, and the functions that may use them for that. */
const purposes: readonly (readonly [
  purpose: string,
  keyId: string,
  users: Partial<Record<Operation, readonly string[]>>,
])[] = [
  ['links', linkKeyAlias, { GenerateMac: ['credential-delivery', 'finish-rollback'] }],
  ['codes', codeKeyAlias, { GenerateMac: ['credential-delivery'], VerifyMac: ['credential-pickup'] }],
  ['API key values', valueKeyAlias, { GenerateMac: ['gateway-mapping'] }],
  ['evaluation ids', 'alias/sallyport-dev-sealing', { GenerateMac: ['authorizer', 'operator-api'] }],
  [
    'secrets at identity providers',
    'alias/sallyport-dev-provider-secrets',
    { Encrypt: ['operator-api'], Decrypt: ['sign-in'] },
  ],
  ['tokens', signingKeyIds[0] ?? '', signing],
  ['tokens after a change', signingKeyIds[1] ?? '', signing],
  ['data at rest', 'alias/sallyport-dev-data', {}],
];

// Threat T-101
describe('a key of KMS is used for its purpose by the functions that work with it, and by no other', () => {
  it('every key has one purpose', () => {
    const named = purposes.map(([, name]) => name);
    const found = deployment.keys.map(({ keyId, aliases }) =>
      named.filter((name) => name === keyId || aliases.includes(name)),
    );
    expect(found.map((names) => names.length)).toEqual(purposes.map(() => 1));
  });

  it.each(purposes)('%s', async (_purpose, keyId, users) => {
    const key = deployment.keys.find((each) => each.keyId === keyId || each.aliases.includes(keyId));
    const resource = keyArn(key?.keyId ?? '');
    for (const operation of Object.keys(operations) as Operation[]) {
      const allowed: string[] = [];
      for (const name of functionNames) {
        const role = deployment.roles.find(({ functionName }) => functionName === `sallyport-dev-${name}`);
        const refusal = {
          name: 'AccessDeniedException',
          message: `User: arn:aws:sts::000000000000:assumed-role/${role?.name}/sallyport-dev-${name} is not authorized to perform: kms:${operation} on resource: ${resource} because no identity-based policy allows the kms:${operation} action`,
        };
        const error: unknown = await send(name, operation, keyId);
        if (error === undefined) allowed.push(name);
        else expect(error, `${name} ${operation}`).toMatchObject(refusal);
      }
      expect(allowed, operation).toEqual(users[operation] ?? []);
    }
  });
});

/** Returns the error, if the function may not use the key in this way. */
async function send(name: string, operation: Operation, keyId: string): Promise<unknown> {
  try {
    await as(name).send(operations[operation](keyId) as GenerateMacCommand);
    return undefined;
  } catch (error) {
    // MAC and ciphertext are wrong ones, so these are the answers of a key that may be used.
    const answers = ['KMSInvalidMacException', 'InvalidCiphertextException'];
    return error instanceof Error && answers.includes(error.name) ? undefined : error;
  }
}
