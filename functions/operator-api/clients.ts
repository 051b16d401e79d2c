import * as z from 'zod';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { amend } from '../../core/lifecycle/change.ts';
import {
  type ChangeContext,
  changeBy,
  changeRecord,
  type ChangeResult,
} from '../../core/operators/change-record.ts';
import type { TrustedKey } from '../../core/trust/records.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { documentUpload, pemUpload, readUpload } from './key-uploads.ts';
import { stale } from '../../middleware/http-api/api-problem.ts';
import { existing, pageRequest, pageResponse, recordResponse } from '../../middleware/http-api/responses.ts';
import {
  changeContextOf,
  changeResponse,
  type OperatorOperation,
  operation,
  transitionResponse,
} from './operation.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import { client, clientInFull, component, components, pageOfPartner, toStatus, why } from './schemas.ts';

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
});

const clientKeys = component(
  'ClientKeys',
  z.strictObject({ upload: z.discriminatedUnion('kind', [documentUpload, pemUpload]), why }),
);
const clientWithWarnings = component(
  'ClientWithWarnings',
  z.strictObject({ ...client.shape, warnings: z.array(z.string()) }),
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
 * Replaces the keys of a client. The record changes first, so that no key is ever in use without a recorded
 * change.
 */
async function changeKeys(
  deps: OperatorApiDependencies,
  id: string,
  seen: (version: number) => boolean,
  act: ChangeContext,
  keys: readonly TrustedKey[],
): Promise<ChangeResult<ClientMapping>> {
  const changed = await changeRecord(deps.clients, {
    id,
    matchesVersion: seen,
    next: (record) => amend<ClientMapping>(record, record, changeBy(act)),
  });
  if (
    changed.outcome === 'changed' &&
    !(await deps.clientKeys.put(id, keys.map(jwkOf), changed.record.version))
  ) {
    throw stale();
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
    query: pageOfPartner,
    answer: pageOf(components, 'ClientPage', client),
    kind: 'page',
    run: async ({ clients }, { query }) =>
      pageResponse(await clients.list(pageRequest(query), query.partnerId), shown, query),
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
      const inFull = {
        ...shown(existing(record)),
        keys,
        uses: uses.map(({ grantType, uses: count, lastUsedAt }) => ({ grantType, uses: count, lastUsedAt })),
      };
      return recordResponse(inFull);
    },
  }),
  operation({
    method: 'PUT',
    resource: '/operator/clients/{clientId}/keys',
    operationId: 'putClientKeys',
    role: 'operator',
    changes: true,
    summary: 'The public keys that it authenticates with by private_key_jwt, in place of those it had.',
    body: clientKeys,
    answer: clientWithWarnings,
    run: async (deps, call) => {
      const { keys, warnings } = await readUpload(deps, call.body.upload);
      return changeResponse(
        deps,
        await changeKeys(deps, call.id('clientId'), call.seen, changeContextOf(call, deps, call.body), keys),
        shown,
        { warnings },
      );
    },
  }),
  operation({
    method: 'DELETE',
    resource: '/operator/clients/{clientId}/keys',
    operationId: 'removeClientKeys',
    role: 'operator',
    changes: true,
    summary: 'It authenticates by no key any more.',
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
    method: 'POST',
    resource: '/operator/clients/{clientId}/transitions',
    operationId: 'moveClient',
    role: 'operator',
    changes: true,
    summary: 'Changes the status. Unless a client is active, it gets no token and its calls are denied.',
    body: toStatus,
    answer: client,
    run: (deps, call) => transitionResponse(deps, call, deps.clients, call.id('clientId'), shown),
  }),
];
