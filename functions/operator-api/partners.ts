import { initialState } from '../../core/lifecycle/change.ts';
import type { Partner } from '../../core/partners/partner.ts';
import { changeBy } from '../../core/operators/change-record.ts';
import { identifyPartner } from '../../core/partners/partner-names.ts';
import { renamePartner } from '../../core/partners/rename-partner.ts';
import {
  createdResponse,
  existing,
  pageResponse,
  recordResponse,
} from '../../middleware/http-api/responses.ts';
import {
  changeContextOf,
  changeResponse,
  type OperatorOperation,
  operation,
  transitionResponse,
} from './operation.ts';
import { ApiProblem } from '../../middleware/http-api/api-problem.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import { listResponse, matchesQuery } from './lists.ts';
import { requireUnchanged } from './read-only.ts';
import {
  components,
  pageOfName,
  partner,
  partnerChange,
  partnerDraft,
  partnerReadOnly,
  toStatus,
} from './schemas.ts';

const shown = ({ partnerId, name, status, version, changes }: Partner): Partner => ({
  partnerId,
  name,
  status,
  version,
  changes,
});

const textsOf = ({ name }: Partner): readonly string[] => [name];

const taken = (code: string, title: string, partnerId: string): ApiProblem =>
  new ApiProblem({ status: 409, code, title, extensions: { partnerId } });

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
      if (!created) throw taken('exists', 'There is a partner of this name.', partnerId);
      return createdResponse(true, record, 'partners', partnerId);
    },
  }),
  operation({
    method: 'GET',
    resource: '/operator/partners/{partnerId}',
    operationId: 'readPartner',
    role: 'viewer',
    summary: 'A partner.',
    answer: partner,
    run: async ({ partners }, { id }) =>
      recordResponse(shown(existing(await partners.find(id('partnerId'))))),
  }),
  operation({
    method: 'PUT',
    resource: '/operator/partners/{partnerId}',
    operationId: 'renamePartner',
    role: 'operator',
    changes: true,
    summary: 'Another name. The id stays; requests under its earlier names go on belonging to it.',
    body: partnerChange,
    answer: partner,
    run: async (deps, call) => {
      const { name } = call.body;
      const record = shown(existing(await deps.partners.find(call.id('partnerId'))));
      requireUnchanged(call.body, record, partnerReadOnly, call.seen);
      const act = changeContextOf(call, deps, call.body);
      const result = await renamePartner(deps, { id: call.id('partnerId'), name, seen: call.seen, act });
      if (result.outcome === 'name_taken') {
        throw taken('name_taken', 'Another partner has, or had, this name.', result.partnerId);
      }
      return changeResponse(deps, result, shown);
    },
  }),
  operation({
    method: 'POST',
    resource: '/operator/partners/{partnerId}/transitions',
    operationId: 'movePartner',
    role: 'operator',
    changes: true,
    summary: 'Changes the status. Unless a partner is active, all its clients are refused.',
    body: toStatus,
    answer: partner,
    run: (deps, call) => transitionResponse(deps, call, deps.partners, call.id('partnerId'), shown),
  }),
];
