import { GenerateMacCommand, type KMSClient, KMSInvalidMacException, VerifyMacCommand } from '@aws-sdk/client-kms';
import type { MacKey, MacVerifier } from '../../core/credentials/ports.ts';
import { awsCalls } from './errors.ts';

const kms = awsCalls('kms');

interface KmsKey {
  readonly client: KMSClient;
  /** Key id, ARN or `alias/…` of an HMAC_256 key. */
  readonly keyId: string;
}

const request = (keyId: string, message: string) => ({
  KeyId: keyId, Message: Buffer.from(message), MacAlgorithm: 'HMAC_SHA_256' as const,
});

/** Generating is a read: the same message has the same code, and KMS keeps nothing. */
export function createMacKey({ client, keyId }: KmsKey): MacKey {
  return {
    generate: (message) => kms.read('GenerateMac', async () =>
      (await client.send(new GenerateMacCommand(request(keyId, message)))).Mac),
  };
}

export function createMacVerifier({ client, keyId }: KmsKey): MacVerifier {
  return {
    verify: (message, mac) => kms.read('VerifyMac', async () => {
      try {
        return (await client.send(new VerifyMacCommand({ ...request(keyId, message), Mac: mac }))).MacValid;
      } catch (error) {
        if (error instanceof KMSInvalidMacException) return false;
        throw error;
      }
    }),
  };
}
