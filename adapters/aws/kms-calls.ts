import { createPlainCalls, type PlainCallsOptions } from './plain-calls.ts';

export type KmsCallsOptions = Pick<PlainCallsOptions, 'env'> &
  Partial<Pick<PlainCallsOptions, 'requestTimeout' | 'attempts'>>;

export const kmsTries = { requestTimeout: 5000, attempts: 3 };

/**
 * Calls KMS without the SDK's client: see {@link createPlainCalls}. KMS keeps nothing of what it signs, so
 * every call may be sent any number of times.
 * @returns the answer, whose bytes are Base64
 */
export function createKmsCalls({
  env,
  requestTimeout = kmsTries.requestTimeout,
  attempts = kmsTries.attempts,
}: KmsCallsOptions) {
  const call = createPlainCalls({ host: 'kms', requestTimeout, attempts, env });
  return (called: 'Sign' | 'GenerateMac' | 'VerifyMac' | 'GetPublicKey', input: object): Promise<object> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${called}`,
    };
    return call(headers, JSON.stringify(input), { repeatable: true });
  };
}
