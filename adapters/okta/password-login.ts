import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { rejectedToDefect, Unavailable } from '../../core/errors.ts';
import type { PasswordLogin } from '../../core/tokens/ports.ts';
import { askAuthenticated } from '../http/client-authentication.ts';
import {
  callJson,
  type CallLimits,
  type JsonAnswer,
  noUsableAnswer,
  usualLimits,
} from '../http/json-call.ts';
import { createClientAssertion, type OktaApp } from './client-assertion.ts';
import { oktaError } from './errors.ts';

export interface PasswordLoginOptions extends OktaApp {
  readonly limits?: CallLimits;
}

/** A custom authorization server: Okta's own puts no claims of ours into its tokens. */
const authorizationServer = '/oauth2/default';

const call = { service: 'okta', operation: 'PasswordToken', changes: false } as const;

/** Only with `profile` there is a `preferred_username`. */
const scope = 'openid profile';

/**
 * What Okta says of users, whatever the status. `invalid_grant`: wrong, unknown, locked, deactivated, expired, or
 * the sign-on policy wants a second factor; `mfa_required`: the same in words of its own; `access_denied`: not
 * assigned to the application, or outside the access policy.
 */
const aboutTheUser = z.object({ error: z.enum(['invalid_grant', 'mfa_required', 'access_denied']) });

const issued = z.object({ id_token: z.string() });
const claimsSchema = z.object({ preferred_username: z.string(), sallyportPartner: z.nullish(z.string()) });

/** The two clocks may differ by so many seconds. */
const clockSkew = 60;

/**
 * Lets Okta look at a user's password: the password grant of a custom authorization server
 * (https://developer.okta.com/docs/guides/implement-grant-type/ropassword/main/), for an application that can do
 * nothing else. Who it was stands in the ID token; the access token is thrown away.
 */
export function createPasswordLogin({ limits = usualLimits, ...app }: PasswordLoginOptions): PasswordLogin {
  const issuer = new URL(authorizationServer, app.orgUrl).href;
  const tokenUrl = `${issuer}/v1/token`;
  const assertion = createClientAssertion(app, tokenUrl);
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`), {
    timeoutDuration: limits.timeoutMilliseconds,
  });

  const claimsOf = async (idToken: string): Promise<JWTPayload> => {
    try {
      const { payload } = await jwtVerify(idToken, keys, {
        issuer,
        audience: app.clientId,
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'iat'],
        currentDate: app.clock.now(),
        clockTolerance: clockSkew,
      });
      return payload;
    } catch (error) {
      const detail = `the ID token cannot be verified: ${error instanceof errors.JOSEError ? error.code : 'no keys'}`;
      throw new Unavailable({ ...call, detail, cause: error });
    }
  };

  return {
    verify: async (userId, password) => {
      const answer = await askAuthenticated(assertion, (fields) =>
        callJson(
          {
            ...call,
            method: 'POST',
            url: tokenUrl,
            headers: {},
            body: new URLSearchParams({
              grant_type: 'password',
              username: userId,
              password,
              scope,
              ...fields,
            }),
          },
          limits,
        ),
      );
      if (!answer.ok) {
        if (aboutTheUser.safeParse(answer.body).success) return undefined;
        // Anything else that Okta refuses is our application or its settings.
        return rejectedToDefect(oktaError(call, answer));
      }
      const claims = read(answer, claimsSchema, await claimsOf(read(answer, issued, answer.body).id_token));
      // Okta also takes the part of a login before the @. Whose tries are counted is who may log in.
      if (claims.preferred_username.toLowerCase() !== userId.toLowerCase()) return undefined;
      // Employees have no partner.
      return claims.sallyportPartner
        ? { userId: claims.preferred_username, partnerId: claims.sallyportPartner }
        : undefined;
    },
  };
}

function read<T>({ status }: JsonAnswer, schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw noUsableAnswer(
    { ...call, detail: `HTTP ${status} of another shape`, cause: parsed.error },
    call.changes,
  );
}
