import { type HistoryEvent, paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import {
  call,
  codeIn,
  type PickedUpCredentials,
  inbox,
  linkIn,
  pickUp,
  requestToken,
  ticketsOf,
} from '../../clients/partner.ts';
import { statesOf } from '../progress.ts';
import { startTwinProcess, type TwinProcess } from '../../clients/twin-process.ts';
import { describeRefusal, postWebhook } from '../../clients/webhook.ts';
import { linesIn, type Usage, usageOf } from './usage.ts';

/**
 * What is measured. An onboarding counts from the webhook to its end, with everything that the end triggers.
 */
export const acts = [
  'onboarding',
  'onboarding that waits for an EWACS account',
  'pick-up',
  'token',
  'first call with a token',
  'next call',
  'sweep',
] as const;
export type CostAct = (typeof acts)[number];
export type Usages = Readonly<Record<CostAct, Usage>>;

const sample = z
  .looseObject({ variables: z.record(z.string(), z.string()) })
  .parse(
    JSON.parse(readFileSync(new URL('../../events/samples/b2b-onboarding-us.json', import.meta.url), 'utf8')),
  );
const route = { method: 'GET', path: '/apis/credit-reports/reports' };
const address = '203.0.113.10';

/**
 * Counts what each act uses, on a twin of its own. Its functions are warm, so access tokens and keys are
 * already cached.
 */
export async function countUsages(): Promise<Usages> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-cost-'));
  const twin = await startTwinProcess(data, { SALLYPORT_TIME_SCALE: '1' }, 'scripts/cost/metered-twin.ts');
  try {
    const measure = measureOn(twin);
    const warming = await measure.onboarding(1, 'false');
    await measure.call(
      (await measure.token((await measure.pickUp(warming.onboardingId)).credentials)).accessToken,
      true,
    );

    const waiting = await measure.onboarding(2, 'false');
    const onboarding = await measure.onboarding(3, 'true');
    const picked = await measure.pickUp(onboarding.onboardingId);
    const token = await measure.token(picked.credentials);
    return {
      onboarding: onboarding.usage,
      'onboarding that waits for an EWACS account': waiting.usage,
      'pick-up': picked.usage,
      token: token.usage,
      'first call with a token': await measure.call(token.accessToken, true),
      'next call': await measure.call(token.accessToken, false),
      sweep: await measure.sweep(),
    };
  } finally {
    await twin.stop();
    rmSync(data, { recursive: true });
  }
}

function measureOn({ urls, logFile }: TwinProcess) {
  let readLines = 0;

  /** Returns the usage since the last act, once the log has this many lines of each kind. */
  const usageWhen = async (expected: Readonly<Record<string, number>>): Promise<Usage> => {
    for (;;) {
      const all = linesIn(readFileSync(logFile, 'utf8'));
      const since = all.slice(readLines);
      const kinds = Map.groupBy(since, ({ code, service = '' }) =>
        code === 'call_answered' ? code : service,
      );
      if (Object.entries(expected).every(([kind, count]) => (kinds.get(kind)?.length ?? 0) >= count)) {
        readLines = all.length;
        return usageOf(since);
      }
      await pause(20);
    }
  };

  return {
    onboarding: async (index: number, ewacsAccountCreated: 'true' | 'false') => {
      // Wait until no vendor's queue holds calls of the previous onboarding.
      await pause(1000);
      const number = `RITM${String(7_000_000 + index)}`;
      const answer = await postWebhook(
        urls.gateway,
        JSON.stringify({
          ...sample,
          sys_id: String(index).padStart(32, '0'),
          number,
          variables: {
            ...sample.variables,
            ewacs_account_created: ewacsAccountCreated,
            user_id: `cost.${index}`,
            company: `Cost ${index}`,
            email: `cost.${index}@partner.example`,
          },
        }),
      );
      if (answer.status !== 202) throw new Error(describeRefusal(answer));
      const { onboardingId, executionArn } = z
        .object({ onboardingId: z.string(), executionArn: z.string() })
        .parse(answer.body);
      if (ewacsAccountCreated === 'false') await closeTask(urls, number, index);
      const usage = await usageWhen({
        call_answered: ewacsAccountCreated === 'true' ? 1 : 2,
        'execution-ended': 1,
        'mail-events': 2,
      });
      const events = await history(urls.aws, executionArn);
      return {
        onboardingId,
        usage: { ...usage, stateTransitions: statesOf(events).length, workflowEvents: events.length },
      };
    },

    /** Opens the link and then sends the code, as a person does. */
    pickUp: async (onboardingId: string) => {
      const link = linkIn(await inbox(urls), onboardingId)?.link ?? '';
      const code =
        codeIn((await ticketsOf(urls)).find(({ number }) => onboardingId.startsWith(`${number}-`))) ?? '';
      await (await fetch(link)).text();
      // Longer than the pace of Cognito's changes, because the onboarding was one.
      await pause(500);
      return {
        credentials: await pickUp(link, code),
        usage: await usageWhen({ call_answered: 2, 'credential-pickup': 2 }),
      };
    },

    token: async (credentials: PickedUpCredentials) => ({
      accessToken: (await requestToken(credentials)).accessToken,
      usage: await usageWhen({ call_answered: 1, token: 2 }),
    }),

    /**
     * Makes a call.
     * @param decided whether the authorizer is asked; if not, API Gateway uses its cached answer
     */
    call: async (accessToken: string, decided: boolean) => {
      const { status } = await call(urls, route, address, accessToken);
      if (status !== 200) throw new Error(`the call was answered ${status}`);
      return usageWhen({ call_answered: 1, ...(decided && { authorizer: 1 }) });
    },

    sweep: async () => {
      await fetch(`${urls.aws}/2015-03-31/functions/sallyport-dev-onboarding-sweep/invocations`, {
        method: 'POST',
      });
      return usageWhen({ 'onboarding-sweep': 1 });
    },
  };
}

/**
 * Closes the task, as the assignment group does. It first waits until the task exists and its number is
 * recorded, because before that no execution waits for it.
 */
async function closeTask(urls: TwinProcess['urls'], number: string, index: number): Promise<void> {
  for (;;) {
    const task = (await ticketsOf(urls)).filter(({ table }) => table === 'sc_task').at(index - 1);
    const noted = task !== undefined && (await isWaitedFor(urls.aws, `${number}-b2b-onboarding-DEV-1`));
    if (noted) {
      await postWebhook(
        urls.gateway,
        JSON.stringify({
          type: 'sc_task.closed',
          sys_id: task.sys_id,
          number: task.number,
          request_item: number,
          state: '3',
        }),
      );
      return;
    }
    await pause(20);
  }
}

const history = async (aws: string, executionArn: string): Promise<readonly HistoryEvent[]> => {
  const client = new SFNClient({
    endpoint: aws,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  });
  try {
    const events: HistoryEvent[] = [];
    for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
      events.push(...(page.events ?? []));
    }
    return events;
  } finally {
    client.destroy();
  }
};

const isWaitedFor = async (aws: string, name: string): Promise<boolean> =>
  (await history(aws, `arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:${name}`)).at(
    -1,
  )?.type === 'TaskSubmitted';
