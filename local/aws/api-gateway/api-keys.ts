import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../../../core/clock.ts';
import type { Collection } from '../../kernel/store.ts';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import { page, paging } from './paging.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly enabled: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface ApiKeys {
  /**
   * Returns the key.
   *
   * @throws NotFoundException if there is none
   */
  byId(id: string): ApiKey;
  byValue(value: string): ApiKey | undefined;
}

/**
 * Opens the keys by id and by value. The gateway looks up a value on every call, so there is an index of
 * values.
 */
export function openApiKeys(
  keys: Collection<ApiKey>,
): ApiKeys & { put(key: ApiKey): void; delete(key: ApiKey): void } {
  const idByValue = new Map(keys.all().map(({ value, id }) => [value, id]));
  return {
    byId: (id) => {
      const key = keys.get(id);
      if (key === undefined) {
        throw new AwsError('NotFoundException', 'Invalid API Key identifier specified', 404);
      }
      return key;
    },
    byValue: (value) => {
      const id = idByValue.get(value);
      return id === undefined ? undefined : keys.get(id);
    },
    put: (key) => {
      keys.put(key.id, key);
      idByValue.set(key.value, key.id);
    },
    delete: (key) => {
      keys.delete(key.id);
      idByValue.delete(key.value);
    },
  };
}

const creation = z.object({
  name: z.string().max(1024).default(''),
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
  value: z
    .string()
    .regex(/^[A-Za-z0-9]{20,128}$/)
    .optional(),
  enabled: z.boolean().default(false),
});

export function apiKeyOperations(
  store: Collection<ApiKey>,
  keys: ReturnType<typeof openApiKeys>,
  clock: Clock,
  forget: (keyId: string) => void,
) {
  const one = z.object({ apiKey: z.string(), includeValue: z.stringbool().default(false) });
  return {
    CreateApiKey: operation(creation, ({ name, value, enabled }) => {
      if (value !== undefined && keys.byValue(value) !== undefined) {
        throw new AwsError('ConflictException', 'API Key already exists', 409);
      }
      const key: ApiKey = {
        id: randomUUID().replaceAll('-', '').slice(0, 10),
        name,
        value: value ?? randomUUID().replaceAll('-', ''),
        enabled,
        createdAt: clock.now().toISOString(),
      };
      keys.put(key);
      return { ...described(key), value: key.value };
    }),

    GetApiKey: operation(one, ({ apiKey, includeValue }) => {
      const key = keys.byId(apiKey);
      return { ...described(key), ...(includeValue && { value: key.value }) };
    }),

    GetApiKeys: operation(
      z.object({ ...paging, name: z.string().default(''), includeValues: z.stringbool().default(false) }),
      ({ name, includeValues, ...where }) =>
        page(
          store
            .all()
            .filter((key) => key.name.startsWith(name))
            .map((key) => ({ ...described(key), ...(includeValues && { value: key.value }) })),
          where,
        ),
    ),

    DeleteApiKey: operation(one, ({ apiKey }) => {
      const key = keys.byId(apiKey);
      forget(key.id);
      keys.delete(key);
    }),
  };
}

const described = ({ id, name, enabled, createdAt }: ApiKey) => ({
  id,
  name,
  enabled,
  createdDate: new Date(createdAt),
  lastUpdatedDate: new Date(createdAt),
  stageKeys: [],
});
