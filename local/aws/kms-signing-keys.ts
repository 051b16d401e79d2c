import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateEncrypt,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { Store } from '../kernel/store.ts';
import { AwsError } from './service.ts';

export interface KmsSigningKey {
  sign(message: Buffer, type: 'RAW' | 'DIGEST', algorithm: string): Promise<Buffer>;
  /** DER in base64. */
  spki(): Promise<string>;
}

/** The prefix of a SHA-256 digest in PKCS #1 v1.5 (RFC 8017 §9.2, note 1). */
const sha256Prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** Opens an RSA_2048 key. It is generated on first use, because that takes a while. */
export function openSigningKey(store: Store, keyId: string): KmsSigningKey {
  const kept = store.collection<string>('kms-signing-keys');
  const load = async (): Promise<KeyObject> => {
    const pem = kept.get(keyId);
    if (pem !== undefined) return createPrivateKey(pem);
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    kept.put(keyId, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
    return privateKey;
  };
  let loaded: Promise<KeyObject> | undefined;
  const key = (): Promise<KeyObject> => (loaded ??= load());

  return {
    sign: async (message, type, algorithm) => {
      if (algorithm !== 'RSASSA_PKCS1_V1_5_SHA_256') {
        throw new AwsError('InvalidKeyUsageException', `Algorithm ${algorithm} is not offered by this twin.`);
      }
      if (type === 'RAW') return promisify(sign)('sha256', message, await key());
      if (message.length !== 32) {
        throw new AwsError(
          'ValidationException',
          'Digest is invalid length for algorithm RSASSA_PKCS1_V1_5_SHA_256.',
        );
      }
      return privateEncrypt(
        { key: await key(), padding: constants.RSA_PKCS1_PADDING },
        Buffer.concat([sha256Prefix, message]),
      );
    },
    spki: async () =>
      createPublicKey(await key())
        .export({ format: 'der', type: 'spki' })
        .toString('base64'),
  };
}
