import { createHash } from 'node:crypto';
import { amend, initialState } from '../lifecycle/change.ts';
import type { FederatedUser, Users } from '../users/user.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { domainOf } from '../mailbox.ts';
import type { SignedInPerson } from './person.ts';
import { assertSignIn } from './refused.ts';

/** Who has which e-mail address, per partner. An address is one user's at a time. */
export interface EmailClaims {
  /** Claims an address for a user. Returns false if another user of the partner has it. Idempotent. */
  claim(partnerId: string, email: string, userId: string): Promise<boolean>;
  /** Gives an address up, if it is this user's. Idempotent. */
  release(partnerId: string, email: string, userId: string): Promise<void>;
}

export interface BindingDependencies {
  readonly users: Pick<Users, 'find' | 'create' | 'replace'>;
  readonly emailClaims: EmailClaims;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const idLength = 26;

/**
 * Returns the id of the user whom an issuer knows by a subject. It is derived, so whoever signs in for the first
 * time in two places at once is one user.
 */
export function userIdOf(issuer: string, subject: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest();
  // 256 is a multiple of 32, so every character is as likely as every other.
  return `usr_${Array.from(digest.subarray(0, idLength), (byte) => alphabet.charAt(byte % 32)).join('')}`;
}

/**
 * Returns the user whom a provider's person is bound to, on issuer and subject. Whoever signs in for the first
 * time becomes a user. A changed e-mail address is followed, unless another user has it; then the earlier one
 * stays. Every write can be repeated, so that a crash is mended by the next sign-in.
 * @throws {SignInRefused} `email_taken` if another user of the partner has the address of a new one, or of one
 *   whose earlier address is of a domain that the provider no longer vouches for; `user` if the user is not active
 */
export async function bindPerson(
  deps: BindingDependencies,
  provider: Pick<IdentityProvider, 'providerId' | 'partnerId' | 'issuer' | 'domains'>,
  person: SignedInPerson,
  at: Date,
): Promise<FederatedUser> {
  const { partnerId, providerId } = provider;
  const userId = userIdOf(provider.issuer, person.subject);
  const known = await deps.users.find(userId);
  if (known !== undefined) {
    assertSignIn('user', known.origin === 'identity_provider' && known.partnerId === partnerId);
    assertSignIn('user', known.status === 'active');
    return followChanges(deps, provider, known, person, at);
  }
  assertSignIn('email_taken', await deps.emailClaims.claim(partnerId, person.email, userId));
  const { email, name } = person;
  const change = { at: at.toISOString(), by: providerId, why: 'First sign-in' };
  const user: FederatedUser = {
    userId,
    partnerId,
    origin: 'identity_provider',
    providerId,
    email,
    name,
    ...initialState('active', change),
  };
  // Somebody else's first sign-in of the same person may have been faster, or an operator.
  return (await deps.users.create(user)) ? user : bindPerson(deps, provider, person, at);
}

async function followChanges(
  deps: BindingDependencies,
  { domains }: Pick<IdentityProvider, 'domains'>,
  user: FederatedUser,
  { email: toldEmail, name }: SignedInPerson,
  at: Date,
): Promise<FederatedUser> {
  const { partnerId, userId } = user;
  const mayHaveEmail = await deps.emailClaims.claim(partnerId, toldEmail, userId);
  const email = mayHaveEmail ? toldEmail : user.email;
  // The domain of the earlier address may be another provider's by now.
  assertSignIn('email_taken', domains.includes(domainOf(email)));
  if (email === user.email && name === user.name) return user;
  const change = { at: at.toISOString(), by: user.providerId, why: 'Told by the identity provider' };
  const changed = amend<FederatedUser>(user, { ...user, email, name }, change);
  if (changed.outcome !== 'changed') return user;
  // If it was changed meanwhile, the next sign-in follows.
  if (!(await deps.users.replace(changed.record))) return user;
  if (email !== user.email) await deps.emailClaims.release(partnerId, user.email, userId);
  return changed.record;
}
