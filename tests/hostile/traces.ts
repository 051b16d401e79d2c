import * as z from 'zod';
import { ticketOf } from '../journeys/onboarded.ts';
import type { TestTwin } from '../support/twin.ts';
import { outlineOf } from './outline.ts';

/** What an onboarding has left with those who read: people in ServiceNow, the partner, the directory. */

const mails = z.array(
  z.object({
    from: z.string(),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    tags: z.record(z.string(), z.string()),
  }),
);
const profile = z.object({ profile: z.record(z.string(), z.string()) });
const tasks = z.object({
  result: z.array(
    z.object({
      number: z.string(),
      sys_id: z.string(),
      short_description: z.string(),
      description: z.string(),
    }),
  ),
});

const json = async (url: string, authorization = ''): Promise<unknown> =>
  (await fetch(url, { headers: { authorization } })).json();

/** The mail with the onboarding's link. */
export async function mailOf({ urls }: TestTwin, onboardingId: string) {
  return mails
    .parse(await json(`${urls.gateway}/_twin/inbox`))
    .find(({ tags }) => tags['onboarding'] === onboardingId);
}

export async function profileOf(
  { urls }: TestTwin,
  login: string,
): Promise<Readonly<Record<string, string>>> {
  return profile.parse(await json(`${urls.okta}/api/v1/users/${encodeURIComponent(login)}`, 'SSWS twin'))
    .profile;
}

/** The task that asks for the onboarding's EWACS account, once it is there. */
export async function taskOf({ urls }: TestTwin, onboardingId: string) {
  const query = new URLSearchParams({
    sysparm_query: `correlation_id=${onboardingId}/ewacs-account`,
  }).toString();
  return tasks.parse(
    await json(
      `${urls.servicenow}/api/now/table/sc_task?${query}`,
      `Basic ${Buffer.from('admin:admin').toString('base64')}`,
    ),
  ).result[0];
}

/** How a text is broken into lines, by whatever some program takes for the end of one. */
const linesIn = (text: string): number => text.split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/u).length;

/** What must not depend on the strings of a request: entries and lines of the ticket, elements and lines of the mail, but for the brand's colour. */
export async function shapeOf(twin: TestTwin, onboardingId: string) {
  const { work_notes, comments, state } = await ticketOf(twin.urls, onboardingId.split('-', 1)[0] ?? '');
  const mail = await mailOf(twin, onboardingId);
  return {
    state,
    notes: work_notes.map(({ text }) => linesIn(text)),
    comments: comments.map(({ text }) => linesIn(text)),
    ...(mail !== undefined && {
      mailLines: linesIn(mail.text),
      mailElements: outlineOf(mail.html).tags.map((tag) =>
        tag.replace(/ href="http[^"]*"/u, ' href').replaceAll(/#[0-9a-f]{6}/gu, '#'),
      ),
    }),
  };
}
