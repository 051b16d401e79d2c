import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import type { OnboardingRequest } from '../../core/tickets/request.ts';
import { oneLine as onOneLine } from '../../core/wording.ts';
import { ticketOf } from '../journeys/onboarded.ts';
import { eventually } from '../support/eventually.ts';
import { ended, history } from '../journeys/records.ts';
import { type Payload, requestFor, sample } from '../journeys/requests.ts';
import { partnerIdAt } from '../support/partners.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { acceptable, oneLine, requestOf } from './acceptable.ts';
import { outlineOf } from './outline.ts';
import { deployment } from './payloads.ts';
import { patience, runs } from './runs.ts';
import { mailOf, profileOf, shapeOf, taskOf } from './traces.ts';
import { oddLinesIn, postSigned } from './watched-twin.ts';

/** What formats a journal entry, or turns or ends its lines. */
const formatting = /[[\]<>\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n]/u;

describe('a request that the rules allow, whatever its strings', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await shareTestTwin();
  });
  afterAll(() => twin.stop());

  const inLog: string[] = [];
  let tickets = 0;
  const freshNumber = (): string => `RITM006${String((tickets += 1)).padStart(5, '0')}`;
  const send = async (payload: object) =>
    (await postSigned(twin, Buffer.from(JSON.stringify(payload)))).status;

  /** Sends it, has the EWACS account made if one is asked for, and waits for the end. */
  async function runThrough(payload: Payload, ewacsUserId: string) {
    const event = parseEvent(JSON.stringify(payload), deployment);
    if (event.outcome !== 'request') throw new Error(event.outcome);
    const { request } = event;
    const onboardingId = `${request.ticket.number}-${request.kind}-DEV-1`;
    const executionArn = `arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:${onboardingId}`;
    expect(await send(payload)).toBe(202);
    // Without a profile an API client is refused at once, and nobody is asked.
    if (!request.prerequisiteMet && request.kind !== 'api-client') {
      const { number, sys_id, ...task } = await eventually(() => taskOf(twin, onboardingId));
      const closed = {
        ...sample('sc-task-closed.json'),
        number,
        sys_id,
        request_item: request.ticket.number,
        variables: { ewacs_user_id: ewacsUserId },
      };
      await eventually(async () => ((await send(closed)) === 202 ? true : undefined));
      expect(task.short_description + task.description).not.toMatch(formatting);
      expect(task.description.split('\n')).toHaveLength(4);
    }
    const { status, error } = await ended(twin.urls, executionArn);
    return { request, onboardingId, executionArn, end: status === 'FAILED' ? error : status };
  }

  const plain = new Map<string, ReturnType<typeof shapeOf>>();
  /** What comes of the sample request, made one of this kind. */
  function plainShape({ kind, prerequisiteMet }: OnboardingRequest): ReturnType<typeof shapeOf> {
    const key = `${kind} ${String(prerequisiteMet)}`;
    const shape =
      plain.get(key) ??
      runThrough(
        requestFor(freshNumber(), { ewacs_account_created: String(prerequisiteMet) }, { cat_item: kind }),
        'EW-1',
      ).then(({ onboardingId }) => shapeOf(twin, onboardingId));
    plain.set(key, shape);
    return shape;
  }

  // Threat T-3
  test(
    'ends as a plain one does; what came in stays text in ticket and mail, and is in the directory as it was sent',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(acceptable, oneLine(100)), { minLength: 1, maxLength: 5, size: 'max' }),
          async (batch) => {
            await Promise.all(
              batch.map(async ([particulars, ewacsUserId]) => {
                const { request, onboardingId, executionArn, end } = await runThrough(
                  requestOf(freshNumber(), particulars),
                  ewacsUserId,
                );
                const {
                  kind,
                  company,
                  email,
                  userId,
                  firstName,
                  lastName,
                  telephone,
                  product,
                  ticket: { number },
                } = request;
                expect(end).toBe(kind === 'api-client' ? 'Rejected' : 'SUCCEEDED');
                expect(await shapeOf(twin, onboardingId)).toEqual(await plainShape(request));

                const { work_notes, comments } = await ticketOf(twin.urls, number);
                for (const { text } of [...work_notes, ...comments]) expect(text).not.toMatch(formatting);
                const mail = await mailOf(twin, onboardingId);
                const { name = '', brand = '' } = deployment.catalogue.products[product] ?? {};
                const sender = deployment.catalogue.brands[brand];
                if (kind === 'b2b-onboarding') {
                  expect(mail).toEqual({
                    to: email,
                    from: `${sender?.name ?? ''} <${sender?.from ?? ''}>`,
                    subject: `Your API credentials for ${name} (DEV) are ready`,
                    text: expect.any(String) as string,
                    html: expect.any(String) as string,
                    tags: {
                      onboarding: onboardingId,
                      link: '1',
                      row: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
                    },
                  });
                  expect(outlineOf(mail?.html ?? '').texts.join('')).toContain(
                    `${onOneLine(company)} has been given access to`,
                  );
                }
                if (kind !== 'api-client') {
                  expect(await profileOf(twin, userId)).toEqual({
                    login: userId,
                    email,
                    firstName,
                    lastName,
                    primaryPhone: telephone,
                    sallyportPartner: await partnerIdAt(twin.urls.aws, company),
                    sallyportOnboarding: onboardingId,
                  });
                }
                const written = JSON.stringify(company).slice(1, -1);
                inLog.push(written);
                expect(JSON.stringify(await history(twin.urls, executionArn))).not.toContain(written);
              }),
            );
          },
        ),
        runs(3),
      );
    },
    patience,
  );

  test('and the log is short lines of JSON without a fault of ours and without any of it', () => {
    expect(oddLinesIn(twin)).toEqual([]);
    const log = twin.log();
    expect(inLog.filter((text) => log.includes(text))).toEqual([]);
  });
});
