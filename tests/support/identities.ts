import { openStore } from '../../local/kernel/store.ts';
import { type Identities, openIdentities } from '../../local/seed/identities.ts';

let generated: Promise<Identities> | undefined;

/**
 * Stores Sallyport's credentials in the data folder of a twin that has not started. All twins of a worker have
 * the same ones, because generating three RSA keys takes a tenth of a start.
 */
export async function storeIdentities(dataFolder: string): Promise<void> {
  const store = openStore(dataFolder);
  try {
    generated ??= openIdentities(store).then((opened) => opened.now());
    store.collection<Identities>('identities').put('sallyport', await generated);
  } finally {
    store.close();
  }
}
