import type { ClientSecret, ClientSecrets } from '../../../core/credentials/ports.ts';
import { NotFound, Rejected } from '../../../core/errors.ts';
import type { ClientRegistry } from '../../../core/access/ports.ts';

export interface FakeClient {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly secrets: ClientSecret[];
}

/** Creates app clients with one or two secrets, as in Cognito. Ids count up: `client-1`, `secret-1`. */
export function fakeCognito(): {
  readonly clients: ReadonlyMap<string, FakeClient>;
  readonly registry: ClientRegistry;
  readonly secrets: ClientSecrets;
} {
  const clients = new Map<string, FakeClient>();
  let clientsMade = 0;
  let secretsMade = 0;
  const newSecret = (): ClientSecret => {
    secretsMade += 1;
    return { secretId: `secret-${secretsMade}`, createdAt: new Date(secretsMade) };
  };
  const clientOf = (clientId: string): FakeClient => {
    const client = clients.get(clientId);
    if (client === undefined) {
      throw new NotFound({ service: 'cognito', operation: 'fake', detail: 'no such client' });
    }
    return client;
  };

  return {
    clients,
    registry: {
      create: async ({ name, scopes }) => {
        clientsMade += 1;
        clients.set(`client-${clientsMade}`, { name, scopes, secrets: [newSecret()] });
        return Promise.resolve({ clientId: `client-${clientsMade}` });
      },
      findByName: async (name) => {
        const [found] = [...clients].filter(([, client]) => client.name === name);
        return Promise.resolve(found && { clientId: found[0] });
      },
      delete: async (clientId) => {
        clientOf(clientId);
        clients.delete(clientId);
        return Promise.resolve();
      },
    },
    secrets: {
      list: async (clientId) => Promise.resolve([...clientOf(clientId).secrets]),
      add: async (clientId) => {
        const { secrets } = clientOf(clientId);
        if (secrets.length === 2) {
          throw new Rejected({
            service: 'cognito',
            operation: 'fake',
            detail: 'two secrets are all that a client may have',
          });
        }
        const made = newSecret();
        secrets.push(made);
        return Promise.resolve({ secretId: made.secretId, value: `value of ${made.secretId}` });
      },
      remove: async (clientId, secretId) => {
        const { secrets } = clientOf(clientId);
        const index = secrets.findIndex((each) => each.secretId === secretId);
        if (index === -1) {
          throw new NotFound({ service: 'cognito', operation: 'fake', detail: 'no such secret' });
        }
        if (secrets.length === 1) {
          throw new Rejected({ service: 'cognito', operation: 'fake', detail: 'a client keeps one secret' });
        }
        secrets.splice(index, 1);
        return Promise.resolve();
      },
    },
  };
}
