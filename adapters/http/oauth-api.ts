import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import type { StepError } from '../../core/errors.ts';
import { createBearerToken } from './bearer-token.ts';
import { askAuthenticated, type ClientAuthentication } from './client-authentication.ts';
import { type CallLimits, type JsonAnswer, type JsonRequest, callJson, noUsableAnswer } from './json-call.ts';

/** Identifies the call that an error answer belongs to. */
export type CallName = Pick<JsonRequest, 'service' | 'operation' | 'changes'>;

export interface OAuthApiOptions {
  readonly service: string;
  /** The origin of the vendor's API, for example `https://company.okta.com`. */
  readonly url: string;
  readonly tokenPath: string;
  /** Builds the form of one `client_credentials` request, anew each time (RFC 6749 section 4.4). */
  readonly tokenRequest: () => Promise<ClientAuthentication>;
  /** Maps an error answer of the vendor to an error. */
  readonly errorFor: (call: CallName, answer: JsonAnswer) => StepError;
  readonly clock: Clock;
  readonly limits: CallLimits;
}

export interface ApiCall {
  readonly operation: string;
  readonly method: JsonRequest['method'];
  /** Path and query under the API's origin, already URL-encoded. */
  readonly path: string;
  readonly body?: unknown;
}

/** A vendor's JSON API that is protected by an OAuth access token. */
export interface OAuthApi {
  /**
   * Calls the API and parses a successful answer with the schema. A refused token is renewed once. Refused
   * credentials are read again, at most once a minute.
   * @throws what `errorFor` returns
   * @throws {OutcomeUnknown} or {Unavailable} if no usable answer came
   */
  call<T>(call: ApiCall, answer: z.ZodMiniType<T>): Promise<T>;
}

const tokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.coerce.number().check(z.positive()),
});

/** Creates the client of a vendor's JSON API. */
export function createOAuthApi({
  service,
  url,
  tokenPath,
  tokenRequest,
  errorFor,
  clock,
  limits,
}: OAuthApiOptions): OAuthApi {
  const parse = <T>(call: CallName, answer: JsonAnswer, schema: z.ZodMiniType<T>): T => {
    if (!answer.ok) throw errorFor(call, answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw noUsableAnswer(
      {
        service,
        operation: call.operation,
        detail: `HTTP ${answer.status} of another shape`,
        cause: parsed.error,
      },
      call.changes,
    );
  };

  const token = createBearerToken(clock, async () => {
    const call = { service, operation: 'Token', changes: false };
    const ask = (fields: Readonly<Record<string, string>>): Promise<JsonAnswer> =>
      callJson(
        {
          ...call,
          method: 'POST',
          url: new URL(tokenPath, url).href,
          headers: {},
          body: new URLSearchParams(fields),
        },
        limits,
      );
    const issued = parse(call, await askAuthenticated(tokenRequest, ask), tokenAnswer);
    return { value: issued.access_token, lifetimeSeconds: issued.expires_in };
  });

  const send = (bearer: string, { operation, method, path, body }: ApiCall): Promise<JsonAnswer> =>
    callJson(
      {
        service,
        operation,
        method,
        url: new URL(path, url).href,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        changes: method !== 'GET',
      },
      limits,
    );

  return {
    call: async (call, schema) => {
      const bearer = await token.get();
      let answer = await send(bearer, call);
      if (answer.status === 401) {
        token.drop(bearer);
        answer = await send(await token.get(), call);
      }
      return parse({ service, operation: call.operation, changes: call.method !== 'GET' }, answer, schema);
    },
  };
}
