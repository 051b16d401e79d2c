import * as z from 'zod';
import { namesOfKeys } from '../../adapters/trust/public-key.ts';
import type { ClientKey, ClientMapping } from '../../core/clients/client-mapping.ts';
import { replaceKeys } from '../../core/clients/replace-keys.ts';
import { withoutProposal } from '../../core/lifecycle/change.ts';
import {
  type ChangeContext,
  changeBy,
  changeRecord,
  type ChangeResult,
} from '../../core/operators/change-record.ts';
import type { TrustedKey } from '../../core/trust/records.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { listResponse } from './lists.ts';
import { proposalResponse, withdrawalResponse } from './proposals.ts';
import {
  disclosedKeys,
  disclosedMember,
  documentUpload,
  pemUpload,
  readUpload,
  rememberingPrivateKeys,
  requireUndisclosed,
} from './key-uploads.ts';
import { stale } from '../../middleware/http-api/api-problem.ts';
import { existing, recordResponse } from '../../middleware/http-api/responses.ts';
import {
  changeContextOf,
  changeResponse,
  type OperatorOperation,
  operation,
  type TransitionCall,
  transitionOf,
} from './operation.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import {
  client,
  clientWithKeys,
  component,
  components,
  operatorsTold,
  pageOfPartner,
  toStatus,
  why,
} from './schemas.ts';

/** Returns the client as the API shows it. The value of its API key is a secret and is left out. */
const shown = ({
  clientId,
  partnerId,
  contractId,
  product,
  onboardingId,
  scopes,
  ipRanges,
  status,
  version,
  changes,
  proposed,
}: ClientMapping) => ({
  clientId,
  partnerId,
  contractId,
  product,
  onboardingId,
  scopes,
  ipRanges,
  status,
  version,
  changes,
  ...(proposed !== undefined && { proposed }),
});

const clientKeys = component(
  'ClientKeys',
  z.strictObject({ upload: z.discriminatedUnion('kind', [documentUpload, pemUpload]), why }),
);
const clientInFull = component(
  'ClientInFull',
  z.strictObject({ ...clientWithKeys, disclosed: disclosedKeys }),
);
const clientWithWarnings = component(
  'ClientWithWarnings',
  z.strictObject({ ...client.shape, warnings: z.array(z.string()), operatorsTold }),
);

/** Returns a key in the form of RFC 7517, with the end of its certificate's validity. */
const jwkOf = ({ kid, jwk, algorithm, notAfter }: TrustedKey) => ({
  ...jwk,
  kid,
  alg: algorithm,
  use: 'sig',
  ...(notAfter !== undefined && { notAfter }),
});

/**
 * Replaces the keys of a client, or proposes that if the client gets a new key. The record changes first, so
 * that no key is ever in use without a recorded change.
 */
async function changeKeys(
  deps: OperatorApiDependencies,
  id: string,
  seen: (version: number) => boolean,
  act: ChangeContext,
  uploaded: readonly TrustedKey[],
): Promise<ChangeResult<ClientMapping>> {
  const keys = uploaded.map(jwkOf);
  const thumbprints = uploaded.map(({ thumbprint }) => thumbprint);
  // The record is read before its keys, and must not change after that: a key that is removed meanwhile would
  // still count as present, and would come back without an approval.
  const before = await deps.clients.find(id);
  const present = await deps.clientKeys.keysOf(id);
  const changed = await changeRecord(deps.clients, {
    id,
    matchesVersion: (version) => seen(version) && version === before?.version,
    next: (record) => replaceKeys(record, present, { keys, thumbprints }, changeBy(act)),
  });
  if (changed.outcome === 'changed' && changed.record.proposed === undefined) {
    await putKeys(deps, changed.record, keys);
  }
  return changed;
}

/** @throws {ApiProblem} if a later version of the client has put its keys already */
async function putKeys(
  { clientKeys: store }: OperatorApiDependencies,
  { clientId, version }: ClientMapping,
  keys: readonly ClientKey[],
): Promise<void> {
  if (!(await store.put(clientId, keys, version))) throw stale();
}

/** @throws {ApiProblem} naming every key of the client, also of the proposed ones, that was disclosed */
async function requireUndisclosedKeys(deps: OperatorApiDependencies, clientId: string): Promise<void> {
  const { proposed } = existing(await deps.clients.find(clientId));
  const keys = [...(await deps.clientKeys.keysOf(clientId)), ...(proposed?.keys ?? [])];
  await requireUndisclosed(deps, namesOfKeys(keys));
}

