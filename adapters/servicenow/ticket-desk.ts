import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import { Rejected } from '../../core/errors.ts';
import type { EntryKind, TicketDesk, TicketTask, TicketUpdate } from '../../core/tickets/ports.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import { type CallLimits, usualLimits } from '../http/json-call.ts';
import { createOAuthApi } from '../http/oauth-api.ts';
import type { ServiceNowCredentials } from './credentials.ts';
import { serviceNowError } from './errors.ts';
import { stateNumbers, stateOf } from './states.ts';

export interface TicketDeskOptions {
  /** The address of the instance, for example `https://company.service-now.com`. */
  readonly url: string;
  readonly credentials: CachedSecret<ServiceNowCredentials>;
  readonly clock: Clock;
  readonly limits?: CallLimits;
}

const record = z.object({ result: z.object({ sys_id: z.string().check(z.minLength(1)) }) });
const task = z.object({
  sys_id: z.string().check(z.minLength(1)),
  number: z.string().check(z.minLength(1)),
  state: z.string(),
});
const createdTask = z.object({ result: task });
const foundTasks = z.object({ result: z.array(z.extend(task, { correlation_id: z.string() })) });
const foundEntries = z.object({
  result: z.array(z.object({ element_id: z.string(), element: z.string(), value: z.string() })),
});

/**
 * Creates the ticket desk on ServiceNow's Table API (`/api/now/table`), with an OAuth client of the
 * `client_credentials` grant.
 */
export function createTicketDesk({
  url,
  credentials,
  clock,
  limits = usualLimits,
}: TicketDeskOptions): TicketDesk {
  const api = createOAuthApi({
    service: 'servicenow',
    url,
    tokenPath: '/oauth_token.do',
    tokenRequest: async () => {
      const used = await credentials.get();
      return {
        fields: {
          grant_type: 'client_credentials',
          client_id: used.clientId,
          client_secret: used.clientSecret,
        },
        reload: async () => (await credentials.reload(used)) !== undefined,
      };
    },
    errorFor: serviceNowError,
    clock,
    limits,
  });
  const find = <T>(
    table: string,
    conditions: readonly Condition[],
    fields: string,
    answer: z.ZodMiniType<T>,
  ): Promise<T> => {
    const query = new URLSearchParams({
      sysparm_query: encodedQuery(conditions),
      sysparm_fields: fields,
      sysparm_limit: '1',
    });
    return api.call(
      { operation: 'QueryRecords', method: 'GET', path: `${tablePath(table)}?${query.toString()}` },
      answer,
    );
  };

  const update = async (
    table: string,
    sysId: string,
    { state, internalNote, comment }: TicketUpdate,
  ): Promise<void> => {
    const body = {
      ...(state !== undefined && { state: stateNumbers[state] }),
      ...(internalNote !== undefined && { [journalFields.internalNote]: internalNote }),
      ...(comment !== undefined && { [journalFields.comment]: comment }),
    };
    const path = `${tablePath(table)}/${encodeURIComponent(sysId)}?sysparm_fields=sys_id`;
    await api.call({ operation: 'UpdateRecord', method: 'PATCH', path, body }, record);
  };

  return {
    updateTicket: (ticketId, changes) => update('sc_req_item', ticketId, changes),
    updateTask: (taskId, changes) => update('sc_task', taskId, changes),

    hasEntry: async (ticketId, kind, reference) => {
      const field = journalFields[kind];
      const conditions = [
        ['element_id', '=', ticketId],
        ['element', '=', field],
        ['value', 'LIKE', reference],
      ] as const;
      const { result } = await find(
        'sys_journal_field',
        conditions,
        'element_id,element,value',
        foundEntries,
      );
      // ServiceNow ignores a condition that it does not understand, so the result is compared with the
      // conditions again.
      return result.some(
        (entry) =>
          entry.element_id === ticketId && entry.element === field && entry.value.includes(reference),
      );
    },

    createTask: async ({ ticketId, assignmentGroup, title, text, correlationId }) => {
      const body = {
        request_item: ticketId,
        assignment_group: assignmentGroup,
        short_description: title,
        description: text,
        correlation_id: correlationId,
      };
      const path = `${tablePath('sc_task')}?sysparm_fields=sys_id,number,state`;
      const { result } = await api.call(
        { operation: 'CreateRecord', method: 'POST', path, body },
        createdTask,
      );
      return toTask(result);
    },

    findTask: async (correlationId) => {
      const { result } = await find(
        'sc_task',
        [['correlation_id', '=', correlationId]],
        'sys_id,number,state,correlation_id',
        foundTasks,
      );
      const found = result.find((each) => each.correlation_id === correlationId);
      return found === undefined ? undefined : toTask(found);
    },
  };
}

/** The journal field that holds each kind of entry. ServiceNow only appends to these fields. */
const journalFields: Readonly<Record<EntryKind, string>> = {
  internalNote: 'work_notes',
  comment: 'comments',
};

const tablePath = (table: string): string => `/api/now/table/${table}`;

const toTask = ({ sys_id, number, state }: z.infer<typeof task>): TicketTask => ({
  id: sys_id,
  number,
  state: stateOf(state),
});

type Condition = readonly [field: string, operator: '=' | 'LIKE', value: string];

/**
 * Joins the conditions with `^`. ServiceNow has no escape for it, so a value that contains one is rejected.
 */
function encodedQuery(conditions: readonly Condition[]): string {
  if (conditions.some(([, , value]) => value.includes('^'))) {
    throw new Rejected({
      service: 'servicenow',
      operation: 'QueryRecords',
      detail: 'a value to look for must not contain ^',
    });
  }
  return conditions.map((condition) => condition.join('')).join('^');
}
