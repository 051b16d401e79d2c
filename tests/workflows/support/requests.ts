import { createHash } from 'node:crypto';
import type { Kind } from '../../../core/tickets/request.ts';
import type { WebhookAnswer } from '../../../clients/webhook.ts';

/** A requested item as ServiceNow sends it. */
export interface Submission {
  readonly type: 'sc_req_item.submitted';
  readonly sys_id: string;
  readonly number: string;
  readonly sys_mod_count: string;
  readonly request: string;
  readonly cat_item: Kind;
  readonly opened_by: string;
  readonly requested_for: string;
  readonly variables: Readonly<Record<string, string>>;
}

const sysIdOf = (number: string): string => createHash('md5').update(number).digest('hex');
let orders = 20_000;

/**
 * Returns a new request with a ticket, company, person and user id of its own. Unless `variables` differ, it
 * comes from the US, is for credit reports and says that the EWACS account exists.
 */
export function newSubmission(kind: Kind, variables: Readonly<Record<string, string>> = {}): Submission {
  orders += 1;
  const number = `RITM00${orders}`;
  return {
    type: 'sc_req_item.submitted',
    sys_id: sysIdOf(number),
    number,
    sys_mod_count: '0',
    request: `REQ00${orders}`,
    cat_item: kind,
    opened_by: 'bu.requester@company.example',
    requested_for: 'bu.owner@company.example',
    variables: {
      environment: 'DEV',
      region: 'US',
      company: `Acme Credit ${orders}`,
      description: `The wish of ticket ${orders}`,
      first_name: `Dana${orders}`,
      last_name: `Lindqvist${orders}`,
      email: `api-team@acme-${orders}.example`,
      telephone: `+1 555 ${orders}`,
      user_id: `dana.${orders}`,
      user_role: 'End User',
      ewacs_product_name: 'credit-reports',
      ip_addresses: '203.0.113.10, 2001:db8:7::/48',
      ewacs_account_created: 'true',
      ...variables,
    },
  };
}

/** Returns another request of the same company for the same person, with a ticket of its own. */
export function anotherOf(
  { variables }: Submission,
  kind: Kind,
  changes: Readonly<Record<string, string>> = {},
): Submission {
  return newSubmission(kind, { ...variables, ...changes });
}

/** Returns ServiceNow's message that the task was closed. State 3 is complete. */
export const taskClosed = (
  { number: request_item }: Submission,
  number: string,
  state: '3' | '4' | '7' = '3',
) => ({
  type: 'sc_task.closed',
  sys_id: sysIdOf(number),
  number,
  request_item,
  state,
  variables: { ewacs_user_id: 'EW-100001' },
});

/** Returns an onboarding's id; by default, that of the first attempt. */
export const onboardingIdOf = ({ number, cat_item, variables }: Submission, attempt = 1): string =>
  `${number}-${cat_item}-${variables['environment'] ?? ''}-${attempt}`;

/** Returns the webhook's answer to a request that it accepts or has accepted. */
export const receipt = (
  submission: Submission,
  { status = 202, attempt = 1, is = 'Running' } = {},
): WebhookAnswer => {
  const onboardingId = onboardingIdOf(submission, attempt);
  return { status, body: { onboardingId, executionArn: executionArnOf(onboardingId), status: is } };
};

/** The webhook's answer while a service that it needs is down. */
export const tryAgainLater: WebhookAnswer = {
  status: 503,
  body: {
    type: 'about:blank',
    title: 'A service that is needed for this does not answer. Nothing is lost; try again later.',
    status: 503,
    code: 'try_again_later',
  },
};

/**
 * Returns the webhook's answer to a closed task: 202 if its onboarding goes on because of it, and 200 if it was
 * closed before.
 */
export const taskReceipt = (number: string, status: 200 | 202 = 202): WebhookAnswer => ({
  status,
  body: { number, status: 'closed' },
});

export const executionArnOf = (onboardingId: string): string =>
  `arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:${onboardingId}`;
