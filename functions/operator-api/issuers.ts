import * as z from 'zod';
import { amend, initialState } from '../../core/lifecycle/change.ts';
import { changeBy, changeContent, changeRecord } from '../../core/operators/change-record.ts';
import { type IssuerSettings, findIssuerErrors } from '../../core/trust/issuer-settings.ts';
import {
  needsApproval,
  type ReadAddress,
  withApprovedKeys,
  withoutKey,
  withProposedUpload,
  withUpload,
} from '../../core/trust/proposed-keys.ts';
import { type Issuer, longestLifeLimits, type TrustedKey } from '../../core/trust/records.ts';
import type { VerificationResult } from '../../core/trust/verification.ts';
import { type HttpResponse, jsonResponse } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { listResponse } from './lists.ts';
import {
  issuer,
  issuerChange,
  issuerDraft,
  issuerKeys,
  issuerReadOnly,
  issuerWithWarnings,
  sample,
  verdict,
} from './issuer-schemas.ts';
import {
  disclosedMember,
  orRefused,
  readUpload,
  rememberingPrivateKeys,
  requireUndisclosed,
} from './key-uploads.ts';
import { requireUnchanged } from './read-only.ts';
import { proposalResponse, withdrawalResponse } from './proposals.ts';
import { createdResponse, existing, recordResponse } from '../../middleware/http-api/responses.ts';
import {
  changeContextOf,
  type OperatorCall,
  changeResponse,
  type OperatorOperation,
  operation,
  type TransitionCall,
  transitionOf,
} from './operation.ts';
import { invalid, notFound } from '../../middleware/http-api/api-problem.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import { components, pageOfPartner, toStatus, why } from './schemas.ts';

const idOf = (iss: string): string => Buffer.from(iss).toString('base64url');
/**
 * Returns the issuer that an id in the path encodes.
 * @throws {ApiProblem} if the id does not encode an issuer
 */
function issuerOf({ id }: Pick<OperatorCall<unknown, unknown>, 'id'>): string {
  const given = id('issuerId');
  const iss = Buffer.from(given, 'base64url').toString();
  if (idOf(iss) !== given) throw notFound();
  return iss;
}
const shown = ({ issuer: iss, editors: _editors, ...rest }: Issuer) => ({
  issuerId: idOf(iss),
  issuer: iss,
  ...rest,
});
/** Returns the keys that an issuer has, and those that are proposed for it. */
const allKeysOf = ({ keys, proposed }: Issuer): readonly TrustedKey[] => [...keys, ...(proposed?.keys ?? [])];
const verdictOf = (result: VerificationResult) => {
  if (!result.accepted) return result;
  const { principal, key, expiresAt } = result.token;
  return { accepted: true, principal, kid: key.kid, expiresAt: expiresAt.toISOString() };
};

type SentSettings = Omit<IssuerSettings, 'longestLife'> & Partial<Pick<IssuerSettings, 'longestLife'>>;
const settingsIn = ({
  clientId,
  audiences,
  principalClaim,
  longestLife = longestLifeLimits.usual,
  uses,
  sessionPage,
  jwksAlgorithm,
}: SentSettings): IssuerSettings => ({
  clientId,
  audiences,
  principalClaim,
  longestLife,
  uses: [...new Set(uses)],
  ...(sessionPage !== undefined && { sessionPage }),
  ...(jwksAlgorithm !== undefined && { jwksAlgorithm }),
});

/** @throws {ApiProblem} naming every error of the settings */
async function checkSettings(
  { clients, addresses }: OperatorApiDependencies,
  proposed: { readonly issuer: string; readonly partnerId: string; readonly settings: IssuerSettings },
): Promise<void> {
  const client = await clients.find(proposed.settings.clientId);
  const faults = findIssuerErrors(proposed, client, addresses);
  if (faults.length > 0) throw invalid(faults);
}

