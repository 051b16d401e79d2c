import * as z from 'zod';
import { amend, initialState } from '../../core/lifecycle/change.ts';
import { changeBy, changeContent, changeRecord } from '../../core/operators/change-record.ts';
import { type IssuerSettings, findIssuerErrors } from '../../core/trust/issuer-settings.ts';
import { withKeys, withKeysOfUrl } from '../../core/trust/key-list.ts';
import type { KeyUpload } from '../../core/trust/key-upload.ts';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import type { VerificationResult } from '../../core/trust/verification.ts';
import { type HttpResponse, jsonResponse } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import {
  issuer,
  issuerChange,
  issuerDraft,
  issuerKeys,
  issuerWithWarnings,
  sample,
  verdict,
} from './issuer-schemas.ts';
import { orRefused, readUpload } from './key-uploads.ts';
import {
  changeContextOf,
  type OperatorCall,
  changeResponse,
  createdResponse,
  existing,
  type Operation,
  operation,
  pageRequest,
  pageResponse,
  recordResponse,
  transitionResponse,
} from './operation.ts';
import { invalid, notFound } from './operator-problem.ts';
import { pageOf, pageOfPartner, toStatus, why } from './schemas.ts';

const idOf = (iss: string): string => Buffer.from(iss).toString('base64url');
/** What is no encoding of an issuer is the id of none. */
function issuerOf({ id }: Pick<OperatorCall<unknown, unknown>, 'id'>): string {
  const given = id('issuerId');
  const iss = Buffer.from(given, 'base64url').toString();
  if (idOf(iss) !== given) throw notFound();
  return iss;
}
const shown = ({ issuer: iss, ...rest }: Issuer) => ({ issuerId: idOf(iss), issuer: iss, ...rest });
const verdictOf = (judged: VerificationResult) =>
  judged.accepted
    ? {
        accepted: true,
        principal: judged.token.principal,
        kid: judged.token.key.kid,
        expiresAt: judged.token.expiresAt.toISOString(),
      }
    : judged;

const settingsIn = ({
  clientId,
  audiences,
  principalClaim,
  longestLife,
  uses,
  sessionPage,
  jwksAlgorithm,
}: IssuerSettings): IssuerSettings => ({
  clientId,
  audiences,
  principalClaim,
  longestLife,
  uses: [...new Set(uses)],
  ...(sessionPage !== undefined && { sessionPage }),
  ...(jwksAlgorithm !== undefined && { jwksAlgorithm }),
});

async function checked(
  { clients, addresses }: OperatorApiDependencies,
  wanted: { readonly issuer: string; readonly partnerId: string; readonly settings: IssuerSettings },
): Promise<void> {
  const faults = findIssuerErrors(wanted, await clients.find(wanted.settings.clientId), addresses);
  if (faults.length > 0) throw invalid(faults);
}

/** Of a `jwksUrl` the keys are those that are there now; others come in addition. */
function withUpload(record: Issuer, upload: KeyUpload, keys: readonly TrustedKey[]): Issuer {
  if (upload.kind !== 'jwksUrl') return { ...record, keys: withKeys(record.keys, keys) };
  return {
    ...record,
    jwksUrl: upload.url,
    ...(upload.algorithm !== undefined && { jwksAlgorithm: upload.algorithm }),
    keys: withKeysOfUrl(record.keys, keys),
  };
}

