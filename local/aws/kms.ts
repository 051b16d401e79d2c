import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { JWK } from 'jose';
import * as z from 'zod';
import type { Store } from '../kernel/store.ts';
import { openSigningKey } from './kms-signing-keys.ts';
import { operation } from './operation.ts';
import { account, arnOf, AwsError, type AwsService, region } from './service.ts';

/** A key as it is deployed. */
export interface KeyDefinition {
  readonly keyId: string;
  readonly spec: 'SYMMETRIC_DEFAULT' | 'HMAC_256' | 'RSA_2048';
  readonly usage: 'ENCRYPT_DECRYPT' | 'GENERATE_VERIFY_MAC' | 'SIGN_VERIFY';
  /** Names of the form `alias/…`. */
  readonly aliases: readonly string[];
}

const kmsArn = (resource: string): string => arnOf('kms', resource);
export const keyArn = (keyId: string): string => kmsArn(`key/${keyId}`);

/** Creates a lookup of keys by the names that KMS accepts: id, ARN, alias or alias ARN. */
export function createKeyLookup(keys: readonly KeyDefinition[]): (name: string) => KeyDefinition | undefined {
  const byName = new Map(
    keys.flatMap((key) =>
      [key.keyId, keyArn(key.keyId), ...key.aliases, ...key.aliases.map(kmsArn)].map(
        (name) => [name, key] as const,
      ),
    ),
  );
  return (name) => byName.get(name);
}

const key = z.object({ KeyId: z.string().min(1).max(2048) });
const mac = z.object({
  ...key.shape,
  Message: z
    .base64()
    .min(1)
    .max(Math.ceil(4096 / 3) * 4),
  MacAlgorithm: z.enum(['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512']),
});

const signRequest = z.object({
  ...key.shape,
  Message: z
    .base64()
    .min(1)
    .max(Math.ceil(4096 / 3) * 4),
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.string(),
});

const encryptionContext = z.record(z.string(), z.string()).default({});
const encryptRequest = z.object({
  ...key.shape,
  Plaintext: z
    .base64()
    .min(1)
    .max(Math.ceil(4096 / 3) * 4),
  EncryptionContext: encryptionContext,
});
const decryptRequest = z.object({
  KeyId: key.shape.KeyId,
  CiphertextBlob: z.base64().min(1).max(8192),
  EncryptionContext: encryptionContext,
});

/** The pairs of a context count in any order. */
const associatedData = (context: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).toSorted(([one], [other]) => (one < other ? -1 : 1))));
const ivLength = 12;
const tagLength = 16;

export interface Kms {
  readonly service: AwsService;
  /** Returns the public half of a signing key as a JWK. The JWK's `kid` is the key's id. */
  publicKey(keyId: string): Promise<JWK>;
}

