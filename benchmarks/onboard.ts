import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { codeIn, type PickedUpCredentials, inbox, linkIn, pickUp, ticketsOf } from '../clients/partner.ts';
import type { TwinUrls } from '../clients/twin-process.ts';
import { postWebhook } from '../clients/webhook.ts';

/** Any access key works, because the twin checks permissions only for the keys of functions. */
export const credentials = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
};

/** An onboarding that has ended `Done`. Times are in milliseconds since 1970. */
export interface Onboarded {
  readonly executionArn: string;
  /** When its request was posted. */
  readonly postedAt: number;
  readonly doneAt: number;
}

/** Sends requests to a twin, each for a new partner. */
export interface Onboarder {
  /**
   * Runs one onboarding.
   * @param index any number that has not been used yet
   * @throws {Error} if it does not end `Done`
   */
  onboard(index: number): Promise<Onboarded>;
  readonly client: SFNClient;
  close(): void;
}

const sample = JSON.parse(readFileSync('events/samples/b2b-onboarding-us.json', 'utf8')) as {
  readonly variables: object;
};
const pollMilliseconds = 100;

export const mailAddress = (index: number): string => `bench.${index}@partner.example`;

/** Returns a request with a ticket, user and mailbox of its own. */
export const bodyFor = (index: number, company = `Bench ${index}`): object => ({
  ...sample,
  sys_id: index.toString(16).padStart(32, '0'),
  number: `RITM${1_000_000 + index}`,
  variables: { ...sample.variables, user_id: `bench.${index}`, company, email: mailAddress(index) },
});

/** Creates the sender of requests to a twin. */
export function createOnboarder({ gateway, aws }: TwinUrls): Onboarder {
  const client = new SFNClient({ ...credentials, endpoint: aws });
  /** Polling takes processor time of the twin, so it begins only shortly before the usual end. */
  let usualDuration = 0;
  const waitForEnd = async (executionArn: string): Promise<DescribeExecutionCommandOutput> => {
    await pause(0.8 * usualDuration);
    for (;;) {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return execution;
      await pause(pollMilliseconds);
    }
  };
  return {
    client,
    onboard: async (index) => {
      const postedAt = Date.now();
      const { status, body } = await postWebhook(gateway, JSON.stringify(bodyFor(index)));
      if (status !== 202) throw new Error(`the webhook answered ${status} to onboarding ${index}`);
      const executionArn = String(body['executionArn']);
      const { status: end, error = end, stopDate } = await waitForEnd(executionArn);
      if (end !== 'SUCCEEDED' || stopDate === undefined) {
        throw new Error(`onboarding ${index} ended ${String(error)}`);
      }
      const doneAt = stopDate.getTime();
      usualDuration += 0.1 * (doneAt - postedAt - usualDuration);
      return { executionArn, postedAt, doneAt };
    },
    close: () => client.destroy(),
  };
}

/** Onboards a partner and picks up the credentials of its client. */
export async function onboardClient(urls: TwinUrls, index: number): Promise<PickedUpCredentials> {
  const onboarder = createOnboarder(urls);
  const { executionArn } = await onboarder.onboard(index);
  onboarder.close();
  const onboardingId = executionArn.split(':').at(-1) ?? '';
  const ticket = (await ticketsOf(urls)).find(({ number }) => onboardingId.startsWith(`${number}-`));
  return pickUp(linkIn(await inbox(urls), onboardingId)?.link ?? '', codeIn(ticket) ?? '');
}
