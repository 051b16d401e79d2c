import type { Clock } from '../clock.ts';
import { isMeantFor } from '../trust/token-use.ts';
import { type FindUser, isUserActive } from '../users/user.ts';
import type { AssertionChecks } from './ports.ts';
import { parseAssertionQuery, type RawTokenRequest } from './token-request.ts';

/** What is needed to check an assertion. */
export interface AssertionCheckDependencies {
  readonly assertionChecks: AssertionChecks;
  readonly findUser: FindUser;
  /** The address that logins by a link are signed for. */
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** The result of a check, for the developer who has made the assertion. `server_time` is in seconds since 1970. */
export type AssertionCheck =
  | { readonly accepted: true; readonly rule: 'all'; readonly why: string; readonly server_time: number }
  | { readonly accepted: false; readonly rule: string; readonly why: string; readonly server_time: number };

/**
 * The one answer to an assertion that no registered key has signed. It is the same for a client or issuer that
 * does not exist, so nobody learns from it which do.
 */
const unsigned = {
  rule: 'signature',
  why: 'No registered key has made this signature. Compare the key, its kid and algorithm with those that were registered, and the client id in sub or the issuer in iss. The other rules are checked once the signature holds.',
};

/**
 * Checks an assertion as the token endpoint does, and names the first rule that it breaks (RFC 7523 §3). No token
 * is issued and no `jti` is consumed, so the assertion can still be used.
 * @throws {OAuthError} `invalid_request`
 */
export async function checkAssertion(
  dependencies: AssertionCheckDependencies,
  raw: RawTokenRequest,
): Promise<AssertionCheck> {
  const { kind, assertion } = parseAssertionQuery(raw);
  const refusal =
    kind === 'client'
      ? await refusalOfClient(dependencies, assertion)
      : await refusalOfThirdParty(dependencies, assertion);
  const server_time = Math.floor(dependencies.clock.now().getTime() / 1000);
  if (refusal !== undefined) return { accepted: false, ...refusal, server_time };
  return {
    accepted: true,
    rule: 'all',
    why: 'Every rule holds. The assertion is accepted once, unless its jti was used before.',
    server_time,
  };
}

interface Refusal {
  readonly rule: string;
  readonly why: string;
}

async function refusalOfClient(
  { assertionChecks }: AssertionCheckDependencies,
  assertion: string,
): Promise<Refusal | undefined> {
  const checked = await assertionChecks.checkOfClient(assertion);
  if (checked === 'unsigned') return unsigned;
  return 'rule' in checked ? { rule: checked.rule, why: checked.why } : undefined;
}

/** Checks what the grants ask of a third party's assertion, apart from the client that presents it. */
async function refusalOfThirdParty(
  { assertionChecks, findUser, publicUrl }: AssertionCheckDependencies,
  assertion: string,
): Promise<Refusal | undefined> {
  const checked = await assertionChecks.checkOfThirdParty(assertion);
  if (checked === 'unsigned') return unsigned;
  if ('rule' in checked) return { rule: checked.rule, why: checked.why };
  const { issuer, token } = checked;
  if (!issuer.uses.includes('assertion')) {
    return { rule: 'use', why: "The issuer's tokens are not accepted as assertions." };
  }
  if (!isMeantFor('assertion', issuer, token.audience, publicUrl)) {
    return { rule: 'use', why: 'The token is for a login by a link, and not an assertion.' };
  }
  if (!isUserActive(await findUser(token.principal), issuer.partnerId)) {
    return { rule: 'user', why: "The assertion names no active user of the issuer's partner." };
  }
  return token.jti === undefined
    ? { rule: 'jti', why: 'jti is missing: an assertion is accepted once, and known by it.' }
    : undefined;
}