export const issuerOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/issuers',
    operationId: 'listIssuers',
    role: 'viewer',
    summary: "The issuers of third parties' tokens, by partner and name.",
    query: pageOfPartner('issuer or clientId'),
    answer: pageOf(components, 'IssuerPage', issuer),
    kind: 'page',
    run: ({ issuers }, { query }) =>
      listResponse(issuers, query, ({ issuer: iss, clientId }) => [iss, clientId], shown),
  }),
  operation({
    method: 'POST',
    resource: '/operator/issuers',
    operationId: 'draftIssuer',
    role: 'operator',
    status: 201,
    summary: 'Creates an issuer as a draft. Its tokens are refused until it is active.',
    body: issuerDraft,
    answer: issuer,
    run: async (deps, call) => {
      const { issuer: iss, partnerId } = call.body;
      await checkSettings(deps, { issuer: iss, partnerId, settings: settingsIn(call.body) });
      const record: Issuer = {
        issuer: iss,
        partnerId,
        ...settingsIn(call.body),
        keys: [],
        ...initialState('draft', changeBy(changeContextOf(call, deps, call.body))),
      };
      return createdResponse(await deps.issuers.create(record), shown(record), 'issuers', idOf(iss));
    },
  }),
  operation({
    method: 'GET',
    resource: '/operator/issuers/{issuerId}',
    operationId: 'readIssuer',
    role: 'viewer',
    summary: 'An issuer and its keys.',
    answer: issuer,
    run: async (deps, call) => {
      const record = await findIssuer(deps, call);
      return recordResponse({ ...shown(record), ...(await disclosedMember(deps, allKeysOf(record))) });
    },
  }),
  operation({
    method: 'PUT',
    resource: '/operator/issuers/{issuerId}',
    operationId: 'changeIssuer',
    role: 'operator',
    changes: true,
    summary:
      'Other settings in place of all that it had; its keys stay. While it is active this takes an approver.',
    body: issuerChange,
    answer: issuer,
    run: async (deps, call) => {
      const before = await findIssuer(deps, call);
      requireUnchanged(call.body, shown(before), issuerReadOnly, call.seen);
      const { issuer: iss, partnerId } = before;
      await checkSettings(deps, { issuer: iss, partnerId, settings: settingsIn(call.body) });
      return changeResponse(
        deps,
        await changeContent(deps.issuers, {
          id: iss,
          matchesVersion: call.seen,
          act: changeContextOf(call, deps, call.body),
          // The new settings take the place of all the old ones, and everything else stays.
          content: ({ sessionPage: _page, jwksAlgorithm: _algorithm, ...record }) => ({
            ...record,
            ...settingsIn(call.body),
          }),
        }),
        shown,
      );
    },
  }),
  operation({
    method: 'POST',
    resource: '/operator/issuers/{issuerId}/transitions',
    operationId: 'moveIssuer',
    role: 'operator',
    changes: true,
    summary:
      'Changes the status. Unless an issuer is active, its tokens are refused. An activation approves the proposed keys; those of a proposed jwksUrl are read again.',
    body: toStatus,
    answer: issuer,
    run: moveIssuer,
  }),
  rememberingPrivateKeys(
    operation({
      method: 'POST',
      resource: '/operator/issuers/{issuerId}/keys',
      operationId: 'addIssuerKeys',
      role: 'operator',
      changes: true,
      summary:
        'More keys of an issuer, beside those it has. Of a jwksUrl: those that are there now, in place of those read before. Unless it is a draft, they wait for an approver who activates it once more; only those of the jwksUrl that it has do not.',
      body: issuerKeys,
      answer: issuerWithWarnings,
      run: addKeys,
    }),
  ),
  operation({
    method: 'DELETE',
    resource: '/operator/issuers/{issuerId}/proposal',
    operationId: 'withdrawIssuerKeys',
    role: 'operator',
    changes: true,
    summary: 'Withdraws the proposed keys and the proposed jwksUrl. Those it has stay.',
    query: z.strictObject({ why }),
    answer: issuer,
    run: (deps, call) =>
      withdrawalResponse(
        deps,
        deps.issuers,
        { id: issuerOf(call), matchesVersion: call.seen },
        changeContextOf(call, deps, call.query),
        shown,
      ),
  }),
  operation({
    method: 'DELETE',
    resource: '/operator/issuers/{issuerId}/keys/{thumbprint}',
    operationId: 'removeIssuerKey',
    role: 'operator',
    changes: true,
    summary: 'From then on, tokens that are signed with this key are refused.',
    query: z.strictObject({ why }),
    answer: issuer,
    run: async (deps, call) => {
      const iss = issuerOf(call);
      const thumbprint = call.id('thumbprint');
      return changeResponse(
        deps,
        await changeRecord(deps.issuers, {
          id: iss,
          matchesVersion: call.seen,
          next: (record) => {
            const changed = withoutKey(record, thumbprint);
            if (changed === undefined) {
              throw notFound(
                'The issuer has no key with this thumbprint. Keys that are only proposed go with the proposal.',
              );
            }
            return amend<Issuer>(record, changed, changeBy(changeContextOf(call, deps, call.query)));
          },
        }),
        shown,
      );
    },
  }),
  operation({
    method: 'POST',
    resource: '/operator/issuers/{issuerId}/checks',
    operationId: 'checkSample',
    role: 'operator',
    summary:
      'Whether a sample would be accepted if the issuer were active, or the first rule that refuses it. Nothing is changed or kept.',
    body: sample,
    answer: verdict,
    kind: 'result',
    run: async (deps, call) => {
      const record = await findIssuer(deps, call);
      const result = await deps.checkSample(call.body.token, record, deps.clock.now());
      return jsonResponse(200, verdictOf(result));
    },
  }),
];

