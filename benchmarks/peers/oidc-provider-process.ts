import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { ExternalSigningKey } from 'oidc-provider';
import { announce, listen } from '../own-process.ts';

/**
 * Runs `oidc-provider` with JWT access tokens for two clients, one with a secret (CLIENT_SECRET) and one with
 * public keys (CLIENT_KEYS). If the environment has an endpoint of AWS, it signs with KMS and keeps the ids of
 * used assertions in a table, as we do. Otherwise its key and these ids are in memory.
 */
const scope = 'credit-reports/read credit-reports/write';
const clientOf = (id: string, particulars: object): object => ({
  client_id: id,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  scope,
  ...particulars,
});

class KmsKey extends ExternalSigningKey {
  readonly #kms = new KMSClient({});
  readonly #publicKey: KeyObject;

  constructor(publicKey: KeyObject) {
    super();
    this.kid = 'one';
    this.alg = 'RS256';
    this.#publicKey = publicKey;
  }

  static async open(): Promise<KmsKey> {
    const { PublicKey = new Uint8Array() } = await new KMSClient({}).send(
      new GetPublicKeyCommand({ KeyId: 'one' }),
    );
    return new KmsKey(createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }));
  }

  keyObject(): KeyObject {
    return this.#publicKey;
  }

  async sign(data: Buffer): Promise<Buffer> {
    const { Signature = new Uint8Array() } = await this.#kms.send(
      new SignCommand({
        KeyId: this.kid,
        SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
        MessageType: 'DIGEST',
        Message: createHash('sha256').update(data).digest(),
      }),
    );
    return Buffer.from(Signature);
  }
}

/** Keeps what `oidc-provider` stores in a table. For these clients that is the ids of used assertions. */
class TableAdapter {
  readonly #table = new DynamoDBClient({});
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  #keyOf(id: string) {
    return { TableName: 'benchmark', Key: { pk: { S: `${this.#model}#${id}` }, sk: { S: this.#model } } };
  }

  async find(id: string): Promise<object | undefined> {
    const { Item } = await this.#table.send(new GetItemCommand(this.#keyOf(id)));
    return Item?.['payload']?.S === undefined ? undefined : (JSON.parse(Item['payload'].S) as object);
  }

  async upsert(id: string, payload: object): Promise<void> {
    await this.#table.send(
      new UpdateItemCommand({
        ...this.#keyOf(id),
        UpdateExpression: 'SET payload = :payload',
        ExpressionAttributeValues: { ':payload': { S: JSON.stringify(payload) } },
      }),
    );
  }
}

const usesAws = process.env['AWS_ENDPOINT_URL'] !== undefined;
const signingKey = usesAws
  ? await KmsKey.open()
  : {
      ...(await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey)),
      alg: 'RS256',
      use: 'sig',
    };

const server = createServer();
const issuer = await listen(server);
const provider = new Provider(issuer, {
  clients: [
    clientOf('with-secret', {
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: process.env['CLIENT_SECRET'],
    }),
    clientOf('with-keys', {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: JSON.parse(process.env['CLIENT_KEYS'] ?? '[]') as unknown[] },
    }),
  ],
  jwks: { keys: [signingKey] },
  ...(usesAws && { adapter: TableAdapter }),
  scopes: scope.split(' '),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    ...(usesAws && { externalSigningSupport: { enabled: true, ack: 'experimental-01' } }),
    resourceIndicators: {
      enabled: true,
      defaultResource: () => issuer,
      getResourceServerInfo: () => ({
        scope,
        audience: issuer,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 900,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
server.on('request', provider.callback());
announce(issuer);
