import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK } from 'jose';
import Provider from 'oidc-provider';
import { rsaKeys } from './rsa-keys.ts';

/** A person at a partner. */
export interface PersonAtProvider {
  readonly subject: string;
  readonly email: string;
  readonly name: string;
}

interface StoredModel {
  readonly uid?: string;
  consumed?: boolean;
}

/** What `oidc-provider` keeps its models in: one for each kind, in memory. */
class Store {
  readonly models = new Map<string, StoredModel>();
  upsert(id: string, model: StoredModel): Promise<void> {
    this.models.set(id, model);
    return Promise.resolve();
  }
  find(id: string): Promise<StoredModel | undefined> {
    return Promise.resolve(this.models.get(id));
  }
  findByUid(uid: string): Promise<StoredModel | undefined> {
    return Promise.resolve([...this.models.values()].find((model) => model.uid === uid));
  }
  consume(id: string): Promise<void> {
    const model = this.models.get(id);
    if (model !== undefined) model.consumed = true;
    return Promise.resolve();
  }
  destroy(id: string): Promise<void> {
    this.models.delete(id);
    return Promise.resolve();
  }
  revokeByGrantId(): Promise<void> {
    return Promise.resolve();
  }
}

/** A partner's identity provider: `oidc-provider`, on this machine but on another site than the twin. */
export interface TestProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Registers the address that browsers are sent back to. */
  register(callback: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts an identity provider. Whoever comes is signed in at once as the person with the e-mail address of
 * `login_hint`, as at a provider that has a session with the browser.
 */
export async function startOpenIdProvider(people: readonly PersonAtProvider[]): Promise<TestProvider> {
  const { privateKey } = rsaKeys('provider');
  const jwk = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  let listener = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['sallyport', 'a secret of the tests, for this provider'];

  const serve = (redirectUris: readonly string[]): void => {
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: redirectUris,
          response_types: redirectUris.length === 0 ? [] : ['code'],
          grant_types: redirectUris.length === 0 ? [] : ['authorization_code'],
        },
      ],
      jwks: { keys: [jwk] },
      cookies: { keys: ['of the tests'] },
      adapter: Store,
      ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
      // The claims are in the ID token, as most companies' providers have them.
      conformIdTokenClaims: false,
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: () => '/interaction' },
      findAccount: (_context: unknown, id: string) => {
        const person = people.find(({ subject }) => subject === id);
        return (
          person && {
            accountId: id,
            claims: () => ({ sub: id, email: person.email, email_verified: true, name: person.name }),
          }
        );
      },
    });
    const answer = provider.callback();
    listener = (request, response) => {
      if (request.url?.startsWith('/interaction') !== true) {
        answer(request, response);
        return;
      }
      void signIn(provider, people, request, response, clientId);
    };
  };
  serve([]);
  return {
    issuer,
    clientId,
    clientSecret,
    register: (callback) => {
      serve([callback]);
      return Promise.resolve();
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function signIn(
  provider: Provider,
  people: readonly PersonAtProvider[],
  request: IncomingMessage,
  response: ServerResponse,
  clientId: string,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const person = people.find(({ email }) => email === params['login_hint']);
  if (person === undefined) {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
    return;
  }
  const grant = new provider.Grant({ accountId: person.subject, clientId });
  grant.addOIDCScope('openid email profile');
  await provider.interactionFinished(request, response, {
    login: { accountId: person.subject },
    consent: { grantId: await grant.save() },
  });
}
