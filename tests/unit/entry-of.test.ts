import { describe, expect, test } from 'vitest';
import { effectiveScopes } from '../../core/clients/in-force.ts';
import { entryOf } from '../../core/entry-of.ts';
import * as z from 'zod';

describe('an entry that is looked up by a name that somebody sent', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is none', (name) => {
    expect(entryOf({ known: 1 }, name)).toBeUndefined();
    expect(entryOf({ known: 1 }, 'known')).toBe(1);
  });

  test.each(['__proto__', 'constructor'])('a client of the product %s has no scopes', (product) => {
    const client = z
      .custom<NonNullable<Parameters<typeof effectiveScopes>[0]['client']>>()
      .parse({ product, scopes: ['credit-reports/read'] });
    const contract = z
      .custom<NonNullable<Parameters<typeof effectiveScopes>[0]['contract']>>()
      .parse({ products: { 'credit-reports': ['credit-reports/read'] } });
    expect(effectiveScopes({ client, contract })).toEqual([]);
  });
});
