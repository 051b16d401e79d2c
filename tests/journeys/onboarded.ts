import {
  codeIn,
  inbox,
  linkIn,
  type ReceivedMail,
  type TicketView,
  ticketsOf,
} from '../../clients/partner.ts';
import type { TwinUrls } from '../../clients/twin-process.ts';
import { postWebhook } from '../../clients/webhook.ts';
import { ended } from './records.ts';
import type { Payload } from './requests.ts';

export interface HandedOver {
  readonly onboardingId: string;
  readonly executionArn: string;
  readonly mail: ReceivedMail;
  readonly link: string;
  readonly code: string;
}

/** Submits a request and waits until its credentials can be picked up. */
export async function onboard(urls: TwinUrls, request: Payload): Promise<HandedOver> {
  const {
    status,
    body: { onboardingId, executionArn },
  } = await postWebhook(urls.gateway, JSON.stringify(request));
  if (status !== 202 || typeof onboardingId !== 'string' || typeof executionArn !== 'string') {
    throw new Error(`${request.number} was answered ${status}`);
  }
  const { status: end, error } = await ended(urls, executionArn);
  if (end !== 'SUCCEEDED') throw new Error(`${request.number} ended ${error ?? end ?? ''}`);
  return { onboardingId, executionArn, ...(await newestHandOver(urls, onboardingId)) };
}

/** Returns the newest link and code of an onboarding. */
export async function newestHandOver(
  urls: TwinUrls,
  onboardingId: string,
): Promise<Pick<HandedOver, 'mail' | 'link' | 'code'>> {
  const [number = ''] = onboardingId.split('-', 1);
  const posted = linkIn(await inbox(urls), onboardingId);
  const code = codeIn(await ticketOf(urls, number));
  if (posted === undefined || code === undefined) throw new Error(`${onboardingId} has no mail or no code`);
  return { ...posted, code };
}

export async function ticketOf(urls: TwinUrls, number: string): Promise<TicketView> {
  const ticket = (await ticketsOf(urls)).find((each) => each.number === number);
  if (ticket === undefined) throw new Error(`there is no ticket ${number}`);
  return ticket;
}
