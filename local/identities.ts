import { createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import * as z from 'zod';
import type { Store } from './kernel/store.ts';

/** The client id by which both Okta and ServiceNow know Sallyport. */
export const sallyportClientId = 'sallyport';
/** The Okta application that only looks users up. */
export const oktaReaderClientId = 'sallyport-reader';
/** The Okta application that only looks at passwords. */
export const oktaLoginClientId = 'sallyport-login';

const privateJwk = z.looseObject({
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  kid: z.string().optional(),
});

/** What a change of identities may name: private keys stand for their public halves, too. */
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

/** What Sallyport is known by to Okta and ServiceNow. */
export interface Identities {
  /** Of the application that manages users and groups: RSA, with `kid`. */
  readonly oktaPrivateKey: JWK;
  readonly oktaPublicKey: JWK;
  /** Of the application that only looks users up, likewise. */
  readonly oktaReaderKey: JWK;
  readonly oktaReaderPublicKey: JWK;
  /** Of the application that only looks at passwords, likewise. */
  readonly oktaLoginKey: JWK;
  readonly oktaLoginPublicKey: JWK;
  readonly servicenowClientId: string;
  readonly servicenowClientSecret: string;
}

/** What Okta and ServiceNow go by; what Sallyport itself goes by is in its secrets. */
export interface KnownIdentities {
  now(): Identities;
  /** How often they have been changed since the start. */
  generation(): number;
  /** As an administrator of Okta or ServiceNow would: from now on the vendor takes these, and no longer the ones before. */
  change(change: IdentityChange): Identities;
}

/** Made on the first start, and kept. */
export async function openIdentities(store: Store): Promise<KnownIdentities> {
  const kept = store.collection<Identities>('identities');
  let known = kept.get('sallyport');
  // A store of an earlier version lacks the reader's; both sides are here, so all can be made anew.
  if (known === undefined || !('oktaReaderKey' in known)) {
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
}: Secrets): Identities => ({
  oktaPrivateKey,
  oktaPublicKey: publicHalfOf(oktaPrivateKey),
  oktaReaderKey,
  oktaReaderPublicKey: publicHalfOf(oktaReaderKey),
  oktaLoginKey,
  oktaLoginPublicKey: publicHalfOf(oktaLoginKey),
  servicenowClientId,
  servicenowClientSecret,
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

/** The secrets of the deployment, as bootstrapping a stage makes them in Secrets Manager. */
export function initialSecrets(
  prefix: string,
  { oktaPrivateKey, oktaReaderKey, oktaLoginKey, servicenowClientSecret }: Identities,
  webhookSecret: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries({
      webhook: { servicenowWebhookSecret: webhookSecret },
      servicenow: { servicenowClientSecret },
      'okta-manager': { oktaPrivateKey: JSON.stringify(oktaPrivateKey) },
      'okta-reader': { oktaReaderKey: JSON.stringify(oktaReaderKey) },
      'okta-login': { oktaLoginKey: JSON.stringify(oktaLoginKey) },
    }).map(([name, content]) => [`${prefix}/${name}`, JSON.stringify(content)]),
  );
}
