import * as z from 'zod';
import { parseIpRanges } from '../network/ip-ranges.ts';
import { mailboxOf, sameMailbox } from '../mailbox.ts';
import {
  contractNumber,
  lines,
  mailbox,
  oneLine,
  oneOf,
  sysId,
  telephone,
  ticketNumber,
  userId,
  value,
  type ValueRule,
} from './request-rules.ts';
import { kinds, type OnboardingRequest } from './request.ts';
import type { Catalogue, Environment } from '../catalogue/catalogue.ts';

/** The fixed settings of a deployment that payloads are checked against. */
export interface DeploymentSettings {
  readonly environment: Environment;
  readonly catalogue: Catalogue;
}

/**
 * Returns the schema for this payload of type `sc_req_item.submitted`. It checks what the payload's kind
 * requires, what its product allows, and who must not receive its mail. It transforms the payload into the
 * request's normal form.
 */
export function requestPayload(payload: unknown, { environment, catalogue }: DeploymentSettings) {
  const {
    cat_item: item,
    opened_by: opener,
    requested_for: owner,
    variables: { ewacs_product_name: productId },
  } = outline.parse(payload);
  const kind = kinds.find((known) => known === item);
  // Without a known product, nobody can tell whether private ranges are allowed. They are then not reported.
  const privateAllowed = catalogue.products[productId]?.privateRanges ?? true;
  const requesters = [opener, owner].flatMap((address) => mailboxOf(address) ?? []);
  // For an unknown kind, only those values are required that every kind requires.
  const forProfile = kind === 'b2b-onboarding' || kind === 'b2b-user';
  const forClient = kind === 'b2b-onboarding' || kind === 'api-client';

  const variables = z.object({
    environment: value(true, {
      code: 'other_environment',
      allowed: `${environment}, the one this deployment serves.`,
      holds: (name) => name === environment,
    }),
    region: value(true, oneOf('unknown_region', Object.keys(catalogue.regions))),
    company: value(true, ...oneLine(100)),
    description: value(kind === 'b2b-onboarding', ...lines(4000)),
    first_name: value(forProfile, ...oneLine(50)),
    last_name: value(forProfile, ...oneLine(50)),
    email: value(true, ...mailbox, apartFrom(requesters)),
    telephone: value(forProfile, ...telephone),
    user_id: value(true, userId),
    user_role: value(forProfile, oneOf('unknown_user_role', ['End User'])),
    ewacs_product_name: value(true, oneOf('unknown_product', Object.keys(catalogue.products))),
    ip_addresses: value(false).transform((text, context) =>
      text === '' && !forClient ? [] : ipRanges(text, privateAllowed, context),
    ),
    ewacs_account_created: value(false, oneOf('not_true_or_false', ['true', 'false'])),
    contract_number: value(false, contractNumber),
  });
  return z
    .object({
      sys_id: value(true, sysId),
      number: value(true, ticketNumber),
      cat_item: value(true, oneOf('unknown_kind', kinds)).pipe(z.enum(kinds)),
      opened_by: value(true, ...mailbox),
      requested_for: value(true, ...mailbox),
      variables: z.preprocess((sent) => sent ?? {}, variables),
    })
    .transform(({ variables: sent, ...ticket }): OnboardingRequest => ({
      kind: ticket.cat_item,
      ticket: {
        sysId: ticket.sys_id,
        number: ticket.number,
        openedBy: ticket.opened_by,
        requestedFor: ticket.requested_for,
      },
      environment,
      region: sent.region,
      product: sent.ewacs_product_name,
      company: sent.company,
      ...(sent.contract_number !== '' && { contractNumber: sent.contract_number }),
      description: sent.description.replaceAll(/\r\n?/g, '\n'),
      firstName: sent.first_name,
      lastName: sent.last_name,
      email: mailboxOf(sent.email) ?? sent.email,
      telephone: sent.telephone,
      userId: sent.user_id.toLowerCase(),
      userRole: 'End User',
      ipRanges: sent.ip_addresses,
      ewacsAccountCreated: sent.ewacs_account_created === 'true',
    }));
}

/**
 * The values that decide which rules apply to the others. A value that cannot be read counts as absent here.
 */
const hint = value(false).catch('');
const outlineVariables = z.object({ ewacs_product_name: hint });
const outline = z.object({
  cat_item: hint,
  opened_by: hint,
  requested_for: hint,
  variables: outlineVariables.catch({ ewacs_product_name: '' }),
});

/**
 * Requires a mailbox apart from the requesters'. The link goes to it and the code into the ticket; nobody may
 * get both.
 */
const apartFrom = (requesters: readonly string[]): ValueRule => ({
  code: 'same_mailbox',
  allowed: 'A mailbox of the partner, not that of opened_by or requested_for.',
  holds: (text) => {
    const address = mailboxOf(text);
    return address === undefined || !requesters.some((requester) => sameMailbox(address, requester));
  },
});

function ipRanges(
  text: string,
  privateAllowed: boolean,
  context: z.RefinementCtx<string>,
): readonly string[] {
  const parsed = parseIpRanges(text, { privateAllowed });
  if ('ranges' in parsed) return parsed.ranges;
  for (const { code, allowed } of parsed.faults) {
    context.addIssue({ code: 'custom', params: { code }, message: allowed });
  }
  return z.NEVER;
}

const closedStates = ['3', '4', '7'] as const;

/** A ServiceNow task that was closed (`sc_task.closed`). */
export interface ClosedTask {
  readonly sysId: string;
  readonly number: string;
  /** The number of the requested item that the task belongs to. */
  readonly requestItem: string;
  /** The ServiceNow state: 3 closed complete, 4 closed incomplete, 7 closed skipped. */
  readonly state: (typeof closedStates)[number];
  readonly ewacsUserId?: string;
}

/** The schema for a payload of type `sc_task.closed`. */
export const taskPayload = z
  .object({
    sys_id: value(true, sysId),
    number: value(true, ticketNumber),
    request_item: value(true, ticketNumber),
    state: value(true, oneOf('not_closed', closedStates)).pipe(z.enum(closedStates)),
    variables: z.preprocess((sent) => sent ?? {}, z.object({ ewacs_user_id: value(false, ...oneLine(100)) })),
  })
  .transform(({ variables, ...task }): ClosedTask => ({
    sysId: task.sys_id,
    number: task.number,
    requestItem: task.request_item,
    state: task.state,
    ...(variables.ewacs_user_id !== '' && { ewacsUserId: variables.ewacs_user_id }),
  }));
