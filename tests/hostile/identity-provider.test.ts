import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOpenIdClient } from '../../adapters/federation/openid-client.ts';
import { createPublicExchange } from '../../adapters/http/public-exchange.ts';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import { type SignInCheck, SignInRefused } from '../../core/federation/refused.ts';
import { beginSignIn, chooseProvider, finishSignIn, type SignIn } from '../../core/federation/sign-in.ts';
import { createSignInWorld, sent } from '../support/fakes/sign-in-world.ts';
import { later, now } from '../support/fakes/token-world.ts';
import {
  type Answering,
  halfHash,
  type HostileProvider,
  json,
  type JsonMembers,
  type Misbehaviour,
  person,
  startHostileProvider,
} from '../support/hostile-provider.ts';
import { rsaPair } from '../support/rsa-keys.ts';

const seconds = now.getTime() / 1000;
const clock = { time: now };
let provider: HostileProvider;

beforeAll(async () => {
  provider = await startHostileProvider(() => clock.time);
});
afterAll(() => provider.close());

/** What a sign-in meets besides a provider. */
interface Circumstances {
  /** How the provider's record differs. */
  readonly record?: (honest: IdentityProvider) => Partial<IdentityProvider>;
  /** The `max_age` that the application asks. */
  readonly maxAge?: string;
  /** Whether we wait only a moment, because no answer comes. */
  readonly isSilent?: true;
  /** The time that all requests of a sign-in may take together. */
  readonly redeemMilliseconds?: number;
}

const requestLimits = { patient: { loopback: true }, hasty: { loopback: true, timeoutMilliseconds: 100 } };
const exchanges = {
  patient: createPublicExchange(requestLimits.patient),
  hasty: createPublicExchange(requestLimits.hasty),
};

/** Creates sign-in with the provider: everything is as deployed, but for the records. */
function createSite({ record, maxAge, isSilent, redeemMilliseconds }: Circumstances = {}) {
  clock.time = now;
  const made = createSignInWorld();
  const { world } = made;
  let exchange = exchanges.patient;
  const honest = { ...world.signIn.provider, ...provider.record };
  const signIn: SignIn = {
    ...made.signIn,
    openId: createOpenIdClient({
      exchange: (address, request) => exchange(address, request),
      secrets: { open: () => Promise.resolve(provider.clientSecret) },
      clock: { now: () => clock.time },
      loopback: true,
      ...(redeemMilliseconds !== undefined && { redeemMilliseconds }),
    }),
  };
  let browserSecret = '';
  const goToProvider = async (circumstances: Circumstances) => {
    world.time = clock.time;
    world.signIn.provider = { ...honest, ...circumstances.record?.(honest) };
    exchange = circumstances.isSilent === true ? exchanges.hasty : exchanges.patient;
    const values = {
      ...sent,
      ...(circumstances.maxAge !== undefined && { max_age: circumstances.maxAge }),
    };
    const begun = await beginSignIn(signIn, { values, repeated: [] }, {});
    if (begun.outcome !== 'asked') throw new Error(begun.outcome);
    const address = await chooseProvider(signIn, begun.state, begun, person.email);
    if (address === undefined) throw new Error('the provider is not known');
    browserSecret = begun.browserSecret;
    return { address, browser: { browserSecret } };
  };
  const signInOnce = async (circumstances: Circumstances): Promise<SignInCheck | 'signed in'> => {
    const { address, browser } = await goToProvider(circumstances);
    try {
      await finishSignIn(signIn, 'provider-1', provider.authorize(address), browser);
      return 'signed in';
    } catch (error) {
      if (error instanceof SignInRefused) return error.check;
      throw error;
    }
  };
  const own: Circumstances = {
    ...(record && { record }),
    ...(maxAge !== undefined && { maxAge }),
    ...(isSilent && { isSilent }),
  };
  return {
    world,
    signIn,
    /** The cookie of the browser that began last. */
    browserSecret: () => browserSecret,
    /** Goes to an honest provider, and returns what it answers. */
    atProvider: async () => {
      provider.behave();
      const { address, browser } = await goToProvider(own);
      return { address, browser, answer: provider.authorize(address) };
    },
    /** Signs in with a provider that misbehaves. */
    signInWith: (how: Misbehaviour = {}, circumstances = own) => {
      provider.behave(how);
      return signInOnce(circumstances);
    },
    /** Signs in with an honest provider. */
    signInHonestly: () => {
      provider.behave();
      return signInOnce({});
    },
    /** What a sign-in leaves behind. */
    left: () => ({
      users: world.users.all().length,
      sessions: world.sessions.size,
      codes: world.codes.size,
      emails: world.emails.size,
    }),
  };
}

