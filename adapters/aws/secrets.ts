import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import { Defect, NotFound, StepError, Throttled, Unavailable } from '../../core/errors.ts';
import {
  type CachedSecret,
  createCachedSecret,
  type StoredSecret,
} from '../../core/secrets/cached-secret.ts';
import { awsCalls } from './errors.ts';
import { createPlainCalls } from './plain-calls.ts';

const secretsManager = awsCalls('secretsmanager');
const headers = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'secretsmanager.GetSecretValue',
};

/**
 * Time limit in milliseconds and attempts. The limit is short, because a person may be waiting for the
 * request that needs the secret.
 */
export const secretReads = { attempts: 3, requestTimeout: 2000 } as const;

const secretValue = z.object({ VersionId: z.string(), SecretString: z.string() });

export interface SecretOptions<Value> {
  /**
   * The id `sallyport-<stage>/<name>`. If there is no such secret, the stage's common secret
   * `sallyport-<stage>` is read.
   */
  readonly secretId: string;
  /** Extracts the value from the secret's parsed JSON. Throws if it is not there or is invalid. */
  readonly parse: (content: unknown) => Value;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Creates the cached reader of a secret in Secrets Manager. It works without the SDK's client (docs/adr/0021,
 * docs/adr/0026). https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 *
 * Anything wrong with the secret itself is a `Defect`, because it says nothing about the request that needs
 * the secret.
 */
export function createSecret<Value>({
  secretId,
  parse,
  clock,
  env,
}: SecretOptions<Value>): CachedSecret<Value> {
  const call = createPlainCalls({ host: 'secretsmanager', ...secretReads, env });
  const readFrom = (id: string): Promise<StoredSecret> =>
    secretsManager.read('GetSecretValue', async () => {
      const { success, data } = secretValue.safeParse(
        await call(headers, JSON.stringify({ SecretId: id }), { repeatable: true }),
      );
      return success ? { version: `${id} ${data.VersionId}`, text: data.SecretString } : undefined;
    });
  const readFromCommon = (notFound: NotFound): Promise<StoredSecret> => {
    const common = commonSecretOf(secretId);
    // If the common secret cannot be read either, report that the specific one is missing, which is more
    // useful.
    return common === undefined
      ? Promise.reject(notFound)
      : readFrom(common).catch((error: unknown) => {
          throw isTransient(error) ? error : notFound;
        });
  };
  const read = async (): Promise<StoredSecret> => {
    try {
      return await readFrom(secretId).catch((error: unknown) => {
        if (error instanceof NotFound) return readFromCommon(error);
        throw error;
      });
    } catch (error) {
      if (!(error instanceof StepError) || isTransient(error)) throw error;
      throw defect(`${secretId}: ${error.detail}`, error);
    }
  };
  const parseText = (text: string): Value => {
    try {
      return parse(JSON.parse(text));
    } catch {
      // The cause is left out, because parsers quote what they have read.
      throw defect(`${secretId} does not hold what is expected in it`);
    }
  };
  return createCachedSecret({ read, parse: parseText, clock });
}

/** Returns the stage's common secret, for example `sallyport-dev` for `sallyport-dev/okta-reader`. */
function commonSecretOf(secretId: string): string | undefined {
  const at = secretId.lastIndexOf('/');
  return at < 0 ? undefined : secretId.slice(0, at);
}

const isTransient = (error: unknown): boolean => error instanceof Throttled || error instanceof Unavailable;

const defect = (detail: string, cause?: unknown): Defect =>
  new Defect({ service: 'secretsmanager', operation: 'GetSecretValue', detail, cause });
