import { paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import { type HistoryEvent, paginateListExecutions } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { inbox, ticketsOf } from '../../../clients/partner.ts';
import type { TwinAwsClients, OnboardingTwin } from './onboarding-twin.ts';
import { tableItems } from './things.ts';

const request = z.object({
  company: z.string(),
  description: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  telephone: z.string(),
  userId: z.string(),
  ipRanges: z.array(z.string()),
  ticket: z.object({ openedBy: z.string(), requestedFor: z.string() }),
});
const scheduled = z.object({ Payload: z.object({ taskToken: z.string() }) });

/**
 * The ended executions whose histories hold nothing confidential, each with its twin. If one is redriven, it is
 * listed in another state.
 */
const checked = new Set<string>();

/**
 * Returns confidential data that appear in the executions' inputs, outputs and histories, or in the log: link
 * tokens, codes, keys, task tokens and the request's personal data. A task token is permitted where AWS
 * itself writes it. On a shared twin, it reads each history once.
 */
export async function revealed(twin: OnboardingTwin): Promise<readonly string[]> {
  const { aws, urls } = twin;
  const executions = (await listedExecutions(aws))
    .map((listed) => ({
      name: listed.name,
      hasEnded: listed.stopDate !== undefined,
      state: JSON.stringify({ twin: urls.gateway, ...listed }),
    }))
    .filter(({ state }) => !checked.has(state));
  const histories = await Promise.all(
    executions.map(async ({ name }) => ({ name, events: await twin.history(name) })),
  );
  const secrets = [
    ...(await particularsIn(aws)),
    ...(await codesAndLinksIn(urls)),
    ...(await keysIn(aws)),
    ...histories
      .flatMap(({ events }) => events.flatMap(taskTokenIn))
      .map((value) => ({ what: 'a task token', value })),
  ];
  const places = [
    { place: 'the log', text: twin.log() },
    ...histories.flatMap(({ name, events }) =>
      events.map((event) => ({ place: `${name}, event ${String(event.id)}`, text: withoutOwnToken(event) })),
    ),
  ];
  const found = places.flatMap(({ place, text }) =>
    secrets.filter(({ value }) => text.includes(value)).map(({ what }) => `${place} holds ${what}`),
  );
  if (found.length === 0) {
    for (const { state, hasEnded } of executions) if (hasEnded) checked.add(state);
  }
  return found;
}

interface Secret {
  readonly what: string;
  readonly value: string;
}

async function particularsIn(aws: TwinAwsClients): Promise<readonly Secret[]> {
  return (await tableItems(aws))
    .filter(({ sk }) => sk === 'ONBOARDING')
    .flatMap((item) => {
      const { ipRanges, ticket, ...particulars } = request.parse(item['request']);
      return Object.entries({
        ...particulars,
        ...ticket,
        ...Object.fromEntries(ipRanges.map((range, at) => [`IP range ${at + 1}`, range])),
      })
        .filter(([, value]) => value !== '')
        .map(([what, value]) => ({ what, value }));
    });
}

async function codesAndLinksIn(urls: OnboardingTwin['urls']): Promise<readonly Secret[]> {
  const tokens = (await inbox(urls)).flatMap(({ text }) => /\/credentials\/([\w-]+)/u.exec(text)?.[1] ?? []);
  const codes = (await ticketsOf(urls)).flatMap(({ comments }) =>
    comments.flatMap(({ text }) => /\bcode ([0-9A-Z]{4}-[0-9A-Z]{4})\b/u.exec(text)?.[1] ?? []),
  );
  return [
    ...tokens.map((value) => ({ what: 'a link token', value })),
    ...codes.flatMap((code) => [code, code.replace('-', '')]).map((value) => ({ what: 'a code', value })),
  ];
}

async function keysIn({ apiGateway: client }: TwinAwsClients): Promise<readonly Secret[]> {
  const keys: Secret[] = [];
  for await (const { items = [] } of paginateGetApiKeys({ client }, { includeValues: true })) {
    keys.push(...items.flatMap(({ value }) => (value === undefined ? [] : [{ what: 'an API key', value }])));
  }
  return keys;
}

async function listedExecutions({ stepFunctions: client }: TwinAwsClients): Promise<
  readonly {
    readonly name: string;
    readonly status: string | undefined;
    readonly redriveCount: number | undefined;
    readonly stopDate: Date | undefined;
  }[]
> {
  const listed = [];
  for await (const { executions = [] } of paginateListExecutions(
    { client },
    { stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding' },
  )) {
    listed.push(
      ...executions.map(({ name = '', status, redriveCount, stopDate }) => ({
        name,
        status,
        redriveCount,
        stopDate,
      })),
    );
  }
  return listed;
}

const parametersOf = ({ taskScheduledEventDetails }: HistoryEvent): unknown =>
  JSON.parse(taskScheduledEventDetails?.parameters ?? 'null');

function taskTokenIn(event: HistoryEvent): readonly string[] {
  const parameters = scheduled.safeParse(parametersOf(event));
  return parameters.success ? [parameters.data.Payload.taskToken] : [];
}

function withoutOwnToken(event: HistoryEvent): string {
  const [own = 'none'] = taskTokenIn(event);
  return JSON.stringify(event).replace(own, '');
}
