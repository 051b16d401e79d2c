import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import {
  call,
  type PickedUpCredentials,
  inbox,
  pickUp,
  requestToken,
  ticketsOf,
} from '../../clients/partner.ts';
import { postWebhook, webhookSecret } from '../../clients/webhook.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { run } from '../support/commands.ts';
import { newestHandOver } from './onboarded.ts';
import {
  awaitsEwacsAccount,
  ended,
  endOf,
  executionEnds,
  executions,
  history,
  tableItems,
  taskOf,
} from './records.ts';
import { type Payload, requestFor, sample } from './requests.ts';

type Kind =
  | 'link token'
  | 'code'
  | 'wrong code'
  | 'client secret'
  | 'access token'
  | 'task token'
  | 'API key'
  | 'secret of our own';

interface Secret {
  readonly kind: Kind;
  readonly value: string;
  /** The places where it may appear, as `Place.name`. */
  readonly belongs: readonly string[];
}

interface Place {
  readonly name: string;
  readonly text: string;
}

const privateKey = z.looseObject({ d: z.string().min(300) });
const identities = z.looseObject({
  oktaPrivateKey: privateKey,
  oktaReaderKey: privateKey,
  oktaLoginKey: privateKey,
  servicenowClientSecret: z.string().min(40),
});

