import type { SecretOpener, SecretSealer } from '../../core/federation/ports.ts';
import { awsCalls } from './errors.ts';
import { createKmsCalls, type KmsCallsOptions } from './kms-calls.ts';

const kms = awsCalls('kms');

export interface KmsSecretsOptions extends KmsCallsOptions {
  /** Key id, ARN or `alias/…` of a symmetric key. */
  readonly keyId: string;
}

/** The encryption context binds a sealed secret to its record: KMS opens it for no other. */
const contextOf = (owner: string) => ({ owner });
const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/**
 * Creates the sealer of secrets: KMS encrypts them with a key that never leaves it.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
 */
export function createSecretSealer({ keyId, ...options }: KmsSecretsOptions): SecretSealer {
  const call = createKmsCalls(options);
  return {
    seal: (owner, secret) =>
      kms.read('Encrypt', async () => {
        const { CiphertextBlob } = (await call('Encrypt', {
          KeyId: keyId,
          Plaintext: Buffer.from(secret, 'utf8').toString('base64'),
          EncryptionContext: contextOf(owner),
        })) as { readonly CiphertextBlob?: unknown };
        return textIn(CiphertextBlob);
      }),
  };
}

/**
 * Creates the opener of sealed secrets.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
 */
export function createSecretOpener({ keyId, ...options }: KmsSecretsOptions): SecretOpener {
  const call = createKmsCalls(options);
  return {
    open: async (owner, sealed) => {
      const plaintext = await kms.read('Decrypt', async () => {
        const { Plaintext } = (await call('Decrypt', {
          KeyId: keyId,
          CiphertextBlob: sealed,
          EncryptionContext: contextOf(owner),
        })) as { readonly Plaintext?: unknown };
        return textIn(Plaintext);
      });
      return Buffer.from(plaintext, 'base64').toString('utf8');
    },
  };
}