export const issuerOperations: readonly Operation[] = [
  operation({
    method: 'GET',
    resource: '/operator/issuers',
    operationId: 'listIssuers',
    role: 'viewer',
    summary: "The issuers of third parties' tokens, by partner and name.",
    query: pageOfPartner,
    answer: pageOf('IssuerPage', issuer),
    run: async ({ issuers }, { query }) =>
      pageResponse(await issuers.list(pageRequest(query), query.partnerId), shown, query),
  }),
  operation({
    method: 'POST',
    resource: '/operator/issuers',
    operationId: 'draftIssuer',
    role: 'operator',
    status: 201,
    summary: 'A new issuer, as a draft: none of its tokens is believed yet.',
    body: issuerDraft,
    answer: issuer,
    run: async (deps, call) => {
      const { issuer: iss, partnerId } = call.body;
      await checked(deps, { issuer: iss, partnerId, settings: call.body });
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
    run: async (deps, call) => recordResponse(shown(await found(deps, call))),
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
      const { issuer: iss, partnerId } = await found(deps, call);
      await checked(deps, { issuer: iss, partnerId, settings: call.body });
      return changeResponse(
        deps,
        await changeContent(deps.issuers, {
          id: iss,
          matchesVersion: call.seen,
          act: changeContextOf(call, deps, call.body),
          content: ({ jwksUrl, keys, status, version, changes }) => ({
            issuer: iss,
            partnerId,
            ...settingsIn(call.body),
            ...(jwksUrl !== undefined && { jwksUrl }),
            keys,
            status,
            version,
            changes,
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
    summary: 'Another state. Unless an issuer is active, none of its tokens is believed.',
    body: toStatus,
    answer: issuer,
    run: (deps, call) => transitionResponse(deps, call, deps.issuers, issuerOf(call), shown),
  }),
  operation({
    method: 'POST',
    resource: '/operator/issuers/{issuerId}/keys',
    operationId: 'addIssuerKeys',
    role: 'operator',
    changes: true,
    summary:
      'More keys of an issuer, beside those it has. Of a jwksUrl: those that are there now, in place of those read before.',
    body: issuerKeys,
    answer: issuerWithWarnings,
    run: addKeys,
  }),
  operation({
    method: 'DELETE',
    resource: '/operator/issuers/{issuerId}/keys/{thumbprint}',
    operationId: 'removeIssuerKey',
    role: 'operator',
    changes: true,
    summary: 'Tokens signed with this key are believed no more.',
    query: z.strictObject({ why }),
    answer: issuer,
    run: async (deps, call) => {
      const [iss, thumbprint] = [issuerOf(call), call.id('thumbprint')];
      return changeResponse(
        deps,
        await changeRecord(deps.issuers, {
          id: iss,
          matchesVersion: call.seen,
          next: (record) => {
            if (!record.keys.some((each) => each.thumbprint === thumbprint)) throw notFound();
            return amend<Issuer>(
              record,
              { ...record, keys: record.keys.filter((each) => each.thumbprint !== thumbprint) },
              changeBy(changeContextOf(call, deps, call.query)),
            );
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
      'Whether a sample would be believed if the issuer were active, or the first rule that refuses it. Nothing is changed or kept.',
    body: sample,
    answer: verdict,
    run: async (deps, call) =>
      jsonResponse(
        200,
        verdictOf(await deps.checkSample(call.body.token, await found(deps, call), deps.clock.now())),
      ),
  }),
];

const found = async (
  { issuers }: OperatorApiDependencies,
  call: Pick<OperatorCall<unknown, unknown>, 'id'>,
): Promise<Issuer> => existing(await issuers.find(issuerOf(call)));

async function addKeys(
  deps: OperatorApiDependencies,
  call: OperatorCall<unknown, z.infer<typeof issuerKeys>>,
): Promise<HttpResponse> {
  const present = await found(deps, call);
  const { upload: asked, sample: sent } = call.body;
  const algorithm = asked.algorithm ?? (asked.kind === 'jwksUrl' ? present.jwksAlgorithm : undefined);
  const upload = { ...asked, ...(algorithm !== undefined && { algorithm }) };
  const { keys, warnings } = await readUpload(deps, upload);
  if (sent !== undefined) {
    const judged = await deps.checkSample(
      sent,
      await orRefused(() => withUpload(present, upload, keys)),
      deps.clock.now(),
    );
    if (!judged.accepted) throw invalid([{ path: '/sample', code: judged.rule, allowed: judged.why }]);
  }
  return orRefused(async () =>
    changeResponse(
      deps,
      await changeRecord(deps.issuers, {
        id: present.issuer,
        matchesVersion: call.seen,
        next: (record) =>
          amend<Issuer>(
            record,
            withUpload(record, upload, keys),
            changeBy(changeContextOf(call, deps, call.body)),
          ),
      }),
      shown,
      { warnings },
    ),
  );
}
