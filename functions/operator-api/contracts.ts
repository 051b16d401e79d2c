import { initialState } from '../../core/lifecycle/change.ts';
import type { Contract, Terms } from '../../core/contracts/records.ts';
import { checkTerms } from '../../core/contracts/terms.ts';
import { changeBy, changeContent } from '../../core/operators/change-record.ts';
import type { FieldError } from '../../core/problem.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { listResponse } from './lists.ts';
import { createdResponse, existing, recordResponse } from '../../middleware/http-api/responses.ts';
import {
  changeContextOf,
  changeResponse,
  type OperatorOperation,
  operation,
  transitionResponse,
} from './operation.ts';
import { invalid } from '../../middleware/http-api/api-problem.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import { requireUnchanged } from './read-only.ts';
import {
  contract,
  contractChange,
  contractDraft,
  contractReadOnly,
  components,
  pageOfPartner,
  toStatus,
} from './schemas.ts';

/**
 * Returns the terms in normal form.
 * @throws {ApiProblem} naming every error of the request at once
 */
function termsIn(
  { catalogue }: OperatorApiDependencies,
  {
    products,
    ratePlan,
    ipRanges,
    environments,
    startsAt,
    endsAt,
    owner,
    grants,
    password,
    resourceServerOf,
  }: Terms,
  otherErrors: readonly FieldError[] = [],
): Terms {
  const checked = checkTerms(
    {
      products,
      ratePlan,
      ipRanges,
      environments,
      startsAt,
      ...(endsAt !== undefined && { endsAt }),
      owner,
      grants,
      ...(password !== undefined && { password }),
      resourceServerOf,
    },
    catalogue,
  );
  const termErrors = 'faults' in checked ? checked.faults : [];
  if ('terms' in checked && otherErrors.length === 0) return checked.terms;
  throw invalid([...otherErrors, ...termErrors]);
}

const shown = ({ editors: _editors, ...record }: Contract): Contract => record;

export const contractOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/contracts',
    operationId: 'listContracts',
    role: 'viewer',
    summary: 'The contracts, by partner and id.',
    query: pageOfPartner('contractId or owner'),
    answer: pageOf(components, 'ContractPage', contract),
    kind: 'page',
    run: ({ contracts }, { query }) =>
      listResponse(contracts, query, ({ contractId, owner }) => [contractId, owner], shown),
  }),
  operation({
    method: 'POST',
    resource: '/operator/contracts',
    operationId: 'draftContract',
    role: 'operator',
    status: 201,
    summary: 'A new contract of a partner, as a draft.',
    body: contractDraft,
    answer: contract,
    run: async (deps, call) => {
      const { contractId, partnerId, ...rest } = call.body;
      const partner = await deps.partners.find(partnerId);
      const isKnown = partner !== undefined && partner.status !== 'ended';
      const unknownPartner: FieldError = {
        path: '/partnerId',
        code: 'unknown_partner',
        allowed: 'The id of a partner that has not ended.',
      };
      const terms = termsIn(deps, rest, isKnown ? [] : [unknownPartner]);
      const record: Contract = {
        contractId,
        partnerId,
        ...terms,
        ...initialState('draft', changeBy(changeContextOf(call, deps, call.body))),
      };
      return createdResponse(await deps.contracts.create(record), record, 'contracts', contractId);
    },
  }),
  operation({
    method: 'GET',
    resource: '/operator/contracts/{contractId}',
    operationId: 'readContract',
    role: 'viewer',
    summary: 'A contract.',
    answer: contract,
    run: async ({ contracts }, { id }) =>
      recordResponse(shown(existing(await contracts.find(id('contractId'))))),
  }),
  operation({
    method: 'PUT',
    resource: '/operator/contracts/{contractId}',
    operationId: 'changeTerms',
    role: 'operator',
    changes: true,
    summary: 'Other terms in place of all that it had. While it is active this takes an approver.',
    body: contractChange,
    answer: contract,
    run: async (deps, call) => {
      const record = shown(existing(await deps.contracts.find(call.id('contractId'))));
      requireUnchanged(call.body, record, contractReadOnly, call.seen);
      const terms = termsIn(deps, call.body);
      return changeResponse(
        deps,
        await changeContent(deps.contracts, {
          id: call.id('contractId'),
          matchesVersion: call.seen,
          act: changeContextOf(call, deps, call.body),
          content: ({ contractId, partnerId, status, version, changes }) => ({
            contractId,
            partnerId,
            ...terms,
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
    resource: '/operator/contracts/{contractId}/transitions',
    operationId: 'moveContract',
    role: 'operator',
    changes: true,
    summary: 'Changes the status. Unless a contract is active, calls of its clients are refused.',
    body: toStatus,
    answer: contract,
    run: (deps, call) => transitionResponse(deps, call, deps.contracts, call.id('contractId'), shown),
  }),
];