/** Changes the status of a client. An activation puts its proposed keys in force. */
async function moveClient(
  deps: OperatorApiDependencies,
  call: TransitionCall,
): Promise<ChangeResult<ClientMapping>> {
  const clientId = call.id('clientId');
  if (call.body.to === 'active') await requireUndisclosedKeys(deps, clientId);
  let approvedKeys: readonly ClientKey[] | undefined;
  const changed = await transitionOf(deps, call, deps.clients, clientId, (record) => {
    approvedKeys = record.proposed?.keys;
    return withoutProposal(record);
  });
  if (changed.outcome === 'changed' && approvedKeys !== undefined) {
    await putKeys(deps, changed.record, approvedKeys);
  }
  return changed;
}

export const clientOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/clients',
    operationId: 'listClients',
    role: 'viewer',
    summary: 'The clients, by partner and id. Onboardings make them.',
    query: pageOfPartner('clientId or product'),
    answer: pageOf(components, 'ClientPage', client),
    kind: 'page',
    run: ({ clients }, { query }) =>
      listResponse(clients, query, ({ clientId, product }) => [clientId, product], shown),
  }),
  operation({
    method: 'GET',
    resource: '/operator/clients/{clientId}',
    operationId: 'readClient',
    role: 'viewer',
    summary: 'A client, the keys it authenticates with, and how it uses its grants.',
    answer: clientInFull,
    run: async (deps, { id }) => {
      const clientId = id('clientId');
      const [record, keys, uses] = await Promise.all([
        deps.clients.find(clientId),
        deps.clientKeys.keysOf(clientId),
        deps.grantUse.of(clientId),
      ]);
      const found = existing(record);
      const names = namesOfKeys([...keys, ...(found.proposed?.keys ?? [])]);
      const inFull = {
        ...shown(found),
        keys,
        ...(await disclosedMember(deps, names)),
        uses: uses.map(({ grantType, uses: count, lastUsedAt }) => ({ grantType, uses: count, lastUsedAt })),
      };
      return recordResponse(inFull);
    },
  }),
  rememberingPrivateKeys(
    operation({
      method: 'PUT',
      resource: '/operator/clients/{clientId}/keys',
      operationId: 'putClientKeys',
      role: 'operator',
      changes: true,
      summary:
        'The public keys that it authenticates with by private_key_jwt, in place of those it had. If there is a new one among them, they wait for an approver who activates the client once more.',
      body: clientKeys,
      answer: clientWithWarnings,
      run: async (deps, call) => {
        existing(await deps.clients.find(call.id('clientId')));
        const { keys, warnings } = await readUpload(deps, call.body.upload);
        const act = changeContextOf(call, deps, call.body);
        const changed = await changeKeys(deps, call.id('clientId'), call.seen, act, keys);
        if (changed.outcome !== 'changed' || changed.record.proposed === undefined) {
          return changeResponse(deps, changed, shown, { warnings });
        }
        const { clientId, partnerId, contractId } = changed.record;
        const thumbprints = keys.map(({ thumbprint }) => thumbprint);
        const alert = {
          about: 'keys_proposed' as const,
          partnerId,
          clientId,
          contractId,
          keys: thumbprints,
          by: act.operator.mailbox,
        };
        return proposalResponse(deps, changed, alert, shown, { warnings });
      },
    }),
  ),
  operation({
    method: 'DELETE',
    resource: '/operator/clients/{clientId}/keys',
    operationId: 'removeClientKeys',
    role: 'operator',
    changes: true,
    summary: 'It authenticates by no key any more, and proposed keys are withdrawn.',
    query: z.strictObject({ why }),
    answer: client,
    run: async (deps, call) =>
      changeResponse(
        deps,
        await changeKeys(deps, call.id('clientId'), call.seen, changeContextOf(call, deps, call.query), []),
        shown,
      ),
  }),
  operation({
    method: 'DELETE',
    resource: '/operator/clients/{clientId}/proposal',
    operationId: 'withdrawClientKeys',
    role: 'operator',
    changes: true,
    summary: 'Withdraws the proposed keys. Those it has stay.',
    query: z.strictObject({ why }),
    answer: client,
    run: (deps, call) =>
      withdrawalResponse(
        deps,
        deps.clients,
        { id: call.id('clientId'), matchesVersion: call.seen },
        changeContextOf(call, deps, call.query),
        shown,
      ),
  }),
  operation({
    method: 'POST',
    resource: '/operator/clients/{clientId}/transitions',
    operationId: 'moveClient',
    role: 'operator',
    changes: true,
    summary:
      'Changes the status. Unless a client is active, it gets no token and its calls are denied. An activation approves the proposed keys.',
    body: toStatus,
    answer: client,
    run: async (deps, call) => changeResponse(deps, await moveClient(deps, call), shown),
  }),
];