const findIssuer = async (
  { issuers }: OperatorApiDependencies,
  call: Pick<OperatorCall<unknown, unknown>, 'id'>,
): Promise<Issuer> => existing(await issuers.find(issuerOf(call)));

/**
 * Changes the status of an issuer. An activation puts the proposed keys in force.
 * @throws {ApiProblem} if a proposed address cannot be read, or the proposed keys no longer fit
 */
async function moveIssuer(deps: OperatorApiDependencies, call: TransitionCall): Promise<HttpResponse> {
  const iss = issuerOf(call);
  let address: ReadAddress | undefined;
  if (call.body.to === 'active') {
    const record = await findIssuer(deps, call);
    await requireUndisclosed(deps, allKeysOf(record));
    address = await readProposedAddress(deps, record.proposed);
  }
  const changed = await orRefused(
    () => transitionOf(deps, call, deps.issuers, iss, (record) => withApprovedKeys(record, address)),
    '/proposed',
  );
  return changeResponse(deps, changed, shown);
}

/** Reads the keys at the proposed address, because they may have changed since it was proposed. */
async function readProposedAddress(
  deps: OperatorApiDependencies,
  proposed: Issuer['proposed'],
): Promise<ReadAddress | undefined> {
  const { jwksUrl: url, jwksAlgorithm: algorithm } = proposed ?? {};
  if (url === undefined) return undefined;
  const upload = { kind: 'jwksUrl', url, ...(algorithm !== undefined && { algorithm }) } as const;
  const { keys, leftOut = [] } = await readUpload(deps, upload, '/proposed');
  return { url, keys, leftOut };
}

/**
 * Adds the uploaded keys to a draft, or else proposes them. If the request has a sample token, it must
 * be accepted with them.
 */
async function addKeys(
  deps: OperatorApiDependencies,
  call: OperatorCall<unknown, z.infer<typeof issuerKeys>>,
): Promise<HttpResponse> {
  const issuerBefore = await findIssuer(deps, call);
  const { upload: requested, sample: sampleToken } = call.body;
  const defaultAlgorithm = requested.kind === 'jwksUrl' ? issuerBefore.jwksAlgorithm : undefined;
  const algorithm = requested.algorithm ?? defaultAlgorithm;
  const upload = { ...requested, ...(algorithm !== undefined && { algorithm }) };
  const read = await readUpload(deps, upload);
  if (sampleToken !== undefined) {
    const issuerAfter = await orRefused(() => withUpload(issuerBefore, upload, read));
    const result = await deps.checkSample(sampleToken, issuerAfter, deps.clock.now());
    if (!result.accepted) throw invalid([{ path: '/sample', code: result.rule, allowed: result.why }]);
  }
  const act = changeContextOf(call, deps, call.body);
  const thumbprints = read.keys.map(({ thumbprint }) => thumbprint);
  const changed = await orRefused(() =>
    changeRecord(deps.issuers, {
      id: issuerBefore.issuer,
      matchesVersion: call.seen,
      next: (record) =>
        needsApproval(record, upload)
          ? amend<Issuer>(record, withProposedUpload(record, upload, read), {
              ...changeBy(act),
              proposal: 'made',
              keys: thumbprints,
            })
          : amend<Issuer>(record, withUpload(record, upload, read), changeBy(act)),
    }),
  );
  if (changed.outcome !== 'changed' || changed.record.changes.at(-1)?.proposal !== 'made') {
    return changeResponse(deps, changed, shown, { warnings: read.warnings });
  }
  const { issuer: iss, partnerId, clientId, proposed } = changed.record;
  const client = await deps.clients.find(clientId);
  const alert = {
    about: 'keys_proposed' as const,
    issuer: iss,
    partnerId,
    clientId,
    contractId: client?.contractId,
    keys: (proposed?.keys ?? []).map(({ thumbprint }) => thumbprint),
    by: act.operator.mailbox,
  };
  return proposalResponse(deps, changed, alert, shown, { warnings: read.warnings });
}
