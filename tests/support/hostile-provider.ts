import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CompactSign, exportJWK, type CompactJWSHeaderParameters, type JWK } from 'jose';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import { rsaPair } from './rsa-keys.ts';

/** The members of a JSON object. */
export type JsonMembers = Readonly<Record<string, unknown>>;

/** Answers a request. */
export type Answering = (response: ServerResponse) => void;

/** What a provider does otherwise than an honest one. Each member stands for one part of what it says. */
export interface Misbehaviour {
  /** The parameters that the browser brings back. */
  readonly answer?: (honest: URLSearchParams) => void;
  /** The claims of the ID token; or its payload, as it is signed. */
  readonly claims?: (honest: JsonMembers) => JsonMembers | string;
  readonly header?: JsonMembers;
  /** The key that signs. */
  readonly signer?: KeyObject | Uint8Array;
  /** The ID token, once it is signed. */
  readonly idToken?: (signed: string) => unknown;
  /** The answer of the token endpoint, as JSON. */
  readonly tokens?: (honest: JsonMembers) => unknown;
  /** The set of keys, as JSON. */
  readonly keys?: (honest: readonly JWK[]) => unknown;
  /** What the UserInfo endpoint tells. */
  readonly userinfo?: JsonMembers;
  /** Answers in place of the endpoint. */
  readonly at?: Readonly<Partial<Record<Endpoint, Answering>>>;
}

type Endpoint = 'token' | 'keys' | 'userinfo';

/** An identity provider on this machine that does whatever a test wants. */
export interface HostileProvider {
  readonly issuer: string;
  readonly clientSecret: string;
  /** The part of the provider's record that says where and how to reach it. */
  readonly record: Pick<IdentityProvider, 'issuer' | 'clientId' | 'metadata'>;
  /** The public key of the honest provider. */
  readonly publicKey: KeyObject;
  /** Says what the provider does from now on. */
  behave(misbehaviour?: Misbehaviour): void;
  /** Signs a person in who was sent to an address, and returns what the browser brings back. */
  authorize(address: string): URLSearchParams;
  /** Returns the paths that were requested since the last call. */
  requested(): readonly string[];
  close(): Promise<void>;
}

const kid = 'honest';
const clientId = 'sallyport';
const clientSecret = 'a secret: of the tests & with signs';
/** The subject and address of the only person. */
export const person = { sub: '00u-gil', email: 'gil@globex.example', name: 'Gil Ortiz' } as const;

interface Asked {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

/**
 * Starts an identity provider that is honest until it is told otherwise.
 * @param now the provider's clock
 */
export async function startHostileProvider(now: () => Date): Promise<HostileProvider> {
  const { privateKey, publicKey } = rsaPair('provider');
  const published: JWK = { ...(await exportJWK(publicKey)), kid, use: 'sig' };
  const asked = new Map<string, Asked>();
  let requests: string[] = [];
  let misbehaviour: Misbehaviour = {};

  const idTokenFor = async (nonce: string, accessToken: string): Promise<unknown> => {
    const seconds = Math.floor(now().getTime() / 1000);
    const honest = {
      iss: issuer,
      aud: clientId,
      iat: seconds,
      exp: seconds + 300,
      nonce,
      at_hash: halfHash(accessToken),
      email_verified: true,
      ...person,
    };
    const { claims = (same) => same, header, signer = privateKey, idToken } = misbehaviour;
    const payload = claims(honest);
    const protectedHeader: CompactJWSHeaderParameters = { alg: 'RS256' };
    Object.assign(protectedHeader, { kid, ...header });
    const bytes = new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
    const signed = await new CompactSign(bytes)
      .setProtectedHeader(protectedHeader)
      .sign(signer, { crit: { rule: true } });
    return idToken === undefined ? signed : idToken(signed);
  };

  /** Redeems a code, as RFC 6749 §4.1.3 and RFC 7636 §4.6 have it. */
  const tokensFor = async (request: IncomingMessage): Promise<readonly [status: number, body: unknown]> => {
    const form = new URLSearchParams(await text(request));
    if (!isOurs(request, form)) return [401, { error: 'invalid_client' }];
    const code = form.get('code') ?? '';
    const sent = asked.get(code);
    asked.delete(code);
    const isRight =
      sent?.redirectUri === form.get('redirect_uri') &&
      sent.challenge === digestOf(form.get('code_verifier') ?? '');
    if (!isRight) return [400, { error: 'invalid_grant' }];
    const accessToken = randomUUID();
    const honest = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: await idTokenFor(sent.nonce, accessToken),
    };
    return [200, misbehaviour.tokens === undefined ? honest : misbehaviour.tokens(honest)];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    requests.push(path);
    const own = misbehaviour.at?.[path.slice(1) as Endpoint];
    if (own !== undefined) {
      request.resume();
      own(response);
    } else if (path === '/token') {
      json(...(await tokensFor(request)))(response);
    } else if (path === '/keys') {
      json(
        200,
        misbehaviour.keys === undefined ? { keys: [published] } : misbehaviour.keys([published]),
      )(response);
    } else if (path === '/userinfo') {
      json(200, misbehaviour.userinfo ?? { email_verified: true, ...person })(response);
    } else {
      json(404, {})(response);
    }
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    clientSecret,
    publicKey,
    record: {
      issuer,
      clientId,
      metadata: {
        authorizationEndpoint: `${issuer}/authorize`,
        tokenEndpoint: `${issuer}/token`,
        jwksUri: `${issuer}/keys`,
        userinfoEndpoint: `${issuer}/userinfo`,
        namesItself: true,
      },
    },
    behave: (how = {}) => {
      misbehaviour = how;
    },
    authorize: (address) => {
      const { searchParams } = new URL(address);
      const valueOf = (name: string): string => searchParams.get(name) ?? '';
      const code = randomUUID();
      asked.set(code, {
        nonce: valueOf('nonce'),
        challenge: valueOf('code_challenge'),
        redirectUri: valueOf('redirect_uri'),
      });
      const answer = new URLSearchParams({ code, state: valueOf('state'), iss: issuer });
      misbehaviour.answer?.(answer);
      return answer;
    },
    requested: () => {
      const paths = requests;
      requests = [];
      return paths;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** Tells whether our client has sent a request, by either method (RFC 6749 §2.3.1). */
function isOurs({ headers: { authorization } }: IncomingMessage, form: URLSearchParams): boolean {
  const pair =
    authorization === undefined
      ? [form.get('client_id'), form.get('client_secret')]
      : Buffer.from(authorization.replace('Basic ', ''), 'base64')
          .toString()
          .split(':')
          .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
  return pair.length === 2 && pair[0] === clientId && pair[1] === clientSecret;
}

const digestOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** Returns the `at_hash` of an access token (OpenID Connect Core 1.0 §3.1.3.6). */
export const halfHash = (accessToken: string): string =>
  createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