/** Creates KMS with the deployed keys. The store holds their key material. */
export function createKms(store: Store, keys: readonly KeyDefinition[]): Kms {
  const findKey = createKeyLookup(keys);
  const signingKeys = new Map(
    keys.filter(({ spec }) => spec === 'RSA_2048').map(({ keyId }) => [keyId, openSigningKey(store, keyId)]),
  );
  const kept = store.collection<string>('kms-keys');
  const secretKeysOf = (wanted: KeyDefinition['spec']): ReadonlyMap<string, Buffer> =>
    new Map(
      keys
        .filter(({ spec }) => spec === wanted)
        .map(({ keyId }) => {
          const material = kept.get(keyId) ?? randomBytes(32).toString('base64');
          kept.put(keyId, material);
          return [keyId, Buffer.from(material, 'base64')];
        }),
    );
  const macKeys = secretKeysOf('HMAC_256');
  const encryptionKeys = secretKeysOf('SYMMETRIC_DEFAULT');

  const requireKey = (name: string): KeyDefinition => {
    const found = findKey(name);
    if (found !== undefined) return found;
    throw new AwsError(
      'NotFoundException',
      name.includes('alias/')
        ? `Alias ${name.startsWith('arn:') ? name : kmsArn(name)} is not found.`
        : `Key '${name.startsWith('arn:') ? name : keyArn(name)}' does not exist`,
    );
  };
  const requireMaterial = <Material>(
    materials: ReadonlyMap<string, Material>,
    name: string,
  ): { readonly keyId: string; readonly material: Material } => {
    const { keyId, usage } = requireKey(name);
    const material = materials.get(keyId);
    if (material !== undefined) return { keyId, material };
    throw new AwsError(
      'InvalidKeyUsageException',
      `${keyArn(keyId)} key usage is ${usage} which is not valid for this operation.`,
    );
  };
  const macOf = ({ KeyId, Message, MacAlgorithm }: z.infer<typeof mac>) => {
    const { keyId, material } = requireMaterial(macKeys, KeyId);
    if (MacAlgorithm !== 'HMAC_SHA_256') {
      throw new AwsError(
        'InvalidKeyUsageException',
        `Algorithm ${MacAlgorithm} is incompatible with key spec HMAC_256.`,
      );
    }
    return {
      arn: keyArn(keyId),
      value: createHmac('sha256', material).update(Buffer.from(Message, 'base64')).digest(),
    };
  };

  const service: AwsService = {
    name: 'kms',
    operations: {
      GenerateMac: operation(mac, (input) => {
        const { arn, value } = macOf(input);
        return { Mac: value.toString('base64'), MacAlgorithm: input.MacAlgorithm, KeyId: arn };
      }),

      VerifyMac: operation(z.object({ ...mac.shape, Mac: z.base64() }), (input) => {
        const { arn, value } = macOf(input);
        const given = Buffer.from(input.Mac, 'base64');
        if (given.length !== value.length || !timingSafeEqual(given, value)) {
          throw new AwsError('KMSInvalidMacException', 'The MAC is not valid.');
        }
        return { MacValid: true, MacAlgorithm: input.MacAlgorithm, KeyId: arn };
      }),

      Encrypt: operation(encryptRequest, ({ KeyId, Plaintext, EncryptionContext }) => {
        const { keyId, material } = requireMaterial(encryptionKeys, KeyId);
        const iv = randomBytes(ivLength);
        const cipher = createCipheriv('aes-256-gcm', material, iv).setAAD(associatedData(EncryptionContext));
        const sealed = [cipher.update(Buffer.from(Plaintext, 'base64')), cipher.final()];
        return {
          KeyId: keyArn(keyId),
          CiphertextBlob: Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64'),
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      }),

      Decrypt: operation(decryptRequest, ({ KeyId, CiphertextBlob, EncryptionContext }) => {
        const { keyId, material } = requireMaterial(encryptionKeys, KeyId);
        const sealed = Buffer.from(CiphertextBlob, 'base64');
        try {
          const decipher = createDecipheriv('aes-256-gcm', material, sealed.subarray(0, ivLength))
            .setAAD(associatedData(EncryptionContext))
            .setAuthTag(sealed.subarray(-tagLength));
          const opened = [decipher.update(sealed.subarray(ivLength, -tagLength)), decipher.final()];
          return {
            KeyId: keyArn(keyId),
            Plaintext: Buffer.concat(opened).toString('base64'),
            EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
          };
        } catch {
          // KMS does not say what is wrong with it.
          throw new AwsError('InvalidCiphertextException', '');
        }
      }),

      Sign: operation(signRequest, async ({ KeyId, Message, MessageType, SigningAlgorithm }) => {
        const { keyId, material } = requireMaterial(signingKeys, KeyId);
        const signed = await material.sign(Buffer.from(Message, 'base64'), MessageType, SigningAlgorithm);
        return { KeyId: keyArn(keyId), Signature: signed.toString('base64'), SigningAlgorithm };
      }),

      GetPublicKey: operation(key, async ({ KeyId }) => {
        const { keyId, material } = requireMaterial(signingKeys, KeyId);
        return {
          KeyId: keyArn(keyId),
          PublicKey: await material.spki(),
          KeySpec: 'RSA_2048',
          KeyUsage: 'SIGN_VERIFY',
          SigningAlgorithms: ['RSASSA_PKCS1_V1_5_SHA_256'],
        };
      }),

      DescribeKey: operation(key, ({ KeyId }) => {
        const { keyId, spec, usage } = requireKey(KeyId);
        return {
          KeyMetadata: {
            AWSAccountId: account,
            KeyId: keyId,
            Arn: keyArn(keyId),
            Enabled: true,
            KeyState: 'Enabled',
            KeyUsage: usage,
            KeySpec: spec,
            ...(spec === 'HMAC_256' && { MacAlgorithms: ['HMAC_SHA_256'] }),
            KeyManager: 'CUSTOMER',
            Origin: 'AWS_KMS',
            ...multiRegion(keyId),
          },
        };
      }),

      ListKeys: () => ({
        Keys: keys.map(({ keyId }) => ({ KeyId: keyId, KeyArn: keyArn(keyId) })),
        Truncated: false,
      }),

      ListAliases: () => ({
        Aliases: keys.flatMap(({ keyId, aliases }) =>
          aliases.map((alias) => ({ AliasName: alias, AliasArn: kmsArn(alias), TargetKeyId: keyId })),
        ),
        Truncated: false,
      }),
    },
  };

  return {
    service,
    publicKey: async (kid) => {
      const spki = await requireMaterial(signingKeys, kid).material.spki();
      const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
      return { ...key.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
    },
  };
}

/**
 * Returns the multi-Region properties of a key. A multi-Region key is recognized by its id:
 * https://docs.aws.amazon.com/kms/latest/developerguide/mrk-how-it-works.html
 */
function multiRegion(keyId: string): object {
  if (!keyId.startsWith('mrk-')) return { MultiRegion: false };
  const PrimaryKey = { Arn: keyArn(keyId), Region: region };
  const MultiRegionConfiguration = { MultiRegionKeyType: 'PRIMARY', PrimaryKey, ReplicaKeys: [] };
  return { MultiRegion: true, MultiRegionConfiguration };
}
