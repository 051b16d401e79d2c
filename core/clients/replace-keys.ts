import { isDeepStrictEqual } from 'node:util';
import { amend, type ChangeOutcome, withoutProposal } from '../lifecycle/change.ts';
import type { RecordChange } from '../lifecycle/lifecycle.ts';
import type { ClientKey, ClientMapping } from './client-mapping.ts';

/**
 * Changes a client's record for a new list of its keys. If the list has a key that the client does not have,
 * the whole list is proposed, and another operator has to approve it. A list without new keys takes effect at
 * once, so that one person can take keys away. In either case, what was proposed before is withdrawn. If nothing
 * was proposed, a list that the client has already changes nothing.
 *
 * New keys wait while the client is suspended, too: for a few seconds after a suspension, instances with a
 * cached record still give the client tokens.
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
  if (client.proposed === undefined && isDeepStrictEqual(keys, present)) {
    return { outcome: 'unchanged', record: client };
  }
  const addsKeys = keys.some((key) => !present.some((each) => isDeepStrictEqual(each, key)));
  if (client.status !== 'draft' && addsKeys) {
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
