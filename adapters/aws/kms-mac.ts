import * as z from 'zod/mini';
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
const generated = z.object({ Mac: z.string().check(z.minLength(1)) });
const verified = z.object({ MacValid: z.boolean() });

/**
 * Creates the key that generates HMACs. Generating counts as a read, because the same message has the same
 * MAC and KMS stores nothing.
 */
export function createMacKey({ keyId, ...options }: KmsKey): MacKey {
  const call = createKmsCalls(options);
  return {
    generate: async (message) => {
      const { Mac } = await kms.read(
        'GenerateMac',
        async () => generated.safeParse(await call('GenerateMac', request(keyId, message))).data,
      );
      return new Uint8Array(Buffer.from(Mac, 'base64'));
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
          return verified.safeParse(await call('VerifyMac', { ...request(keyId, message), Mac: base64(mac) }))
            .data?.MacValid;
        } catch (error) {
          if (error instanceof Error && error.name === 'KMSInvalidMacException') return false;
          throw error;
        }
      }),
  };
}
