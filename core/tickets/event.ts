import { createHash } from 'node:crypto';
import type * as z from 'zod';
import type { FieldError } from '../problem.ts';
import { requestPayload, taskPayload, type ClosedTask, type DeploymentSettings } from './payload.ts';
import type { OnboardingRequest } from './request.ts';

/** The result of parsing a webhook's body. */
export type ParsedEvent =
  /** The body is not one of our events. */
  | { readonly outcome: 'malformed'; readonly problem: string }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldError[] }
  /** `digest` is the SHA-256 in hexadecimal. It is the same for the same kind and variables. */
  | { readonly outcome: 'request'; readonly request: OnboardingRequest; readonly digest: string }
  | { readonly outcome: 'task-closed'; readonly task: ClosedTask };

/**
 * Parses the body of a ServiceNow webhook (WF-1, WF-3), whose signature was already checked. It never throws.
 * It reports every error at once, and ignores fields that it does not know.
 */
export function parseEvent(rawBody: string, deployment: DeploymentSettings): ParsedEvent {
  const payload = objectIn(rawBody);
  if (payload === undefined) return { outcome: 'malformed', problem: 'The body is not a JSON object.' };
  switch (payload.type) {
    case 'sc_req_item.submitted': {
      const { data: request, error } = requestPayload(payload, deployment).safeParse(payload);
      return error
        ? { outcome: 'invalid', faults: faultsIn(error) }
        : { outcome: 'request', request, digest: digestOf(request) };
    }
    case 'sc_task.closed': {
      const { data: task, error } = taskPayload.safeParse(payload);
      return error ? { outcome: 'invalid', faults: faultsIn(error) } : { outcome: 'task-closed', task };
    }
    default:
      return {
        outcome: 'malformed',
        problem: 'The type is none of sc_req_item.submitted and sc_task.closed.',
      };
  }
}

function objectIn(rawBody: string): { readonly type?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(rawBody);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(request: OnboardingRequest): string {
  const content = Object.keys(request)
    .filter((name) => name !== 'ticket')
    .toSorted();
  return createHash('sha256').update(JSON.stringify(request, content)).digest('hex');
}

function faultsIn(error: z.ZodError): readonly FieldError[] {
  return error.issues.map((issue) => ({ path: `/${issue.path.join('/')}`, ...reasonOf(issue) }));
}

function reasonOf(issue: z.core.$ZodIssue): Pick<FieldError, 'code' | 'allowed'> {
  if (issue.code === 'custom') return { code: String(issue.params?.['code']), allowed: issue.message };
  return issue.path.at(-1) === 'variables'
    ? { code: 'not_an_object', allowed: 'An object.' }
    : { code: 'not_a_string', allowed: 'A string.' };
}
