import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Store } from '../kernel/store.ts';
import { openSigningKeys, signingKeyIds } from './kms-signing-keys.ts';
import { operation } from './operation.ts';
import { account, arnOf, AwsError, type AwsService, region } from './service.ts';

export const macKeyAlias = 'alias/sallyport-dev-mac';

/** Multi-Region keys have ids of this form, the same in every Region: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html */
const keyId = 'mrk-5a11907d000040008000000000000001';
const kmsArn = (resource: string): string => arnOf('kms', resource);
export const macKeyArn = kmsArn(`key/${keyId}`);
/** The key that encrypts what is kept. Here it encrypts nothing, but whoever needs it must be allowed to use it. */
export const dataKeyArn = kmsArn('key/5a11907d-0000-4000-8000-000000000002');
/** Everything that KMS takes for a key's name. */
const names = [keyId, macKeyArn, macKeyAlias, kmsArn(macKeyAlias)];

/** The ARN of the key that is named, since policies name keys by it alone. */
export function keyArnOf(name: string): string {
  if (names.includes(name)) return macKeyArn;
  return name.startsWith('arn:') ? name : kmsArn(`key/${name}`);
}

const key = z.object({ KeyId: z.string().min(1).max(2048) });
const mac = z.object({
  ...key.shape,
  Message: z.base64().min(1).max(Math.ceil(4096 / 3) * 4),
  MacAlgorithm: z.enum(['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512']),
});

const signRequest = z.object({
  ...key.shape,
  Message: z.base64().min(1).max(Math.ceil(4096 / 3) * 4),
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.string(),
});

/** KMS with one HMAC_256 key and the RSA_2048 keys that sign tokens, kept in the store. */
export function createKms(store: Store): AwsService {
  const signingKeys = openSigningKeys(store);
  const keys = store.collection<string>('kms-keys');
  const material = keys.get(keyId) ?? randomBytes(32).toString('base64');
  keys.put(keyId, material);

  const notFound = (name: string): AwsError => new AwsError('NotFoundException', name.includes('alias/')
      ? `Alias ${name.startsWith('arn:') ? name : kmsArn(name)} is not found.`
      : `Key '${name.startsWith('arn:') ? name : kmsArn(`key/${name}`)}' does not exist`);
  const check = (name: string): void => {
    if (signingKeys.has(name)) throw new AwsError('InvalidKeyUsageException', `${kmsArn(`key/${name}`)} key usage is SIGN_VERIFY which is not valid for this operation.`);
    if (!names.includes(name)) throw notFound(name);
  };
  const signingKey = (name: string) => {
    if (names.includes(name)) throw new AwsError('InvalidKeyUsageException', `${macKeyArn} key usage is GENERATE_VERIFY_MAC which is not valid for this operation.`);
    const found = signingKeys.get(name);
    if (found === undefined) throw notFound(name);
    return found;
  };
  const macOf = ({ KeyId, Message, MacAlgorithm }: z.infer<typeof mac>): Buffer => {
    check(KeyId);
    if (MacAlgorithm !== 'HMAC_SHA_256') {
      throw new AwsError('InvalidKeyUsageException', `Algorithm ${MacAlgorithm} is incompatible with key spec HMAC_256.`);
    }
    return createHmac('sha256', Buffer.from(material, 'base64')).update(Buffer.from(Message, 'base64')).digest();
  };

  return {
    name: 'kms',
    operations: {
      GenerateMac: operation(mac, (input) =>
        ({ Mac: macOf(input).toString('base64'), MacAlgorithm: input.MacAlgorithm, KeyId: macKeyArn })),

      VerifyMac: operation(z.object({ ...mac.shape, Mac: z.base64() }), (input) => {
        const right = macOf(input);
        const given = Buffer.from(input.Mac, 'base64');
        if (given.length !== right.length || !timingSafeEqual(given, right)) throw new AwsError('KMSInvalidMacException', 'The MAC is not valid.');
        return { MacValid: true, MacAlgorithm: input.MacAlgorithm, KeyId: macKeyArn };
      }),

      Sign: operation(signRequest, async ({ KeyId, Message, MessageType, SigningAlgorithm }) => {
        const signed = await signingKey(KeyId).sign(Buffer.from(Message, 'base64'), MessageType, SigningAlgorithm);
        return { KeyId: kmsArn(`key/${KeyId}`), Signature: signed.toString('base64'), SigningAlgorithm };
      }),

      GetPublicKey: operation(key, async ({ KeyId }) => ({
        KeyId: kmsArn(`key/${KeyId}`), PublicKey: await signingKey(KeyId).spki(),
        KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: ['RSASSA_PKCS1_V1_5_SHA_256'],
      })),

      DescribeKey: operation(key, ({ KeyId }) => {
        check(KeyId);
        return {
          KeyMetadata: {
            AWSAccountId: account, KeyId: keyId, Arn: macKeyArn, Enabled: true, KeyState: 'Enabled', KeyUsage: 'GENERATE_VERIFY_MAC',
            KeySpec: 'HMAC_256', MacAlgorithms: ['HMAC_SHA_256'], KeyManager: 'CUSTOMER', Origin: 'AWS_KMS',
            MultiRegion: true,
            MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY', PrimaryKey: { Arn: macKeyArn, Region: region }, ReplicaKeys: [] },
          },
        };
      }),

      ListKeys: () => ({ Keys: [keyId, ...signingKeyIds].map((id) => ({ KeyId: id, KeyArn: kmsArn(`key/${id}`) })), Truncated: false }),

      ListAliases: () => ({
        Aliases: [{ AliasName: macKeyAlias, AliasArn: kmsArn(macKeyAlias), TargetKeyId: keyId }], Truncated: false,
      }),
    },
  };
}
