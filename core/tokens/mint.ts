import type { Clock } from '../clock.ts';
import { secondsAfter } from '../clock.ts';
import { contractEnd } from '../contracts/in-force.ts';
import type { ActiveClient } from './client-authentication.ts';
import { assertCheck } from './oauth-error.ts';
import type { TokenSigner } from './ports.ts';
import type { TokenResponse } from './token-request.ts';

export interface MintDependencies {
  readonly signer: TokenSigner;
  /** Of our tokens, and their audience where none is asked for: the address that partners know. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly newId: () => string;
}

const maxLifetimeSeconds = 15 * 60;

/** `scope = scope-token *( SP scope-token )`, RFC 6749 §3.3. */
const scopeSyntax = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/u;

/** @throws {OAuthError} `invalid_scope` */
export function checkScopeSyntax(scope: string | undefined): void {
  assertCheck(
    'scope_syntax',
    scope === undefined || (scope.length <= 4096 && scopeSyntax.test(scope)),
    'invalid_scope',
    'scope must be tokens separated by single spaces',
  );
}

/**
 * What is asked for of what may be had; all of it where nothing is asked for.
 * @throws {OAuthError} `invalid_scope` if more is asked for
 */
export function narrowScopes(asked: string | undefined, mayHave: readonly string[]): readonly string[] {
  checkScopeSyntax(asked);
  const scopes = asked === undefined ? mayHave : [...new Set(asked.split(' '))];
  assertCheck(
    'scope',
    scopes.length > 0 && scopes.every((scope) => mayHave.includes(scope)),
    'invalid_scope',
    'a scope is asked for that was not granted',
  );
  return scopes;
}

/**
 * An access token of our own (RFC 9068): 15 minutes at most, and never beyond the contract or `notAfter`.
 * @throws {OAuthError} `invalid_grant` if no time is left
 */
export async function mint(
  { signer, issuer, clock, newId }: MintDependencies,
  { clientId, contract }: ActiveClient,
  {
    subject,
    scopes,
    audience = issuer,
    notAfter,
    act,
  }: {
    readonly subject: string;
    readonly scopes: readonly string[];
    readonly audience?: string;
    readonly notAfter?: Date;
    readonly act?: Readonly<Record<string, unknown>>;
  },
): Promise<TokenResponse> {
  const now = clock.now();
  const ends = [secondsAfter(now, maxLifetimeSeconds), contractEnd(contract), notAfter];
  const [iat, exp] = [now, new Date(Math.min(...ends.flatMap((end) => end?.getTime() ?? [])))].map((at) =>
    Math.floor(at.getTime() / 1000),
  );
  assertCheck(
    'time_left',
    iat !== undefined && exp !== undefined && exp > iat,
    'invalid_grant',
    'what the token would stand on is over',
  );
  const scope = scopes.join(' ');
  const access_token = await signer.sign({
    iss: issuer,
    sub: subject,
    client_id: clientId,
    aud: audience,
    iat,
    exp,
    jti: newId(),
    scope,
    ...(act !== undefined && { act }),
  });
  return { access_token, token_type: 'Bearer', expires_in: exp - iat, scope };
}
