import { entryOf } from '../entry-of.ts';
import * as z from 'zod';
import { parseIpRanges } from '../network/ip-ranges.ts';
import { mailboxOf, sameMailbox } from '../mailbox.ts';
import { type CheckedFields, checkFields } from './check-fields.ts';
import {
  companyName,
  contractNumber,
  lines,
  mailbox,
  oneOf,
  personName,
  telephone,
  text,
  ticketNumber,
  userId,
  value,
  type ValueRule,
  withPlainDashes,
} from './request-rules.ts';
import { parseUserId } from '../users/user-id.ts';
import { kinds, type OnboardingRequest } from './request.ts';
import type { Catalogue, Environment } from '../catalogue/catalogue.ts';

/** The fixed settings of a deployment that requests are checked against. */
export interface DeploymentSettings {
  readonly environment: Environment;
  readonly catalogue: Catalogue;
}

/** The values of a request, in the words of the job. Each desk has names of its own for them. */
export const requestFields = [
  'ticketId',
  'number',
  'kind',
  'openedBy',
  'requestedFor',
  'environment',
  'region',
  'company',
  'description',
  'firstName',
  'lastName',
  'email',
  'telephone',
  'userId',
  'userRole',
  'product',
  'ipRanges',
  'prerequisiteMet',
  'contractNumber',
] as const;
export type RequestField = (typeof requestFields)[number];

/** How a desk writes the values of a request. */
export interface RequestFormat {
  readonly ticketId: ValueRule;
  /** Returns what the desk calls a value, for the sentences about errors. */
  readonly nameOf: (field: RequestField) => string;
}

/**
 * Checks a request as a desk sends it: what its kind requires, what its product allows, and who must not
 * receive its mail (WF-1, WF-2). It returns the request in its normal form, or every error at once.
 * @param sent the values as they arrived; those that are absent are undefined
 */
export function checkRequest(
  sent: Readonly<Record<RequestField, unknown>>,
  { environment, catalogue }: DeploymentSettings,
  { ticketId, nameOf }: RequestFormat,
): CheckedFields<RequestField, OnboardingRequest> {
  const { kind: sentKind, openedBy, requestedFor, product: productId } = hints.parse(sent);
  const kind = kinds.find((known) => known === sentKind);
  // Without a known product, nobody can tell whether private ranges are allowed. They are then not reported.
  const privateAllowed = entryOf(catalogue.products, productId)?.privateRanges ?? true;
  const requesters = [openedBy, requestedFor].flatMap((address) => mailboxOf(address) ?? []);
  // For an unknown kind, only those values are required that every kind requires.
  const forProfile = kind === 'b2b-onboarding' || kind === 'b2b-user';
  const forClient = kind === 'b2b-onboarding' || kind === 'api-client';

  const schema = z
    .object({
      ticketId: value(true, ticketId),
      number: value(true, ticketNumber),
      kind: value(true, oneOf('unknown_kind', kinds)).pipe(z.enum(kinds)),
      openedBy: value(true, ...mailbox),
      requestedFor: value(true, ...mailbox),
      environment: value(true, {
        code: 'other_environment',
        allowed: `${environment}, the one this deployment serves.`,
        holds: (name) => name === environment,
      }),
      region: value(true, oneOf('unknown_region', Object.keys(catalogue.regions))),
      company: text(true, ...companyName(100)),
      description: text(kind === 'b2b-onboarding', ...lines(4000)),
      firstName: text(forProfile, ...personName(50)),
      lastName: text(forProfile, ...personName(50)),
      email: value(
        true,
        ...mailbox,
        apartFrom(requesters, `${nameOf('openedBy')} or ${nameOf('requestedFor')}`),
      ),
      telephone: value(forProfile, ...telephone),
      userId: value(true, userId),
      userRole: value(forProfile, oneOf('unknown_user_role', ['End User'])),
      product: value(true, oneOf('unknown_product', Object.keys(catalogue.products))),
      ipRanges: value(false).transform((text, context) =>
        text === '' && !forClient ? [] : ipRanges(text, privateAllowed, context),
      ),
      prerequisiteMet: value(false, oneOf('not_true_or_false', ['true', 'false'])),
      contractNumber: value(false, contractNumber),
    } satisfies Readonly<Record<RequestField, z.ZodType>>)
    .transform((checked): OnboardingRequest => ({
      kind: checked.kind,
      ticket: {
        id: checked.ticketId,
        number: checked.number,
        openedBy: checked.openedBy,
        requestedFor: checked.requestedFor,
      },
      environment,
      region: checked.region,
      product: checked.product,
      company: checked.company,
      ...(checked.contractNumber !== '' && { contractNumber: checked.contractNumber }),
      description: checked.description.replaceAll(/\r\n?/g, '\n'),
      firstName: checked.firstName,
      lastName: checked.lastName,
      email: mailboxOf(checked.email) ?? checked.email,
      telephone: withPlainDashes(checked.telephone),
      userId: parseUserId(checked.userId) ?? checked.userId,
      userRole: 'End User',
      ipRanges: checked.ipRanges,
      prerequisiteMet: checked.prerequisiteMet === 'true',
    }));
  return checkFields(schema, sent);
}

/**
 * The values that decide which rules apply to the others. A value that cannot be read counts as absent here.
 */
const hint = value(false).catch('');
const hints = z.object({ kind: hint, openedBy: hint, requestedFor: hint, product: hint });

/**
 * Requires a mailbox apart from the requesters'. The link goes to it and the code into the ticket; nobody may
 * get both.
 */
const apartFrom = (requesters: readonly string[], theirNames: string): ValueRule => ({
  code: 'same_mailbox',
  allowed: `A mailbox of the partner, not that of ${theirNames}.`,
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
