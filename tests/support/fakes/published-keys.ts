import type { JWTVerifyGetKey } from 'jose';
import type { ReadKeySet } from '../../../adapters/tokens/key-set.ts';

/** Returns the reader of keys that never change. */
export const publishedKeys =
  (choose: JWTVerifyGetKey, validUntil = new Date('2100-01-01T00:00:00Z')): ReadKeySet =>
  () =>
    Promise.resolve({ choose, validUntil });
