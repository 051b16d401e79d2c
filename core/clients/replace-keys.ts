import { isDeepStrictEqual } from 'node:util';
import { amend, type ChangeOutcome, withoutProposal } from '../lifecycle/change.ts';
import type { RecordChange } from '../lifecycle/lifecycle.ts';
import type { ClientKey, ClientMapping } from './client-mapping.ts';

/**
 * Changes a client's record for a new list of its keys. If the client is active and the list has a key that
 * the client does not have, the whole list is proposed, and another operator has to approve it. Any other list
 * takes effect at once, so that keys can be taken away by one person. In either case, what was proposed before
 * is withdrawn.
 * @param present the keys that the client authenticates with now
 * @param thumbprints of the new keys, for the record of the change
 * @returns the changed record; the new list takes effect at once unless the record has something proposed
 */
export function replaceKeys(
  client: ClientMapping,
  present: readonly ClientKey[],
  { keys, thumbprints }: { readonly keys: readonly ClientKey[]; readonly thumbprints: readonly string[] },
  change: Omit<RecordChange, 'to'>,
): ChangeOutcome<ClientMapping> {
  const addsKeys = keys.some((key) => !present.some((each) => isDeepStrictEqual(each, key)));
  if (client.status === 'active' && addsKeys) {
    return amend<ClientMapping>(
      client,
      { ...client, proposed: { keys } },
      { ...change, proposal: 'made', keys: thumbprints },
    );
  }
  const withdraws = client.proposed !== undefined;
  return amend<ClientMapping>(client, withoutProposal(client), {
    ...change,
    ...(withdraws && { proposal: 'withdrawn' }),
  });
}
