import { createPlainCalls, type PlainCallsOptions } from './plain-calls.ts';

export type KmsCallsOptions = Pick<PlainCallsOptions, 'env'> &
  Partial<Pick<PlainCallsOptions, 'requestTimeout' | 'attempts'>>;

/** The operations of KMS that Sallyport uses. */
type KmsOperation = 'Sign' | 'GenerateMac' | 'VerifyMac' | 'GetPublicKey' | 'Encrypt' | 'Decrypt';

/** The default time limit of an attempt in milliseconds, and the default number of attempts. */
export const kmsTries = { requestTimeout: 5000, attempts: 3 };

/**
 * Creates a function that calls KMS without the SDK's client (see {@link createPlainCalls}). These operations
 * change nothing in KMS, so every call may be repeated.
 * @returns the parsed answer, whose binary members are Base64
 */
export function createKmsCalls({
  env,
  requestTimeout = kmsTries.requestTimeout,
  attempts = kmsTries.attempts,
}: KmsCallsOptions) {
  const call = createPlainCalls({ host: 'kms', requestTimeout, attempts, env });
  return (called: KmsOperation, input: object): Promise<object> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${called}`,
    };
    return call(headers, JSON.stringify(input), { repeatable: true });
  };
}