const nothing = { users: 0, sessions: 0, codes: 0, emails: 0 };

/** A misbehaviour: what it is, the check that refuses it, and how it is done. */
type Row = [
  what: string,
  check: SignInCheck,
  how: Misbehaviour | (() => Misbehaviour | Promise<Misbehaviour>),
  circumstances?: Circumstances,
];

const claims = (changed: JsonMembers): Misbehaviour => ({ claims: (honest) => ({ ...honest, ...changed }) });
const tokens = (changed: JsonMembers): Misbehaviour => ({ tokens: (honest) => ({ ...honest, ...changed }) });
const answer = (changed: Readonly<Record<string, string | undefined>>): Misbehaviour => ({
  answer: (parameters) => {
    for (const [name, value] of Object.entries(changed)) {
      if (value === undefined) parameters.delete(name);
      else parameters.set(name, value);
    }
  },
});
const repeats = (name: string): Misbehaviour => ({
  answer: (parameters) => {
    parameters.append(name, parameters.get(name) ?? '');
  },
});
const at = (endpoint: 'token' | 'keys' | 'userinfo', how: Answering): Misbehaviour => ({
  at: { [endpoint]: how },
});
/** Does so at the UserInfo endpoint, which is asked because the ID token has no address. */
const atUserinfo = (how: Answering | JsonMembers): Misbehaviour => ({
  ...claims({ email: undefined }),
  ...(typeof how === 'function' ? at('userinfo', how) : { userinfo: how }),
});

const silent = { isSilent: true } as const;
const hang: Answering = () => undefined;
const drip: Answering = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => {
    clearInterval(timer);
  });
};
const hangUp: Answering = (response) => {
  response.destroy();
};
const redirect: Answering = (response) => {
  response.writeHead(302, { location: `${provider.issuer}/elsewhere` }).end();
};
const huge = json(200, `{"keys":[],"padding":"${'x'.repeat(70_000)}"}`);
const nested = json(200, '['.repeat(60_000));
const hugeHeader = json(200, {}, { 'x-padding': 'x'.repeat(20_000) });

const other = rsaPair('first');
const otherJwk = async (of: KeyObject = other.publicKey): Promise<JWK> => ({
  ...(await exportJWK(of)),
  kid: 'other',
  use: 'sig',
});
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Puts another header in front of a signed token. */
const unsigned = (header: JsonMembers): Misbehaviour => ({
  idToken: (signed) => `${encoded(header)}.${signed.split('.')[1] ?? ''}.`,
});

