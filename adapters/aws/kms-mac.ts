import type { MacKey, MacVerifier } from '../../core/mac-key.ts';
import { awsCalls } from './errors.ts';
import { createKmsCalls, type KmsCallsOptions } from './kms-calls.ts';

const kms = awsCalls('kms');

interface KmsKey extends KmsCallsOptions {
  /** Key id, ARN or `alias/…` of an HMAC_256 key. */
  readonly keyId: string;
}

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
const request = (keyId: string, message: string) => ({
  KeyId: keyId,
  Message: base64(message),
  MacAlgorithm: 'HMAC_SHA_256',
});
// Without a schema library, which the authorizer would load for this alone.
const macIn = ({ Mac }: { readonly Mac?: unknown }): string | undefined =>
  typeof Mac === 'string' && Mac !== '' ? Mac : undefined;
const isMacValid = ({ MacValid }: { readonly MacValid?: unknown }): boolean | undefined =>
  typeof MacValid === 'boolean' ? MacValid : undefined;

/**
 * Creates the key that generates HMACs. Generating counts as a read, because the same message has the same
 * MAC and KMS stores nothing.
 */
export function createMacKey({ keyId, ...options }: KmsKey): MacKey {
  const call = createKmsCalls(options);
  return {
    generate: async (message) => {
      const mac = await kms.read('GenerateMac', async () =>
        macIn(await call('GenerateMac', request(keyId, message))),
      );
      return new Uint8Array(Buffer.from(mac, 'base64'));
    },
  };
}

/** Creates the verifier of HMACs. KMS reports a wrong MAC as an error, which becomes `false` here. */
export function createMacVerifier({ keyId, ...options }: KmsKey): MacVerifier {
  const call = createKmsCalls(options);
  return {
    verify: (message, mac) =>
      kms.read('VerifyMac', async () => {
        try {
          return isMacValid(await call('VerifyMac', { ...request(keyId, message), Mac: base64(mac) }));
        } catch (error) {
          if (error instanceof Error && error.name === 'KMSInvalidMacException') return false;
          throw error;
        }
      }),
  };
}
