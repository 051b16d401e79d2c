import type { ResourceReferences } from '../../core/workflow/records.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const claimsKey = (resource: string): Key => ({ pk: partitionKey('SHARED', resource), sk: 'CLAIMS' });

/** Creates the records of which executions refer to a shared resource. */
export function createResourceReferences(table: Table): ResourceReferences {
  interface Claims {
    readonly claims?: ReadonlySet<string>;
    readonly made?: boolean;
  }
  const release: ResourceReferences['release'] = async (resource, executionId) => {
    const mine = new Set([executionId]);
    const last = await table.update<Claims>(claimsKey(resource), {
      update: 'SET #leaving = :me',
      condition: '#claims = :mine AND (attribute_not_exists(#leaving) OR #leaving = :me)',
      values: { me: executionId, mine },
    });
    if (last !== undefined) return { last: true, made: last.made === true };
    const others = await table.update(claimsKey(resource), {
      update: 'DELETE #claims :mine',
      condition: 'size(#claims) > :one',
      values: { mine, one: 1 },
    });
    if (others !== undefined) return { last: false, made: false };
    // Either this execution held no reference, or all others have released theirs since.
    const current = await table.get<Claims>(claimsKey(resource));
    return current?.claims?.has(executionId) === true
      ? release(resource, executionId)
      : { last: false, made: false };
  };

  return {
    release,
    acquire: async (resource, executionId) =>
      (await table.update(claimsKey(resource), {
        update: 'ADD #claims :mine',
        condition: 'attribute_not_exists(#leaving)',
        values: { mine: new Set([executionId]) },
      })) !== undefined,
    holders: async (resource) => [...((await table.get<Claims>(claimsKey(resource)))?.claims ?? [])],
    markCreating: async (resource) => {
      await table.update(claimsKey(resource), {
        update: 'SET #made = :made',
        condition: 'attribute_exists(#claims)',
        values: { made: true },
      });
    },
    clear: async (resource) => {
      await table.delete(claimsKey(resource), 'attribute_exists(#leaving)');
    },
  };
}

/** Creates the reader that tells whether an execution refers to a resource, and none of them is deleting it. */
export const createReferenceReader =
  (table: Pick<Table, 'get'>) =>
  async (resource: string): Promise<boolean> => {
    const found = await table.get<{ readonly claims?: ReadonlySet<string>; readonly leaving?: string }>(
      claimsKey(resource),
    );
    return (found?.claims?.size ?? 0) > 0 && found?.leaving === undefined;
  };