const rows: readonly Row[] = [
  // The answer in the browser.
  ['repeats the state', 'parameters', repeats('state')],
  ['repeats the code', 'parameters', repeats('code')],
  ['repeats its name', 'parameters', repeats('iss')],
  ['sends no state', 'state', answer({ state: undefined })],
  ['sends a state of its own', 'attempt', answer({ state: 'its own' })],
  ['does not say who it is, though it has promised to', 'answer_issuer', answer({ iss: undefined })],
  ['says that it is another', 'answer_issuer', answer({ iss: 'https://login.acme.example' })],
  [
    'writes its name with a slash',
    'answer_issuer',
    () => answer({ iss: `${provider.issuer}/`, error: 'access_denied' }),
  ],
  ['says that it is nobody', 'answer_issuer', answer({ iss: '' })],
  ['denies access', 'access_denied', answer({ error: 'access_denied', code: undefined })],
  [
    'sends an error that wants to be a page',
    'provider_error',
    answer({ error: 'server_error', error_description: '<script>alert(1)</script>', code: undefined }),
  ],
  ['sends an error and a code', 'provider_error', answer({ error: 'temporarily_unavailable' })],
  ['sends neither code nor error', 'answer', answer({ code: undefined })],
  ['sends an empty code', 'answer', answer({ code: '' })],
  ['answers by the hybrid flow', 'answer', answer({ id_token: 'a.b.c' })],
  ['answers by a JWT', 'answer', answer({ response: 'a.b.c' })],
  ['sends a code of somebody else', 'token_request', answer({ code: 'of somebody else' })],

  // The token endpoint.
  ['never answers the token request', 'provider_silent', at('token', hang), silent],
  ['answers one byte at a time', 'provider_silent', at('token', drip), silent],
  ['hangs up', 'provider_silent', at('token', hangUp)],
  ['answers more than 64 KB', 'provider_silent', at('token', huge)],
  ['sends a header of 20 KB', 'provider_silent', at('token', hugeHeader)],
  ['redirects the token request', 'token_response', at('token', redirect)],
  ['fails with 500', 'token_response', at('token', json(500, { error: 'server_error' }))],
  ['answers 204', 'token_response', at('token', (response) => response.writeHead(204).end())],
  ['answers a page', 'token_response', at('token', json(200, '<p>Hi</p>', { 'content-type': 'text/html' }))],
  ['answers half a JSON document', 'token_response', at('token', json(200, '{"access_token":'))],
  ['answers nested arrays', 'token_response', at('token', nested)],
  ['answers a JSON array', 'token_response', { tokens: (honest) => [honest] }],
  ['answers null', 'token_response', { tokens: () => null }],
  [
    'has an error with a page',
    'token_response',
    at('token', json(400, '<p>', { 'content-type': 'text/html' })),
  ],
  ['does not know the code', 'token_request', at('token', json(400, { error: 'invalid_grant' }))],
  ['does not know us', 'client_authentication', at('token', json(400, { error: 'invalid_client' }))],
  [
    'wants other credentials',
    'client_authentication',
    at('token', json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' })),
  ],
  ['gives no access token', 'token_response', tokens({ access_token: undefined })],
  ['gives a token of an unknown type', 'token_response', tokens({ token_type: 'mac' })],
  [
    'has a token endpoint that is not public',
    'provider_address',
    {},
    metadata({ tokenEndpoint: 'https://10.0.0.7/token' }),
  ],
  [
    'has the metadata service of AWS as token endpoint',
    'provider_address',
    {},
    metadata({ tokenEndpoint: 'http://169.254.169.254/latest/' }),
  ],
  ['has a file as token endpoint', 'provider_address', {}, metadata({ tokenEndpoint: 'file:///etc/passwd' })],
  [
    'has user and password in its token endpoint',
    'provider_address',
    {},
    metadata({ tokenEndpoint: 'https://a:b@login.acme.example/token' }),
  ],

  // The form of the ID token.
  ['gives no ID token', 'id_token', tokens({ id_token: undefined })],
  ['gives an ID token that is no text', 'id_token', tokens({ id_token: { sub: person.sub } })],
  ['gives an ID token that is no JWT', 'id_token', { idToken: () => 'no JWT' }],
  ['gives an encrypted ID token', 'id_token', { idToken: () => 'a.b.c.d.e' }],
  ['gives an ID token with a broken header', 'id_token', { idToken: () => '%.e30.x' }],
  ['gives an ID token whose header is an array', 'id_token', { idToken: () => `${encoded([])}.e30.x` }],
  ['gives an ID token whose payload is a number', 'id_token', { claims: () => '7' }],
  ['gives an ID token whose payload is no JSON', 'id_token', { claims: () => '{' }],
  ['has a critical header that nobody knows', 'id_token', { header: { crit: ['rule'], rule: 1 } }],

  // Algorithm, key and signature.
  ['signs by none', 'algorithm', unsigned({ alg: 'none' })],
  ['signs by nOnE', 'algorithm', unsigned({ alg: 'nOnE', kid: 'honest' })],
  ['names no algorithm', 'algorithm', unsigned({ kid: 'honest' })],
  ['names an algorithm that is no text', 'algorithm', unsigned({ alg: ['RS256'], kid: 'honest' })],
  [
    'signs by HS256 with its public key',
    'algorithm',
    () => ({
      header: { alg: 'HS256' },
      signer: new TextEncoder().encode(String(provider.publicKey.export({ format: 'pem', type: 'spki' }))),
    }),
  ],
  [
    'signs by HS256 with our secret',
    'algorithm',
    () => ({ header: { alg: 'HS256' }, signer: new TextEncoder().encode(provider.clientSecret) }),
  ],
  ['signs by another algorithm than its own', 'algorithm', { header: { alg: 'PS256' } }],
  ['signs with a key of somebody else', 'signature', { signer: other.privateKey }],
  [
    'changes a claim after it has signed',
    'signature',
    {
      idToken: (signed) => {
        const [header = '', payload = '', signature = ''] = signed.split('.');
        const read = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JsonMembers;
        return `${header}.${encoded({ ...read, sub: 'somebody else' })}.${signature}`;
      },
    },
  ],
  ['leaves out the signature', 'signature', { idToken: (signed) => signed.replace(/[^.]*$/u, '') }],
  [
    'signs with a key that it does not publish',
    'signing_key',
    { signer: other.privateKey, header: { kid: 'other' } },
  ],
  [
    'brings its key along',
    'signing_key',
    async () => ({ signer: other.privateKey, header: { kid: 'other', jwk: await otherJwk() } }),
  ],
  [
    'says where its key is',
    'signing_key',
    () => ({ signer: other.privateKey, header: { kid: 'other', jku: `${provider.issuer}/elsewhere` } }),
  ],
  ['has a kid that is no text', 'signing_key', { header: { kid: ['honest'] } }],
  ['publishes no key', 'signing_key', { keys: () => ({ keys: [] }) }],
  ['publishes two keys of one name', 'signing_key', { keys: ([key]) => ({ keys: [key, key] }) }],
  [
    'publishes a key for encryption',
    'signing_key',
    { keys: ([key]) => ({ keys: [{ ...key, use: 'enc' }] }) },
  ],
  [
    'publishes a key for another algorithm',
    'signing_key',
    { keys: ([key]) => ({ keys: [{ ...key, alg: 'PS256' }] }) },
  ],
  ['publishes half a key', 'signing_key', { keys: ([key]) => ({ keys: [{ ...key, n: undefined }] }) }],
  [
    'publishes a key of wrong types',
    'signing_key',
    { keys: ([key]) => ({ keys: [{ ...key, n: { n: 7 } }, null, 7] }) },
  ],
  [
    'publishes a key of 1024 bits',
    'signing_key',
    async () => {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const weak = { ...(await otherJwk(publicKey)), kid: 'honest' };
      return { keys: () => ({ keys: [weak] }) };
    },
  ],
  ['never answers with its keys', 'provider_silent', at('keys', hang), silent],
  ['publishes keys of more than 64 KB', 'provider_silent', at('keys', huge)],
  ['redirects to its keys', 'key_set', at('keys', redirect)],
  ['publishes nested arrays', 'key_set', at('keys', nested)],
  ['publishes a page', 'key_set', at('keys', json(200, '<p>Hi</p>'))],
  ['publishes keys that are no list', 'key_set', { keys: ([key]) => ({ keys: key }) }],
  ['publishes 101 keys', 'key_set', { keys: ([key]) => ({ keys: Array.from({ length: 101 }, () => key) }) }],
  [
    'has keys at an address that is not public',
    'provider_address',
    {},
    metadata({ jwksUri: 'https://[fd00::1]/keys' }),
  ],

  // The claims of the ID token.
  ['names another issuer', 'issuer', claims({ iss: 'https://login.acme.example' })],
  [
    'names its issuer with a slash',
    'issuer',
    { claims: (honest) => ({ ...honest, iss: `${String(honest['iss'])}/` }) },
  ],
  ['names no issuer', 'issuer', claims({ iss: undefined })],
  ['names two issuers', 'issuer', { claims: (honest) => ({ ...honest, iss: [honest['iss']] }) }],
  ['names another audience', 'audience', claims({ aud: 'another' })],
  ['names no audience', 'audience', claims({ aud: undefined })],
  ['names an empty audience', 'audience', claims({ aud: [] })],
  ['names an audience that begins like us', 'audience', claims({ aud: ['sallyport-2'] })],
  ['names two audiences, and not who asked', 'audience', claims({ aud: ['sallyport', 'another'] })],
  [
    'names two audiences, and another asked',
    'azp',
    claims({ aud: ['sallyport', 'another'], azp: 'another' }),
  ],
  ['was asked by another', 'azp', claims({ azp: 'another' })],
  ['has an ID token that is over', 'expiry', claims({ exp: seconds - 60 })],
  ['has an ID token that never ends', 'expiry', claims({ exp: undefined })],
  ['writes the end as a text', 'expiry', claims({ exp: String(seconds + 300) })],
  ['issues from the future', 'issued_at', claims({ iat: seconds + 61 })],
  ['does not say when it issued', 'issued_at', claims({ iat: undefined })],
  [
    'issues at an infinite time',
    'issued_at',
    { claims: (honest) => JSON.stringify({ ...honest, iat: 0 }).replace('"iat":0', '"iat":1e999') },
  ],
  ['has an ID token that does not count yet', 'not_before', claims({ nbf: seconds + 61 })],
  ['writes the begin as a text', 'not_before', claims({ nbf: 'now' })],
  ['has the nonce of another sign-in', 'nonce', claims({ nonce: 'of another sign-in' })],
  ['has no nonce', 'nonce', claims({ nonce: undefined })],
  ['has a list of nonces', 'nonce', { claims: (honest) => ({ ...honest, nonce: [honest['nonce']] }) }],
  ['has the hash of another access token', 'at_hash', claims({ at_hash: halfHash('another') })],
  ['swaps the access token', 'at_hash', tokens({ access_token: 'another' })],
  ['has a hash that is no text', 'at_hash', claims({ at_hash: 7 })],
  ['has a session that is too old', 'auth_time', claims({ auth_time: seconds - 121 }), { maxAge: '60' }],
  ['does not say how old its session is', 'auth_time', {}, { maxAge: '60' }],
  ['has a session from the future', 'auth_time', claims({ auth_time: seconds + 61 })],
  ['has a session from before 1970', 'auth_time', claims({ auth_time: -1 })],
  ['writes the begin of its session as a text', 'auth_time', claims({ auth_time: String(seconds) })],

  // Who has signed in.
  ['names no subject', 'subject', claims({ sub: undefined })],
  ['names an empty subject', 'subject', claims({ sub: '' })],
  ['names a number as subject', 'subject', claims({ sub: 7 })],
  ['names a subject of 256 characters', 'subject', claims({ sub: 'x'.repeat(256) })],
  ['has two addresses for one person', 'email', claims({ email: 'gil@globex.example,ceo@globex.example' })],
  ['has a list of addresses', 'email', claims({ email: [person.email] })],
  ["vouches for another's address", 'email_domain', claims({ email: 'ceo@acme.example' })],
  ['vouches for a domain below its own', 'email_domain', claims({ email: 'gil@sub.globex.example' })],
  ['has not verified the address', 'email_verified', claims({ email_verified: false })],
  ['writes that as a text', 'email_verified', claims({ email_verified: 'False' })],

  // The UserInfo endpoint.
  ['tells of somebody else', 'userinfo_subject', atUserinfo({ ...person, sub: 'somebody else' })],
  ['tells of nobody', 'userinfo_subject', atUserinfo({ email: person.email })],
  ['does not take its own token', 'userinfo', atUserinfo(json(401, {}, { 'www-authenticate': 'Bearer' }))],
  ['signs what it tells', 'userinfo', atUserinfo(json(200, 'a.b.c', { 'content-type': 'application/jwt' }))],
  ['tells nested arrays', 'userinfo', atUserinfo(nested)],
  ['redirects to what it tells', 'userinfo', atUserinfo(redirect)],
  ['never tells', 'provider_silent', atUserinfo(hang), silent],
  ['tells too much', 'provider_silent', atUserinfo(huge)],
  ['tells no address either', 'email', atUserinfo({ sub: person.sub })],
  [
    'has nowhere to tell the address',
    'email',
    claims({ email: undefined }),
    metadata({ userinfoEndpoint: undefined }),
  ],
  ["tells another's address", 'email_domain', atUserinfo({ sub: person.sub, email: 'ceo@acme.example' })],
  [
    'tells an address that it has not verified, though the ID token says otherwise',
    'email_verified',
    atUserinfo({ ...person, email_verified: false }),
  ],
  [
    'tells it at an address that is not public',
    'provider_address',
    claims({ email: undefined }),
    metadata({ userinfoEndpoint: 'https://192.168.1.1/' }),
  ],
];

/** A record whose provider publishes something else. */
function metadata(
  changed: Readonly<Partial<Record<keyof IdentityProvider['metadata'], unknown>>>,
): Circumstances {
  return {
    record: (honest) => {
      const entries = Object.entries({ ...honest.metadata, ...changed }).filter(
        ([, value]) => value !== undefined,
      );
      return { metadata: Object.fromEntries(entries) as unknown as IdentityProvider['metadata'] };
    },
  };
}

// Threat T-126
describe('FED-3 a provider that', () => {
  test.each(rows)(
    '%s is refused by %s, leaves nothing behind, and can be honest next',
    async (_what, check, how, circumstances) => {
      const site = createSite(circumstances);
      expect(await site.signInWith(typeof how === 'function' ? await how() : how)).toBe(check);
      expect(site.left()).toEqual(nothing);
      // A set of keys that did not help is read again half a minute later.
      clock.time = later(30);
      expect(await site.signInHonestly()).toBe('signed in');
      expect(site.left()).toEqual({ users: 1, sessions: 1, codes: 1, emails: 1 });
    },
  );

  // Threat T-127
  test('is asked for nothing but what it has published', async () => {
    const site = createSite();
    const elsewhere = `${provider.issuer}/elsewhere`;
    provider.requested();
    const header = { kid: 'other', jku: elsewhere, x5u: elsewhere };
    expect(await site.signInWith({ signer: other.privateKey, header })).toBe('signing_key');
    await site.signInWith(at('token', redirect));
    expect(provider.requested()).toEqual(['/token', '/keys', '/token']);
  });

  // Threat T-127
  test('answers in time each time is refused if all of it takes too long', async () => {
    const site = createSite({ redeemMilliseconds: 200 });
    const late: Answering = (response) => {
      setTimeout(() => {
        json(200, person)(response);
      }, 600);
    };
    expect(await site.signInWith(atUserinfo(late))).toBe('provider_silent');
    expect(site.left()).toEqual(nothing);
  });

  test('sends an answer twice is refused the second time', async () => {
    const site = createSite();
    let answered = new URLSearchParams();
    const keeps = (parameters: URLSearchParams): void => {
      answered = parameters;
    };
    expect(await site.signInWith({ answer: keeps })).toBe('signed in');
    const browser = { browserSecret: site.browserSecret() };
    await expect(finishSignIn(site.signIn, 'provider-1', answered, browser)).rejects.toMatchObject({
      check: 'used',
    });
    expect(site.left()).toEqual({ users: 1, sessions: 1, codes: 1, emails: 1 });
  });

  test('answers for another provider, or into another browser, is refused and spends nothing', async () => {
    const site = createSite();
    const { answer: answered, browser } = await site.atProvider();
    const finish = (providerId: string, of: object) => finishSignIn(site.signIn, providerId, answered, of);
    await expect(finish('provider-2', browser)).rejects.toMatchObject({ check: 'provider' });
    await expect(finish('provider-1', {})).rejects.toMatchObject({ check: 'browser' });
    await expect(finish('provider-1', { browserSecret: 'x' })).rejects.toMatchObject({ check: 'browser' });
    expect(site.left()).toEqual(nothing);
    await finish('provider-1', browser);
  });
});

describe('FED-3 a provider may', () => {
  const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const byEs256 = async (): Promise<Misbehaviour> => {
    const key = await otherJwk(es256.publicKey);
    return {
      signer: es256.privateKey,
      header: { alg: 'ES256', kid: 'other' },
      keys: () => ({ keys: [key] }),
    };
  };
  const pinned = (algorithm: IdentityProvider['algorithm']): Circumstances => ({
    record: () => ({ algorithm }),
  });

  test.each<[what: string, how: Misbehaviour | (() => Misbehaviour | Promise<Misbehaviour>), Circumstances?]>(
    [
      ['sign by PS256', { header: { alg: 'PS256' } }, pinned('PS256')],
      ['sign by ES256', byEs256, pinned('ES256')],
      [
        'have one key without a name',
        { header: { kid: undefined }, keys: ([key]) => ({ keys: [{ ...key, kid: undefined }] }) },
      ],
      [
        'have keys that we do not know',
        { keys: ([key]) => ({ keys: [{ kty: 'AKP', kid: 'pq', pub: 'x' }, 7, key] }) },
      ],
      ['take our secret in the body', {}, { record: () => ({ authentication: 'client_secret_post' }) }],
      ['name us in a list', claims({ aud: ['sallyport'] })],
      ['name two audiences, if we asked', claims({ aud: ['sallyport', 'another'], azp: 'sallyport' })],
      [
        'have a clock that is fast',
        claims({ iat: seconds + 55, nbf: seconds + 55, auth_time: seconds + 55 }),
      ],
      ['have a clock that is slow', claims({ iat: seconds - 355, exp: seconds - 50 })],
      ['date its tokens back by five minutes', claims({ iat: seconds - 300, nbf: seconds - 300 })],
      ['leave out the hash of the access token', claims({ at_hash: undefined })],
      [
        'not say who it is, if it has not promised to',
        answer({ iss: undefined }),
        metadata({ namesItself: false }),
      ],
      ['say so nevertheless', {}, metadata({ namesItself: false })],
      ['tell when the person signed in', claims({ auth_time: seconds - 30 }), { maxAge: '60' }],
      [
        'have a deep claim',
        {
          claims: (honest) =>
            JSON.stringify(honest).replace('{', `{"deep":${'['.repeat(9000)}${']'.repeat(9000)},`),
        },
      ],
      ['tell the address at its UserInfo endpoint', atUserinfo({ ...person })],
      [
        'tell only the address there',
        atUserinfo({ sub: person.sub, email: person.email, email_verified: 'true' }),
      ],
      ...[undefined, true, 'true', 'True', 'TRUE', 1, '1'].map((verified): [string, Misbehaviour] => [
        `write ${JSON.stringify(verified)} for a verified address`,
        claims({ email_verified: verified }),
      ]),
    ],
  )('%s', async (_what, how, circumstances) => {
    const site = createSite(circumstances);
    expect(await site.signInWith(typeof how === 'function' ? await how() : how)).toBe('signed in');
    expect(site.world.users.all()).toMatchObject([{ email: person.email, name: person.name }]);
  });

  test('not write anything else', async () => {
    for (const verified of [false, 'false', 0, '0', null, 'yes', 'no', '', 2, [true], {}]) {
      const site = createSite();
      expect(await site.signInWith(claims({ email_verified: verified }))).toBe('email_verified');
    }
  });

  test('have signed the person in a while ago', async () => {
    const site = createSite();
    await site.signInWith(claims({ auth_time: seconds - 3600 }));
    const [session] = site.world.sessions.values();
    expect(session?.authenticatedAt).toBe(later(-3600).toISOString());
  });

  test('be asked for a recent sign-in, as the application has asked us', async () => {
    const { searchParams } = new URL((await createSite({ maxAge: '60' }).atProvider()).address);
    expect(searchParams.get('max_age')).toBe('60');
  });
});

// Threat T-127
describe('FED-3 the keys of a provider', () => {
  /** A provider that signs with a key, and publishes some. */
  const rotated = async (published: boolean): Promise<Misbehaviour> => {
    const key = await otherJwk();
    return {
      signer: other.privateKey,
      header: { kid: 'other' },
      keys: ([old]) => ({ keys: published ? [key, old] : [old] }),
    };
  };
  /** Returns how often the keys were asked for since the last call. */
  const reads = () => provider.requested().filter((path) => path === '/keys').length;

  test('are read once for many sign-ins, and again after five minutes', async () => {
    const site = createSite();
    reads();
    for (let sign = 0; sign < 3; sign += 1) await site.signInHonestly();
    expect(reads()).toBe(1);
    clock.time = later(300);
    await site.signInHonestly();
    expect(reads()).toBe(1);
  });

  test('count at once when they are new, also twice in a row, and also if many come at once', async () => {
    const site = createSite();
    await site.signInHonestly();
    reads();
    const rotation = await rotated(true);
    expect(await Promise.all(Array.from({ length: 10 }, () => site.signInWith(rotation)))).toEqual(
      Array.from({ length: 10 }, () => 'signed in'),
    );
    expect(reads()).toBe(1);
    const { publicKey, privateKey } = rsaPair('second');
    const third = { ...(await otherJwk(publicKey)), kid: 'third' };
    expect(
      await site.signInWith({
        signer: privateKey,
        header: { kid: 'third' },
        keys: () => ({ keys: [third] }),
      }),
    ).toBe('signed in');
    expect(reads()).toBe(1);
  });

  test('count at once when they are new and have the name of the old', async () => {
    const site = createSite();
    await site.signInHonestly();
    const renamed = { ...(await otherJwk()), kid: 'honest' };
    expect(await site.signInWith({ signer: other.privateKey, keys: () => ({ keys: [renamed] }) })).toBe(
      'signed in',
    );
  });

  test('are not asked for more than once in 30 seconds, however many names nobody knows', async () => {
    const site = createSite();
    await site.signInHonestly();
    reads();
    const flood = (length: number) =>
      Promise.all(
        Array.from({ length }, (_, number) =>
          site.signInWith({ signer: other.privateKey, header: { kid: `unknown ${number}` } }),
        ),
      );
    expect(new Set([...(await flood(10)), ...(await flood(10))])).toEqual(new Set(['signing_key']));
    expect(reads()).toBe(1);
    // The key that is published still counts, and does not end the pause.
    expect(await site.signInHonestly()).toBe('signed in');
    clock.time = later(29);
    await flood(1);
    expect(reads()).toBe(0);
    clock.time = later(30);
    expect(await site.signInWith(await rotated(true))).toBe('signed in');
    expect(reads()).toBe(1);
  });

  test('that were never read are not asked for more than once in 30 seconds either', async () => {
    const site = createSite();
    reads();
    for (let sign = 0; sign < 3; sign += 1) {
      expect(await site.signInWith(await rotated(false))).toBe('signing_key');
    }
    expect(reads()).toBe(1);
  });

  test('of one provider do not pause those of another, and are kept of a hundred', async () => {
    const site = createSite();
    await site.signInWith(await rotated(false));
    reads();
    const asProvider = (number: number): Circumstances => ({
      record: () => ({ providerId: `provider-${number}` }),
    });
    for (let number = 2; number <= 101; number += 1) {
      expect(await site.signInWith({}, asProvider(number))).toBe('signed in');
    }
    expect(reads()).toBe(100);
    await site.signInWith({}, asProvider(101));
    expect(reads()).toBe(0);
    // The first has made room.
    await site.signInHonestly();
    expect(reads()).toBe(1);
  });
});

describe('FED-3 the UserInfo endpoint', () => {
  test('is asked only where the ID token has no address', async () => {
    const site = createSite();
    await site.signInHonestly();
    provider.requested();
    await site.signInHonestly();
    expect(provider.requested()).toEqual(['/token']);
    await site.signInWith(claims({ email: undefined }));
    expect(provider.requested()).toEqual(['/token', '/userinfo']);
  });
});
