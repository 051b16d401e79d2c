import { Conflict, NotFound } from '../../../core/errors.ts';
import type { GatewayKeys } from '../../../core/access/ports.ts';

export interface FakeKey {
  readonly name: string;
  readonly value: string;
  readonly plans: Set<string>;
}

/** Creates gateway keys. Ids count up: `key-1`. */
export function fakeGatewayKeys(plans: readonly string[]): {
  readonly keys: ReadonlyMap<string, FakeKey>;
  readonly gateway: GatewayKeys;
} {
  const keys = new Map<string, FakeKey>();
  let made = 0;
  const notFound = (): NotFound =>
    new NotFound({ service: 'apigateway', operation: 'fake', detail: 'no such key or plan' });
  return {
    keys,
    gateway: {
      create: async ({ name, value }) => {
        if ([...keys.values()].some((key) => key.value === value)) {
          throw new Conflict({ service: 'apigateway', operation: 'fake', detail: 'the value is taken' });
        }
        made += 1;
        keys.set(`key-${made}`, { name, value, plans: new Set() });
        return Promise.resolve({ keyId: `key-${made}` });
      },
      findByName: async (name) => {
        const [found] = [...keys].filter(([, key]) => key.name === name);
        return Promise.resolve(found && { keyId: found[0] });
      },
      attachToPlan: async (keyId, planName) => {
        const key = keys.get(keyId);
        if (key === undefined || !plans.includes(planName)) throw notFound();
        key.plans.add(planName);
        return Promise.resolve();
      },
      delete: async (keyId) => {
        if (!keys.delete(keyId)) throw notFound();
        return Promise.resolve();
      },
    },
  };
}
