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

/**
 * A custom authorization server, because the org authorization server cannot add custom claims to its tokens.
 */
const authorizationServer = '/oauth2/default';

const call = { service: 'okta', operation: 'PasswordToken', changes: false } as const;

/** The claim `preferred_username` requires the scope `profile`. */
const scope = 'openid profile';

/**
 * The errors by which Okta refuses the user, whatever the status.
 *
 * - `invalid_grant`: the login or password is wrong, the user is locked, deactivated or expired, or the
 *   sign-on policy requires a second factor.
 * - `mfa_required`: a second factor is required.
 * - `access_denied`: the user is not assigned to the application, or the access policy excludes the user.
 */
const userRefusal = z.object({ error: z.enum(['invalid_grant', 'mfa_required', 'access_denied']) });

const issued = z.object({ id_token: z.string() });
const claimsSchema = z.object({ preferred_username: z.string(), sallyportPartner: z.nullish(z.string()) });

/** The allowed difference between the two clocks, in seconds. */
const clockSkew = 60;

/**
 * Creates the login that has Okta verify a user's password. It uses the password grant of a custom
 * authorization server (https://developer.okta.com/docs/guides/implement-grant-type/ropassword/main/),
 * through an application that can do nothing else. The ID token says who the user is; the access token is
 * discarded.
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
        if (userRefusal.safeParse(answer.body).success) return undefined;
        // Any other refusal concerns our application or its settings.
        return rejectedToDefect(oktaError(call, answer));
      }
      const claims = read(answer, claimsSchema, await claimsOf(read(answer, issued, answer.body).id_token));
      // Okta also accepts the part of a login before the @. Attempts are counted per login, so the login must
      // be the full one.
      if (claims.preferred_username.toLowerCase() !== userId.toLowerCase()) return undefined;
      // Employees have no partner, so they cannot log in here.
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
