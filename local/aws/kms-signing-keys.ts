import { constants, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Store } from '../kernel/store.ts';
import { AwsError } from './service.ts';

/** The keys that sign tokens, in the deployment's order: multi-Region keys, as in resources/keys.yml. */
export const signingKeyIds = ['mrk-5a11907d000040008000000000000003', 'mrk-5a11907d000040008000000000000004'] as const;

export interface SigningKey {
  sign(message: Buffer, type: 'RAW' | 'DIGEST', algorithm: string): Promise<Buffer>;
  /** DER, base64. */
  spki(): Promise<string>;
}

/** What PKCS #1 v1.5 puts before a SHA-256 digest (RFC 8017 §9.2, note 1). */
const sha256Prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** RSA_2048 keys, each made when it is first asked for, because that takes a while. */
export function openSigningKeys(store: Store): ReadonlyMap<string, SigningKey> {
  const kept = store.collection<string>('kms-signing-keys');
  const load = async (keyId: string): Promise<KeyObject> => {
    const pem = kept.get(keyId);
    if (pem !== undefined) return createPrivateKey(pem);
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    kept.put(keyId, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    return privateKey;
  };

  return new Map(signingKeyIds.map((keyId) => {
    let loaded: Promise<KeyObject> | undefined;
    const key = (): Promise<KeyObject> => loaded ??= load(keyId);
    return [keyId, {
      sign: async (message, type, algorithm) => {
        if (algorithm !== 'RSASSA_PKCS1_V1_5_SHA_256') throw new AwsError('InvalidKeyUsageException', `Algorithm ${algorithm} is not offered by this twin.`);
        if (type === 'RAW') return promisify(sign)('sha256', message, await key());
        if (message.length !== 32) throw new AwsError('ValidationException', 'Digest is invalid length for algorithm RSASSA_PKCS1_V1_5_SHA_256.');
        return privateEncrypt({ key: await key(), padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([sha256Prefix, message]));
      },
      spki: async () => createPublicKey(await key()).export({ format: 'der', type: 'spki' }).toString('base64'),
    } satisfies SigningKey];
  }));
}
