import { type ChangeContext, type ChangeResult, changeStatus } from '../../core/operators/change-record.ts';
import { propagateChange } from '../../core/operators/propagation.ts';
import type { Operator, OperatorRole } from '../../core/operators/roles.ts';
import type { LifecycleStatus, Managed } from '../../core/lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import { ApiProblem, notFound, roleNeeded, stale } from '../../middleware/http-api/api-problem.ts';
import {
  type OperationCall,
  protectedOperation,
  type ProtectedOperation,
} from '../../middleware/http-api/operation.ts';
import { recordResponse } from '../../middleware/http-api/responses.ts';
import type { HttpResponse } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';

export type OperatorCall<Query, Body> = OperationCall<Operator, Query, Body>;
export type OperatorOperation = ProtectedOperation<OperatorApiDependencies, Operator, OperatorRole>;

export type TransitionCall = OperatorCall<unknown, { readonly to: LifecycleStatus; readonly why: string }>;

/** Creates an operation of this API. */
export const operation = <Query = undefined, Body = undefined>(
  definition: Parameters<
    typeof protectedOperation<OperatorApiDependencies, Operator, OperatorRole, Query, Body>
  >[0],
): OperatorOperation => protectedOperation(definition);

/** Returns the operator, the time and the reason of a change. */
export const changeContextOf = (
  { principal }: Pick<OperatorCall<unknown, unknown>, 'principal'>,
  { clock }: Pick<OperatorApiDependencies, 'clock'>,
  { why }: { readonly why: string },
): ChangeContext => ({ operator: principal, at: clock.now(), why });

/**
 * Makes a change take effect on calls, if it affects any, and returns the response: the record, and when the
 * change takes effect.
 * @throws {ApiProblem} if the change was not made
 */
export async function changeResponse<Item extends Managed>(
  deps: OperatorApiDependencies,
  result: ChangeResult<Item>,
  shown: (item: Item) => Pick<Managed, 'version'>,
  more: object = {},
): Promise<HttpResponse> {
  switch (result.outcome) {
    case 'changed': {
      const propagation = result.affectsCalls ? await propagateChange(deps) : {};
      return recordResponse({ ...shown(result.record), ...more, ...propagation });
    }
    case 'unchanged':
      return recordResponse({ ...shown(result.record), ...more });
    case 'missing':
      throw notFound();
    case 'stale':
      throw stale();
    case 'role_needed':
      throw roleNeeded(result.role);
    case 'own_change':
      throw new ApiProblem({
        status: 403,
        code: 'own_change',
        title: 'It takes another approver: you have changed it since it was last activated.',
      });
    case 'version_needed':
      throw new ApiProblem({
        status: 428,
        code: 'version_needed',
        title: 'An activation needs If-Match with one ETag, that of the record as you have read it.',
      });
    case 'refused':
      throw new ApiProblem({
        status: 409,
        code: 'wrong_status',
        title: `It is ${result.status}.`,
        extensions: { recordStatus: result.status, allowed: result.allowed },
      });
  }
}

/** Changes a record to the status that the request names. */
export const transitionOf = <Item extends Managed>(
  deps: OperatorApiDependencies,
  call: TransitionCall,
  records: Pick<ManagedRecords<Item>, 'find' | 'replace'>,
  id: string,
  putInForce?: (record: Item, before: Item) => Item,
): Promise<ChangeResult<Item>> =>
  changeStatus(records, {
    id,
    matchesVersion: call.seen,
    namesOneVersion: call.namesOneVersion,
    act: changeContextOf(call, deps, call.body),
    to: call.body.to,
    ...(putInForce !== undefined && { putInForce }),
  });

/** Changes a record to the status that the request names, and returns the response. */
export const transitionResponse = async <Item extends Managed>(
  deps: OperatorApiDependencies,
  call: TransitionCall,
  records: Pick<ManagedRecords<Item>, 'find' | 'replace'>,
  id: string,
  shown: (item: Item) => Pick<Managed, 'version'>,
): Promise<HttpResponse> => changeResponse(deps, await transitionOf(deps, call, records, id), shown);
