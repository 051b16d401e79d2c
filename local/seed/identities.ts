import { createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import * as z from 'zod';
import type { Store } from '../kernel/store.ts';

/** The client id of Sallyport in both Okta and ServiceNow. */
export const sallyportClientId = 'sallyport';
/** The client id of the Okta application that only looks users up. */
export const oktaReaderClientId = 'sallyport-reader';
/** The client id of the Okta application that only checks passwords. */
export const oktaLoginClientId = 'sallyport-login';

const privateJwk = z.looseObject({
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  kid: z.string().optional(),
});

/** The fields of a change of identities. A private key also replaces its public key. */
export const identityChange = z
  .strictObject({
    oktaPrivateKey: privateJwk,
    oktaReaderKey: privateJwk,
    oktaLoginKey: privateJwk,
    servicenowClientId: z.string().min(1),
    servicenowClientSecret: z.string().min(1),
  })
  .partial();
export type IdentityChange = z.infer<typeof identityChange>;

/** The credentials of Sallyport in Okta and ServiceNow. */
export interface Identities {
  /** The key of the application that manages users and groups: RSA, with `kid`. */
  readonly oktaPrivateKey: JWK;
  readonly oktaPublicKey: JWK;
  /** The key of the application that only looks users up, in the same format. */
  readonly oktaReaderKey: JWK;
  readonly oktaReaderPublicKey: JWK;
  /** The key of the application that only checks passwords, in the same format. */
  readonly oktaLoginKey: JWK;
  readonly oktaLoginPublicKey: JWK;
  readonly servicenowClientId: string;
  readonly servicenowClientSecret: string;
  /** What Okta's event hook sends with every delivery. */
  readonly oktaEventSecret: string;
}

/** The credentials that Okta and ServiceNow accept. Sallyport itself uses those in its secrets. */
export interface KnownIdentities {
  now(): Identities;
  /** Returns how often the credentials have changed since the start. */
  generation(): number;
  /**
   * Changes credentials as an administrator of Okta or ServiceNow would. From now on, the vendor accepts only
   * the new ones.
   */
  change(change: IdentityChange): Identities;
}

/** Opens the credentials. They are generated at the first start and stored. */
export async function openIdentities(store: Store): Promise<KnownIdentities> {
  const kept = store.collection<Identities>('identities');
  let known = kept.get('sallyport');
  // A store of an earlier version lacks the newest of them. The twin is both sides, so it can generate all of them
  // again.
  if (known === undefined || !('oktaEventSecret' in known)) {
    const [manager, reader, login] = await Promise.all(['manager', 'reader', 'login'].map(newKey));
    if (manager === undefined || reader === undefined || login === undefined) {
      throw new Error('a key for each application');
    }
    known = withPublicKeys({
      oktaPrivateKey: manager,
      oktaReaderKey: reader,
      oktaLoginKey: login,
      servicenowClientId: sallyportClientId,
      servicenowClientSecret: randomBytes(32).toString('base64url'),
      oktaEventSecret: randomBytes(32).toString('base64url'),
    });
    kept.put('sallyport', known);
  }
  let current = known;
  let generation = 0;
  return {
    now: () => current,
    generation: () => generation,
    change: (change) => {
      current = withPublicKeys({ ...current, ...defined(change) });
      kept.put('sallyport', current);
      generation += 1;
      return current;
    },
  };
}

type Secrets = Omit<Identities, `${string}PublicKey`>;

const withPublicKeys = ({
  oktaPrivateKey,
  oktaReaderKey,
  oktaLoginKey,
  servicenowClientId,
  servicenowClientSecret,
  oktaEventSecret,
}: Secrets): Identities => ({
  oktaPrivateKey,
  oktaPublicKey: publicHalfOf(oktaPrivateKey),
  oktaReaderKey,
  oktaReaderPublicKey: publicHalfOf(oktaReaderKey),
  oktaLoginKey,
  oktaLoginPublicKey: publicHalfOf(oktaLoginKey),
  servicenowClientId,
  servicenowClientSecret,
  oktaEventSecret,
});

const defined = (change: IdentityChange): Partial<Secrets> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

function publicHalfOf({ kid, ...jwk }: JWK): JWK {
  const publicKey = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return {
    ...publicKey.export({ format: 'jwk' }),
    ...(kid !== undefined && { kid }),
    alg: 'RS256',
    use: 'sig',
  };
}

async function newKey(name: string): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: `twin-${name}`, alg: 'RS256', use: 'sig' };
}

/** Returns the secrets of the deployment, as bootstrapping a stage creates them in Secrets Manager. */
export function initialSecrets(
  prefix: string,
  { oktaPrivateKey, oktaReaderKey, oktaLoginKey, servicenowClientSecret, oktaEventSecret }: Identities,
  webhookSecret: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries({
      webhook: { servicenowWebhookSecret: webhookSecret },
      servicenow: { servicenowClientSecret },
      'okta-events': { oktaEventSecret },
      'okta-manager': { oktaPrivateKey: JSON.stringify(oktaPrivateKey) },
      'okta-reader': { oktaReaderKey: JSON.stringify(oktaReaderKey) },
      'okta-login': { oktaLoginKey: JSON.stringify(oktaLoginKey) },
    }).map(([name, content]) => [`${prefix}/${name}`, JSON.stringify(content)]),
  );
}
