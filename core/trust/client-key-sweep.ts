import type { ClientMapping } from '../clients/client-mapping.ts';
import { listActive } from '../lifecycle/list-active.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';
import { type DisclosedKeys, findDisclosed, type PublicKey } from './disclosed-keys.ts';
import type { TrustedKey } from './records.ts';

/** How an alert names a disclosed key. */
export type DisclosedName = Pick<TrustedKey, 'kid' | 'thumbprint'>;

/**
 * Tells the operators that a client no longer authenticates with some of its keys, because their private keys
 * were disclosed. It names the contract, whose owner the operators inform.
 */
export interface ClientKeysAlert {
  readonly about: 'keys_disclosed';
  readonly partnerId: string;
  readonly clientId: string;
  readonly contractId: string;
  readonly keys: readonly DisclosedName[];
}

/** What the sweep of the clients' keys needs. */
export interface ClientKeySweep {
  readonly clients: Pick<ManagedRecords<ClientMapping>, 'list'>;
  /** Returns the keys that a client has. */
  readonly clientKeyNames: (clientId: string) => Promise<readonly (DisclosedName & PublicKey)[]>;
  readonly disclosedKeys: Pick<DisclosedKeys, 'among' | 'isTold' | 'setTold'>;
  readonly alerts: { readonly raise: (alert: ClientKeysAlert) => Promise<void> };
}

/**
 * Looks for disclosed keys of active clients, and tells the operators of each once. They are told before that
 * is recorded, so that a crash in between repeats the alert instead of losing it.
 * @returns how many disclosed keys active clients have, and every error
 */
export async function sweepClientKeys(
  sweep: ClientKeySweep,
): Promise<{ readonly disclosed: number; readonly failures: readonly unknown[] }> {
  let disclosed = 0;
  const failures: unknown[] = [];
  for await (const client of listActive(sweep.clients)) {
    await sweepClient(sweep, client).then(
      (count) => {
        disclosed += count;
      },
      (error: unknown) => failures.push(error),
    );
  }
  return { disclosed, failures };
}

async function sweepClient(
  { clientKeyNames, disclosedKeys, alerts }: ClientKeySweep,
  { clientId, partnerId, contractId }: ClientMapping,
): Promise<number> {
  const names = await clientKeyNames(clientId);
  const refused = await findDisclosed(disclosedKeys, names);
  const disclosed = names
    .filter(({ thumbprint }) => refused.has(thumbprint))
    .map(({ kid, thumbprint }) => ({ kid, thumbprint }));
  const told = await Promise.all(
    disclosed.map(({ thumbprint }) => disclosedKeys.isTold(thumbprint, clientId)),
  );
  const keys = disclosed.filter((_key, index) => told[index] === false);
  if (keys.length > 0) {
    await alerts.raise({ about: 'keys_disclosed', partnerId, clientId, contractId, keys });
    for (const { thumbprint } of keys) await disclosedKeys.setTold(thumbprint, clientId);
  }
  return disclosed.length;
}
