import * as z from 'zod';
import type { TwinUrls } from './twin-process.ts';

/**
 * What the people of an onboarding do: they read the mail and the ticket, pick up, request a token, and call.
 */

const mails = z.array(
  z.object({
    source: z.string(),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    tags: z.record(z.string(), z.string()),
  }),
);
const tickets = z.array(
  z.object({
    sys_id: z.string(),
    number: z.string(),
    table: z.string(),
    state: z.string(),
    assignment_group: z.string(),
    work_notes: z.array(z.object({ text: z.string(), at: z.string() })),
    comments: z.array(z.object({ text: z.string(), at: z.string() })),
  }),
);
const credentials = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  token_url: z.string(),
  scopes: z.array(z.string()),
});
const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });

export type ReceivedMail = z.infer<typeof mails>[number];
export type TicketView = z.infer<typeof tickets>[number];
export type PickedUpCredentials = z.infer<typeof credentials>;

export interface CallAnswer {
  readonly status: number;
  /** The code of the problem, if the answer is one. */
  readonly code?: string;
}

async function json(url: string, init?: RequestInit): Promise<unknown> {
  const answer = await fetch(url, init);
  if (!answer.ok) {
    throw new Error(
      `${init?.method ?? 'GET'} ${new URL(url).pathname.replace(/\/credentials\/.*/u, '/credentials/…')} answered ${answer.status}: ${await answer.text()}`,
    );
  }
  return answer.json();
}

/** Returns the mails that the twin has received. */
export async function inbox({ gateway }: TwinUrls): Promise<readonly ReceivedMail[]> {
  return mails.parse(await json(`${gateway}/_twin/inbox`));
}

/** Returns the twin's tickets and tasks. */
export async function ticketsOf({ gateway }: TwinUrls): Promise<readonly TicketView[]> {
  return tickets.parse(await json(`${gateway}/_twin/tickets`));
}

/** Returns the newest mail with a link for this onboarding. */
export function linkIn(
  all: readonly ReceivedMail[],
  onboardingId: string,
): { readonly mail: ReceivedMail; readonly link: string } | undefined {
  const mail = all.findLast(({ tags }) => tags['onboarding'] === onboardingId);
  const link = mail === undefined ? undefined : /https?:\S+\/credentials\/[\w-]+/u.exec(mail.text)?.[0];
  return mail === undefined || link === undefined ? undefined : { mail, link };
}

/** Returns the newest code in the ticket's comments. */
export function codeIn(ticket: TicketView | undefined): string | undefined {
  const codes = ticket?.comments.flatMap(
    ({ text }) => /\bcode ([0-9A-Z]{4}-[0-9A-Z]{4})\b/u.exec(text)?.[1] ?? [],
  );
  return codes?.at(-1);
}

/** Picks up the credentials of a link. */
export async function pickUp(link: string, code: string): Promise<PickedUpCredentials> {
  return credentials.parse(
    await json(link, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ code }),
    }),
  );
}

/** Requests an access token with the picked-up credentials. */
export async function requestToken({
  client_id,
  client_secret,
  token_url,
}: PickedUpCredentials): Promise<{ readonly accessToken: string; readonly expiresIn: number }> {
  const answer = tokenAnswer.parse(
    await json(token_url, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
    }),
  );
  return { accessToken: answer.access_token, expiresIn: answer.expires_in };
}

/** Calls a route of the twin's gateway, as if from the given IP address. */
export async function call(
  { gateway }: TwinUrls,
  route: { readonly method: string; readonly path: string },
  from: string,
  accessToken?: string,
): Promise<CallAnswer> {
  const answer = await fetch(`${gateway}${route.path}`, {
    method: route.method,
    headers: {
      'x-twin-source-ip': from,
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
  });
  const body = z.object({ code: z.string() }).safeParse(await answer.json().catch(() => undefined));
  return { status: answer.status, ...(body.success && { code: body.data.code }) };
}
