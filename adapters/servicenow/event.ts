import { createHash } from 'node:crypto';
import type { FieldError } from '../../core/problem.ts';
import { namedLikePrototype } from '../../core/prototype-members.ts';
import {
  checkRequest,
  type DeploymentSettings,
  type RequestField,
  requestFields,
} from '../../core/tickets/check-request.ts';
import type { ValueError } from '../../core/tickets/check-fields.ts';
import {
  checkClosedTask,
  type ClosedTask,
  type ClosedTaskField,
  closedTaskFields,
} from '../../core/tickets/closed-task.ts';
import type { ValueRule } from '../../core/tickets/request-rules.ts';
import type { OnboardingRequest } from '../../core/tickets/request.ts';
import { toStored } from '../stored-request.ts';
import { requestVariables } from './request-variables.ts';
import { closedStates } from './states.ts';

/** The result of parsing a webhook's body. */
export type ParsedEvent =
  /** The body is not one of our events. */
  | { readonly outcome: 'malformed'; readonly problem: string }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldError[] }
  /** `digest` is the SHA-256 in hexadecimal. It is the same for the same kind and variables. */
  | { readonly outcome: 'request'; readonly request: OnboardingRequest; readonly digest: string }
  | { readonly outcome: 'task-closed'; readonly task: ClosedTask };

/** Where a value is in a payload: beside `type`, or among the variables of the catalog item or task. */
interface Place {
  readonly of: 'record' | 'variables';
  /** Absent if the catalogue names no such variable. */
  readonly name?: string | undefined;
}
const field = (name: string): Place => ({ of: 'record', name });
const variable = (name: string | undefined): Place => ({ of: 'variables', name });

/** The id of a record. */
const sysId: ValueRule = {
  code: 'not_a_sys_id',
  allowed: '32 hexadecimal digits in lower case.',
  holds: (text) => /^[0-9a-f]{32}$/.test(text),
};

/** What ServiceNow calls the values of a request (`sc_req_item.submitted`). */
const requestPlaces = ({ catalogue }: DeploymentSettings): Readonly<Record<RequestField, Place>> => ({
  ticketId: field('sys_id'),
  number: field('number'),
  kind: field('cat_item'),
  openedBy: field('opened_by'),
  requestedFor: field('requested_for'),
  environment: variable(requestVariables.environment),
  region: variable(requestVariables.region),
  company: variable(requestVariables.company),
  description: variable(requestVariables.description),
  firstName: variable(requestVariables.firstName),
  lastName: variable(requestVariables.lastName),
  email: variable(requestVariables.email),
  telephone: variable(requestVariables.telephone),
  userId: variable(requestVariables.userId),
  userRole: variable(requestVariables.userRole),
  product: variable(requestVariables.product),
  ipRanges: variable(requestVariables.ipRanges),
  prerequisiteMet: variable(catalogue.prerequisite?.variables.met),
  contractNumber: variable(requestVariables.contractNumber),
});

/** What ServiceNow calls the values of a closed task (`sc_task.closed`). */
const taskPlaces = ({ catalogue }: DeploymentSettings): Readonly<Record<ClosedTaskField, Place>> => ({
  id: field('sys_id'),
  number: field('number'),
  ticketNumber: field('request_item'),
  state: field('state'),
  prerequisiteId: variable(catalogue.prerequisite?.variables.id),
});

/**
 * Parses the body of a ServiceNow webhook (WF-1, WF-3), whose signature was already checked. It never throws.
 * It reports every error at once, by ServiceNow's names. It ignores fields that it does not know, except those
 * that are named like members of a prototype.
 */
export function parseEvent(rawBody: string, deployment: DeploymentSettings): ParsedEvent {
  const payload = objectIn(rawBody);
  if (payload === undefined) return { outcome: 'malformed', problem: 'The body is not a JSON object.' };
  const ofPrototype = [
    ...namedLikePrototype(payload, ''),
    ...namedLikePrototype(variablesIn(payload) ?? {}, '/variables'),
  ];
  switch (payload['type']) {
    case 'sc_req_item.submitted': {
      const places = requestPlaces(deployment);
      const sent = valuesAt(requestFields, places, payload);
      const checked = checkRequest(sent, deployment, {
        ticketId: sysId,
        nameOf: (name) => places[name].name ?? name,
      });
      const faults = [...faultsOf(checked.errors ?? [], places, payload), ...ofPrototype];
      if (checked.errors !== undefined || faults.length > 0) return { outcome: 'invalid', faults };
      return { outcome: 'request', request: checked.result, digest: digestOf(checked.result) };
    }
    case 'sc_task.closed': {
      const places = taskPlaces(deployment);
      const checked = checkClosedTask(valuesAt(closedTaskFields, places, payload), {
        id: sysId,
        closedStates,
      });
      const faults = [...faultsOf(checked.errors ?? [], places, payload), ...ofPrototype];
      if (checked.errors !== undefined || faults.length > 0) return { outcome: 'invalid', faults };
      return { outcome: 'task-closed', task: checked.result };
    }
    default:
      return {
        outcome: 'malformed',
        problem: 'The type is none of sc_req_item.submitted and sc_task.closed.',
      };
  }
}

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectIn(rawBody: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(rawBody);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The variables of a payload. Absent and null are the same as none. Undefined if they are no object. */
function variablesIn({ variables }: JsonObject): JsonObject | undefined {
  const sent = variables ?? {};
  return isObject(sent) ? sent : undefined;
}

function valuesAt<Field extends string>(
  fields: readonly Field[],
  places: Readonly<Record<Field, Place>>,
  payload: JsonObject,
): Readonly<Record<Field, unknown>> {
  const sources = { record: payload, variables: variablesIn(payload) ?? {} };
  const values = fields.map((each) => {
    const { of, name } = places[each];
    const source = sources[of];
    return [each, name !== undefined && Object.hasOwn(source, name) ? source[name] : undefined] as const;
  });
  return Object.fromEntries(values) as Record<Field, unknown>;
}

/** Returns the errors by ServiceNow's names. Nothing is said of variables that could not be read. */
function faultsOf<Field extends string>(
  errors: readonly ValueError<Field>[],
  places: Readonly<Record<Field, Place>>,
  payload: JsonObject,
): readonly FieldError[] {
  const isReadable = variablesIn(payload) !== undefined;
  const faults = errors.flatMap(({ field: at, code, allowed }) => {
    const { of, name = at } = places[at];
    if (of === 'record') return [{ path: `/${name}`, code, allowed }];
    return isReadable ? [{ path: `/variables/${name}`, code, allowed }] : [];
  });
  return isReadable
    ? faults
    : [...faults, { path: '/variables', code: 'not_an_object', allowed: 'An object.' }];
}

/** The digest is of the stored form, so that it stays the same whatever the names in the code are. */
function digestOf(request: OnboardingRequest): string {
  const stored = toStored(request);
  const content = Object.keys(stored)
    .filter((name) => name !== 'ticket')
    .toSorted();
  return createHash('sha256').update(JSON.stringify(stored, content)).digest('hex');
}
