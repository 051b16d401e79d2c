import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../local/kernel/store.ts';

describe("the twin's store", () => {
  let folder = '';
  let store: Store;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
    store = openStore(folder);
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  test('writes together all or nothing', () => {
    const letters = store.collection<number>('letters');
    store.together(() => {
      letters.put('a', 1);
      letters.put('b', 2);
    });
    expect(() =>
      store.together(() => {
        letters.put('a', 3);
        letters.delete('b');
        throw new Error('died');
      }),
    ).toThrow('died');
    store.together(() => letters.put('c', 4));
    expect([letters.get('a'), letters.get('b'), letters.get('c')]).toEqual([1, 2, 4]);
  });

  test('has documents by their ids, from one to another', () => {
    const letters = store.collection<string>('letters');
    for (const id of ['d', 'b', 'a', 'c', 'ä']) letters.put(id, id);
    store.collection<string>('others').put('bb', 'bb');
    expect(letters.within({})).toEqual(['a', 'b', 'c', 'd', 'ä']);
    expect(letters.within({ gte: 'b', lt: 'd' })).toEqual(['b', 'c']);
    expect(letters.within({ gt: 'b', lte: 'd' })).toEqual(['c', 'd']);
    expect(letters.within({ gte: 'bb' })).toEqual(['c', 'd', 'ä']);
    expect(letters.within({ lt: 'd', reverse: true, limit: 2 })).toEqual(['c', 'b']);
  });
});
