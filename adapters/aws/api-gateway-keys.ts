import {
  type APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  type GetApiKeysCommandOutput,
  GetUsagePlanKeyCommand,
  GetUsagePlansCommand,
} from '@aws-sdk/client-api-gateway';
import { Conflict, NotFound } from '../../core/errors.ts';
import type { GatewayKeys } from '../../core/access/ports.ts';
import { awsCalls } from './errors.ts';

const gateway = awsCalls('apigateway');

/** The largest page size that API Gateway allows. */
const pageSize = 500;

/** Returns a function that counts all API keys of the account in this Region, including those of others. */
export function createKeyCount(client: APIGatewayClient): () => Promise<number> {
  return async () => {
    let count = 0;
    let position: string | undefined;
    do {
      const answer: GetApiKeysCommandOutput = await gateway.read('GetApiKeys', () =>
        client.send(new GetApiKeysCommand({ limit: pageSize, position })),
      );
      count += answer.items?.length ?? 0;
      position = answer.position;
    } while (position !== undefined);
    return count;
  };
}

/**
 * Creates the port to the API keys and usage plans of one account and Region. Pass a client with
 * `maxAttempts: 1`, because its calls have effects.
 * @param planPrefix is put in front of a plan's name, for example `sallyport-dev-` before `standard`
 */
export function createGatewayKeys({
  client,
  planPrefix,
}: {
  readonly client: APIGatewayClient;
  readonly planPrefix: string;
}): GatewayKeys {
  const planIds = new Map<string, string>();

  const findPlan = async (fullName: string): Promise<string> => {
    const plan = await firstOf(fullName, async (position) =>
      gateway.read('GetUsagePlans', () =>
        client.send(new GetUsagePlansCommand({ limit: pageSize, position })),
      ),
    );
    if (plan === undefined) {
      throw new NotFound({ service: 'apigateway', operation: 'GetUsagePlans', detail: 'no such usage plan' });
    }
    return plan;
  };

  const isOnPlan = async (keyId: string, usagePlanId: string): Promise<boolean> => {
    try {
      await gateway.read('GetUsagePlanKey', () =>
        client.send(new GetUsagePlanKeyCommand({ usagePlanId, keyId })),
      );
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  };

  return {
    create: ({ name, value }) =>
      gateway.effect('CreateApiKey', async () => {
        const { id } = await client.send(new CreateApiKeyCommand({ name, value, enabled: true }));
        return id === undefined ? undefined : { keyId: id };
      }),

    findByName: async (name) => {
      // `nameQuery` matches prefixes, so `firstOf` compares the whole name.
      const keyId = await firstOf(name, async (position) =>
        gateway.read('GetApiKeys', () =>
          client.send(new GetApiKeysCommand({ nameQuery: name, limit: pageSize, position })),
        ),
      );
      return keyId === undefined ? undefined : { keyId };
    },

    attachToPlan: async (keyId, planName) => {
      const fullName = `${planPrefix}${planName}`;
      const usagePlanId = planIds.get(fullName) ?? (await findPlan(fullName));
      planIds.set(fullName, usagePlanId);
      try {
        await gateway.effect('CreateUsagePlanKey', () =>
          client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' })),
        );
      } catch (error) {
        if (!(error instanceof Conflict) || !(await isOnPlan(keyId, usagePlanId))) throw error;
      }
    },

    delete: async (keyId) => {
      await gateway.effect('DeleteApiKey', () => client.send(new DeleteApiKeyCommand({ apiKey: keyId })));
    },
  };
}

interface Page {
  readonly items?:
    readonly { readonly id?: string | undefined; readonly name?: string | undefined }[] | undefined;
  readonly position?: string | undefined;
}

/** Returns the id of the first item with exactly this name. Reads page by page. */
async function firstOf(
  name: string,
  page: (position: string | undefined) => Promise<Page>,
): Promise<string | undefined> {
  let position: string | undefined;
  do {
    const answer = await page(position);
    const found = answer.items?.find((item) => item.name === name);
    if (found?.id !== undefined) return found.id;
    position = answer.position;
  } while (position !== undefined);
  return undefined;
}
