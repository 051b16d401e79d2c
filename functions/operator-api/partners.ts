import * as z from 'zod';
import { initialState } from '../../core/lifecycle/change.ts';
import type { Partner } from '../../core/partners/partner.ts';
import { changeBy, type ChangeContext } from '../../core/operators/change-record.ts';
import { identifyPartner } from '../../core/partners/partner-names.ts';
import { lookAlikesOf } from '../../core/partners/look-alikes.ts';
import { changeNames, movePartner, type NamesResult } from '../../core/partners/change-names.ts';
import { maxNames, namesOf, proposedNamesOf } from '../../core/partners/names.ts';
import {
  createdResponse,
  existing,
  pageResponse,
  recordResponse,
} from '../../middleware/http-api/responses.ts';
import { changeContextOf, changeResponse, type OperatorOperation, operation } from './operation.ts';
import { ApiProblem } from '../../middleware/http-api/api-problem.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import type { HttpResponse } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { proposalResponse, withdrawalResponse } from './proposals.ts';
import { listResponse, matchesQuery, requirePlace } from './lists.ts';
import { requireUnchanged } from './read-only.ts';
import {
  components,
  pageOfName,
  partner,
  partnerChange,
  partnerDraft,
  partnerReadOnly,
  partnerWithProposal,
  toStatus,
  why,
} from './schemas.ts';

const shown = ({
  partnerId,
  name,
  otherNames,
  formerNames,
  status,
  version,
  changes,
  proposed,
  supersededBy,
}: Partner): Partner => ({
  partnerId,
  name,
  ...(otherNames !== undefined && { otherNames }),
  ...(formerNames !== undefined && { formerNames }),
  status,
  version,
  changes,
  ...(proposed !== undefined && { proposed }),
  ...(supersededBy !== undefined && { supersededBy }),
});

const textsOf = (record: Partner): readonly string[] => namesOf(record);

const conflict = (code: string, title: string, extensions: object): ApiProblem =>
  new ApiProblem({ status: 409, code, title, extensions: { ...extensions } });

/**
 * Returns the response to a change that may concern names. If new names are proposed, the operators are told.
 * @throws {ApiProblem} if nothing was changed, except where the partner has the names already
 */
async function namesResponse(
  deps: OperatorApiDependencies,
  result: NamesResult,
  act: ChangeContext,
): Promise<HttpResponse> {
  switch (result.outcome) {
    case 'unchanged':
      return recordResponse({ ...shown(result.record), ...(await lookAlikesOf(deps, result.record)) });
    case 'name_taken': {
      const { name, partnerId } = result;
      throw conflict('name_taken', 'Another partner has, or had, this name.', { partnerId, name });
    }
    case 'names_kept':
      throw conflict(
        'names_kept',
        'The partner is suspended. A request under a name that it loses would get round the suspension.',
        { names: result.names },
      );
    case 'too_many_names':
      throw conflict('too_many_names', `A partner has at most ${maxNames} names, former ones included.`, {});
    case 'changed': {
      const { partnerId, changes, proposed } = result.record;
      const similar = await lookAlikesOf(deps, result.record);
      if (changes.at(-1)?.proposal !== 'made') return changeResponse(deps, result, shown, similar);
      const alert = {
        about: 'names_proposed',
        partnerId,
        ...similar,
        names: proposedNamesOf(proposed),
        by: act.operator.mailbox,
      } as const;
      return proposalResponse(deps, result, alert, shown, similar);
    }
    case 'missing':
    case 'stale':
    case 'role_needed':
    case 'own_change':
    case 'version_needed':
    case 'refused':
      return changeResponse(deps, result, shown);
  }
}

export const partnerOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/partners',
    operationId: 'listPartners',
    role: 'viewer',
    summary: 'The partners, by id.',
    query: pageOfName,
    answer: pageOf(components, 'PartnerPage', partner),
    kind: 'page',
    run: async ({ partners, partnerNames }, { query }) => {
      const { name } = query;
      if (name === undefined) return listResponse(partners, query, textsOf, shown);
      requirePlace(query);
      const partnerId = await partnerNames.find(name);
      const found = partnerId === undefined ? undefined : await partners.find(partnerId);
      const items = found === undefined ? [] : [found].filter(matchesQuery(query, textsOf));
      return pageResponse({ items }, shown, query);
    },
  }),
  operation({
    method: 'POST',
    resource: '/operator/partners',
    operationId: 'draftPartner',
    role: 'operator',
    status: 201,
    summary: 'A new partner, as a draft. Its id is a UUID; onboardings under its name belong to it.',
    body: partnerDraft,
    answer: partner,
    run: async (deps, call) => {
      const { name } = call.body;
      const partnerId = await identifyPartner(deps, name);
      const record = {
        partnerId,
        name,
        ...initialState('draft', changeBy(changeContextOf(call, deps, call.body))),
      };
      const created = await deps.partners.create(record);
      if (!created) throw conflict('exists', 'There is a partner of this name.', { partnerId });
      return createdResponse(
        true,
        { ...record, ...(await lookAlikesOf(deps, record)) },
        'partners',
        partnerId,
      );
    },
  }),
  operation({
    method: 'GET',
    resource: '/operator/partners/{partnerId}',
    operationId: 'readPartner',
    role: 'viewer',
    summary: 'A partner.',
    answer: partner,
    run: async (deps, { id }) => {
      const record = existing(await deps.partners.find(id('partnerId')));
      return recordResponse({ ...shown(record), ...(await lookAlikesOf(deps, record)) });
    },
  }),
  operation({
    method: 'PUT',
    resource: '/operator/partners/{partnerId}',
    operationId: 'changePartner',
    role: 'operator',
    changes: true,
    summary:
      'Changes the name that is shown, and the other names. The id stays. New names wait for an approver who activates it once more, unless it is a draft. Requests under former names go on belonging to it; a draft has none.',
    body: partnerChange,
    answer: partnerWithProposal,
    run: async (deps, call) => {
      const { name, otherNames } = call.body;
      const record = shown(existing(await deps.partners.find(call.id('partnerId'))));
      requireUnchanged(call.body, record, partnerReadOnly, call.seen);
      const act = changeContextOf(call, deps, call.body);
      const wanted = { name, ...(otherNames !== undefined && { otherNames }) };
      const target = { id: call.id('partnerId'), seen: call.seen, act };
      return namesResponse(deps, await changeNames(deps, { ...target, wanted }), act);
    },
  }),
  operation({
    method: 'DELETE',
    resource: '/operator/partners/{partnerId}/proposal',
    operationId: 'withdrawPartnerNames',
    role: 'operator',
    changes: true,
    summary: 'Withdraws the proposed names. Those it has stay.',
    query: z.strictObject({ why }),
    answer: partner,
    run: (deps, call) =>
      withdrawalResponse(
        deps,
        deps.partners,
        { id: call.id('partnerId'), matchesVersion: call.seen },
        changeContextOf(call, deps, call.query),
        shown,
      ),
  }),
  operation({
    method: 'POST',
    resource: '/operator/partners/{partnerId}/transitions',
    operationId: 'movePartner',
    role: 'operator',
    changes: true,
    summary:
      'Changes the status. Unless a partner is active, all its clients are refused. An activation approves the proposed names.',
    body: toStatus,
    answer: partner,
    run: async (deps, call) => {
      const { seen, namesOneVersion, body } = call;
      const act = changeContextOf(call, deps, body);
      const target = { id: call.id('partnerId'), seen, namesOneVersion, act };
      return namesResponse(deps, await movePartner(deps, { ...target, to: body.to }), act);
    },
  }),
];