/** Returns the encodings in which a value could be written. */
const formsOf = (value: string): readonly string[] => {
  const bytes = Buffer.from(value);
  return [
    value,
    value.replace('-', ''),
    bytes.toString('base64').replace(/=+$/u, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(value),
  ];
};

/** All places are checked once, after a run that includes every event. */
// Threat T-13
describe('WF-7 no secret is where it does not belong', () => {
  let twin: TestTwin;
  const secrets: Secret[] = [];
  const places: Place[] = [];
  beforeAll(async () => {
    twin = await startTestTwin();
    await everythingHappens();
    await everythingIsSeen();
  });
  afterAll(() => twin.stop());

  const submit = async (
    request: Payload,
  ): Promise<{ readonly onboardingId: string; readonly executionArn: string }> => {
    const {
      status,
      body: { onboardingId, executionArn },
    } = await postWebhook(twin.urls.gateway, JSON.stringify(request));
    expect(status).toBe(202);
    return { onboardingId: String(onboardingId), executionArn: String(executionArn) };
  };
  const setFault = (service: string, operation: string, mode: string): Promise<Response> =>
    fetch(`${twin.urls.gateway}/_twin/faults`, {
      method: 'POST',
      body: JSON.stringify([{ service, operation, mode }]),
    });

  /** Completes an onboarding, including the work of the assignment group. */
  const onboard = async (request: Payload): Promise<string> => {
    const { onboardingId, executionArn } = await submit(request);
    if (request.variables['ewacs_account_created'] !== 'true') {
      const { id: submitted } = await awaitsEwacsAccount(twin.urls, executionArn);
      for (const event of await history(twin.urls, executionArn)) {
        const token = /"taskToken":"([^"]+)"/u.exec(event.taskScheduledEventDetails?.parameters ?? '')?.[1];
        if (token !== undefined && (event.id ?? 0) < (submitted ?? 0)) {
          secrets.push({
            kind: 'task token',
            value: token,
            belongs: [`parameters of ${onboardingId}`, `item ONBOARDING#${onboardingId} STEP#ewacs-account`],
          });
        }
      }
      const closed = {
        ...sample('sc-task-closed.json'),
        ...(await taskOf(twin.urls, onboardingId)),
        request_item: request.number,
      };
      expect(await postWebhook(twin.urls.gateway, JSON.stringify(closed))).toEqual({
        status: 202,
        body: { number: closed.number, status: 'closed' },
      });
    }
    expect(await endOf(twin.urls, executionArn)).toEqual(executionEnds.done);
    return onboardingId;
  };
  const handedOver = async (
    onboardingId: string,
  ): Promise<{ readonly link: string; readonly code: string }> => {
    const {
      link,
      code,
      mail: { tags },
    } = await newestHandOver(twin.urls, onboardingId);
    secrets.push(
      {
        kind: 'link token',
        value: link.split('/').at(-1) ?? '',
        belongs: [`mail ${String(tags['link'])} of ${onboardingId}`],
      },
      { kind: 'code', value: code, belongs: [`ticket ${onboardingId.split('-', 1)[0] ?? ''}`] },
    );
    return { link, code };
  };
  const enterWrong = async (link: string, code: string, times: number): Promise<void> => {
    const wrong = `${code.startsWith('Z') ? 'Y' : 'Z'}${code.slice(1)}`;
    secrets.push({ kind: 'wrong code', value: wrong, belongs: [] });
    for (let time = 0; time < times; time += 1) {
      await fetch(link, {
        method: 'POST',
        body: JSON.stringify({ code: wrong }),
        headers: { 'content-type': 'application/json', accept: time % 2 === 0 ? 'text/html' : '*/*' },
      });
    }
  };
  const relink = async (onboardingId: string): Promise<void> => {
    const { exitCode, stdout, stderr } = await run('scripts/relink.ts', [onboardingId], {
      environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port },
    });
    expect(exitCode).toBe(0);
    places.push({ name: `what relink printed for ${onboardingId}`, text: stdout + stderr });
  };
  const pickedUp = async (onboardingId: string): Promise<PickedUpCredentials> => {
    const { link, code } = await handedOver(onboardingId);
    await fetch(link);
    const credentials = await pickUp(link, code);
    secrets.push(
      { kind: 'client secret', value: credentials.client_secret, belongs: [] },
      { kind: 'client secret', value: `${credentials.client_id}:${credentials.client_secret}`, belongs: [] },
    );
    return credentials;
  };
  const called = async (credentials: PickedUpCredentials, path: string, from: string): Promise<void> => {
    const { accessToken } = await requestToken(credentials);
    const [, payload = '', signature = ''] = accessToken.split('.');
    for (const value of [accessToken, payload, signature]) {
      secrets.push({ kind: 'access token', value, belongs: [] });
    }
    expect((await call(twin.urls, { method: 'GET', path }, from, accessToken)).status).toBe(200);
    for (const [method, elsewhere] of [
      ['GET', '192.0.2.250'],
      ['POST', from],
    ] as const) {
      await call(twin.urls, { method, path }, elsewhere, accessToken);
    }
    await call(twin.urls, { method: 'GET', path: `${path}?access_token=${accessToken}` }, from);
    await call(twin.urls, { method: 'GET', path }, from, `${accessToken}x`);
    await fetch(credentials.token_url, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'no/such',
        client_id: credentials.client_id,
        client_secret: credentials.client_secret,
      }),
    });
  };

  async function everythingHappens(): Promise<void> {
    const [reports, signals] = await Promise.all(
      ['b2b-onboarding-us.json', 'b2b-onboarding-uk.json'].map((name) => onboard(sample(name))),
    );
    for (const name of ['b2b-user-us.json', 'b2b-user-uk.json']) await onboard(sample(name));
    const [hinode, harbour] = await Promise.all(
      ['api-client-us.json', 'api-client-uk.json'].map((name) => onboard(sample(name))),
    );

    await called(await pickedUp(reports ?? ''), '/apis/credit-reports/reports', '203.0.113.10');
    await called(await pickedUp(signals ?? ''), '/apis/fraud-signals/signals', '2001:db8:44::17');

    const locked = await handedOver(hinode ?? '');
    await enterWrong(locked.link, locked.code, 7);
    await relink(hinode ?? '');
    await called(await pickedUp(hinode ?? ''), '/apis/credit-reports/reports/1', '198.51.100.7');
    await relink(hinode ?? '');
    await pickedUp(hinode ?? '');

    const failed = await handedOver(harbour ?? '');
    await setFault('cognito', 'AddUserPoolClientSecret', 'fail-after');
    await expect(pickUp(failed.link, failed.code)).rejects.toThrow('answered 503');
    await relink(harbour ?? '');
    await setFault('cognito', 'Token', 'garbage');
    const credentials = await pickedUp(harbour ?? '');
    await expect(requestToken(credentials)).rejects.toThrow('answered 503');

    const rejected = await submit(requestFor('RITM0070001', {}, { cat_item: 'api-client' }));
    expect(await endOf(twin.urls, rejected.executionArn)).toEqual(executionEnds.rejected);
    await setFault('servicenow', 'UpdateRecord', 'garbage');
    await setFault('ses', 'SendEmail', 'reject');
    const rolledBack = await submit(requestFor('RITM0070002'));
    expect(await endOf(twin.urls, rolledBack.executionArn)).toEqual(executionEnds.rolledBack);
    for (let time = 0; time < 2; time += 1) await setFault('cognito', 'DeleteUserPoolClient', 'reject');
    await setFault('ses', 'SendEmail', 'reject');
    const incomplete = await submit(
      requestFor('RITM0070003', { email: 'bounce+secrets@simulator.amazonses.com' }),
    );
    expect(await ended(twin.urls, incomplete.executionArn)).toMatchObject({ error: 'RollbackIncomplete' });
    await fetch(`${twin.urls.gateway}/credentials/never-made`, {
      method: 'POST',
      body: 'code=0000-0000',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  async function everythingIsSeen(): Promise<void> {
    const items = await tableItems(twin.urls);
    for (const { apiKey, clientId } of items) {
      if (typeof apiKey === 'string') {
        secrets.push({
          kind: 'API key',
          value: apiKey,
          belongs: [`item CLIENT#${String(clientId)} MAPPING`],
        });
      }
    }
    const { oktaPrivateKey, oktaReaderKey, oktaLoginKey, servicenowClientSecret } = identities.parse(
      await (await fetch(`${twin.urls.gateway}/_twin/identities`)).json(),
    );
    for (const value of [
      webhookSecret(),
      servicenowClientSecret,
      oktaPrivateKey.d,
      oktaReaderKey.d,
      oktaLoginKey.d,
    ]) {
      secrets.push({ kind: 'secret of our own', value, belongs: [] });
    }

    places.push({ name: 'the log', text: twin.log() });
    for (const { name = '', executionArn = '' } of await executions(twin.urls)) {
      const events = await history(twin.urls, executionArn);
      places.push(
        {
          name: `parameters of ${name}`,
          text: JSON.stringify(
            events.map(({ taskScheduledEventDetails: scheduled }) => scheduled?.parameters),
          ),
        },
        { name: `history of ${name}`, text: JSON.stringify(events.map(withoutParameters)) },
        { name: `execution ${name}`, text: JSON.stringify(await ended(twin.urls, executionArn)) },
      );
    }
    for (const item of items) {
      places.push({
        name: `item ${String(item['pk'])} ${String(item['sk'])}`,
        text: JSON.stringify(item, (_, value: unknown) => (value instanceof Set ? [...value] : value)),
      });
    }
    for (const ticket of await ticketsOf(twin.urls)) {
      places.push({ name: `ticket ${ticket.number}`, text: JSON.stringify(ticket) });
    }
    const alerts = await vi.waitUntil(async () => {
      const events = await (await fetch(`${twin.urls.gateway}/_twin/events`)).text();
      return events === '[]' ? undefined : events;
    });
    places.push({ name: 'events', text: alerts });
    const mails = (await (await fetch(`${twin.urls.gateway}/_twin/inbox`)).json()) as readonly object[];
    for (const [index, { tags }] of (await inbox(twin.urls)).entries()) {
      places.push({
        name:
          tags['link'] === undefined
            ? `mail ${index} from Okta`
            : `mail ${tags['link']} of ${String(tags['onboarding'])}`,
        text: JSON.stringify(mails[index]),
      });
    }
  }

  const withoutParameters = ({ taskScheduledEventDetails, ...event }: HistoryEvent): object => {
    return { ...event, scheduled: { ...taskScheduledEventDetails, parameters: undefined } };
  };

  test.each<[Kind, number]>([
    ['link token', 7],
    ['code', 7],
    ['wrong code', 1],
    ['client secret', 10],
    ['access token', 9],
    ['task token', 3],
    ['API key', 4],
    ['secret of our own', 5],
  ])('every %s is only where it belongs', (kind, count) => {
    const found = secrets.filter((secret) => secret.kind === kind);
    for (const { value, belongs } of found) {
      const forms = formsOf(value);
      expect(
        places
          .filter(({ text }) => forms.some((form) => text.includes(form)))
          .map(({ name }) => name)
          .toSorted(),
      ).toEqual(belongs.toSorted());
    }
    expect(new Set(found.map(({ value }) => value)).size).toBe(count);
  });

  test('all of it was looked at', () => {
    const count = (start: string): number =>
      places.filter(({ name, text }) => name.startsWith(start) && text.length > 10).length;
    expect({
      log: count('the log'),
      histories: count('history'),
      executions: count('execution'),
      parameters: count('parameters'),
      tickets: count('ticket'),
      mails: count('mail'),
      relinks: count('what relink printed'),
      events: count('events'),
    }).toEqual({
      log: 1,
      histories: 9,
      executions: 9,
      parameters: 9,
      tickets: 12,
      mails: expect.any(Number) as number,
      relinks: 3,
      events: 1,
    });
    expect(count('item')).toBeGreaterThan(60);
  });
});
