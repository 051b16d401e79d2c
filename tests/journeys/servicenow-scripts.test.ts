import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { webhookSecret } from '../../clients/webhook.ts';
import { eventually } from '../support/eventually.ts';
import { glideRecord, openInstance, type GlideRecordStandIn } from '../support/glide.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { oneOfThe } from '../support/shipped-catalogue.ts';

const itemSysId = 'c0ffee00c0ffee00c0ffee00c0ffee00';
const sample = z
  .object({ variables: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('events/samples/b2b-onboarding-uk.json', 'utf8')));

const people = z.object({
  'opened_by.email': z.string(),
  'requested_for.email': z.string(),
  'request.requested_for.email': z.string(),
  'variables.email': z.string(),
});
const { inputs } = z
  .object({
    inputs: z.array(z.object({ given: z.object({ record: people }), right: z.string() })),
  })
  .parse(JSON.parse(readFileSync('tests/support/cases/requested-for.json', 'utf8')));

let twin: TestTwin;
beforeAll(async () => {
  twin = await shareTestTwin();
});
afterAll(() => twin.stop());

const instance = (settings: { readonly url?: string; readonly secret?: string } = {}) =>
  openInstance({
    properties: {
      'sallyport.webhook.url': settings.url ?? `${twin.urls.gateway}/webhooks/servicenow`,
      'sallyport.webhook.items': JSON.stringify({ [itemSysId]: 'b2b-onboarding' }),
    },
    secret: settings.secret ?? webhookSecret(),
  });

/**
 * Returns a requested item as the platform has it. An unchecked box is 'false'; a field that the form lacks
 * is missing.
 */
function requestedItem(
  number: string,
  sysId: string,
  variables: Readonly<Record<string, string>> = {},
  people: Readonly<Record<string, unknown>> = {},
): GlideRecordStandIn {
  return glideRecord('sc_req_item', sysId, {
    number,
    cat_item: itemSysId,
    opened_by: { email: 'uk.requester@company.example' },
    request: { requested_for: { email: 'uk.owner@company.example' } },
    variables: {
      ...sample.variables,
      company: 'Thistle & Daughters Lending',
      user_id: 'zoe@daughters.example',
      ewacs_account_created: undefined,
      ...variables,
    },
    ...people,
  });
}

const tasks = z.object({
  result: z.array(z.object({ sys_id: z.string(), number: z.string(), correlation_id: z.string() })),
});

/** Waits for the task of the onboarding, and returns it as the assignment group closes it. */
async function closedTask(requestItem: string): Promise<GlideRecordStandIn> {
  const query = new URLSearchParams({
    sysparm_query: `correlation_id=${requestItem}-b2b-onboarding-DEV-1/ewacs-account`,
    sysparm_fields: 'sys_id,number,correlation_id',
  });
  const { sys_id, number, correlation_id } = await eventually(async () => {
    const answer = await fetch(`${twin.urls.servicenow}/api/now/table/sc_task?${query.toString()}`, {
      headers: { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` },
    });
    return tasks.parse(await answer.json()).result[0];
  });
  return glideRecord('sc_task', sys_id, {
    number,
    correlation_id,
    state: 3,
    request_item: { number: requestItem },
    variables: { ewacs_user_id: 'EW-204417' },
  });
}

describe('WF-1 the scripts that docs/deploy.md has an instance run', () => {
  test('sign as the standard says, and Sallyport takes both events', async () => {
    const glide = instance();
    glide.runFile('request-submitted.js', {
      current: requestedItem('RITM0044001', '3b7de0415c9f4e2a8d61f0b92c5a7e44'),
    });
    const task = await closedTask('RITM0044001');
    expect(glide.run('new SallyportWebhook().concerns(current)', { current: task })).toBe(true);
    // The twin may have opened the task shortly before its number is recorded.
    do glide.runFile('task-closed.js', { current: task });
    while (glide.sent.at(-1)?.status === 404);

    expect(glide.sent.filter(({ status }) => status !== 404).map(({ status }) => status)).toEqual([202, 202]);
    for (const { headers, body } of glide.sent) {
      expect(new Webhook(webhookSecret()).verify(body, { ...headers })).toEqual(JSON.parse(body));
    }
    // A name outside ASCII arrives as it was typed, although the body is ASCII.
    expect(glide.sent[0]?.body).toMatch(/^[\x20-\x7e]+$/u);
    const { variables } = JSON.parse(glide.sent[0]?.body ?? '') as {
      readonly variables: Readonly<Record<string, unknown>>;
    };
    expect([variables['first_name'], variables['last_name']]).toEqual(['Zoë', "O'Brien 🦊"]);
  });

  test('write every fault into the ticket of a request that will never be taken as it is, and send it again when it is corrected', () => {
    const glide = instance();
    const sysId = '3b7de0415c9f4e2a8d61f0b92c5a7e45';
    const item = requestedItem('RITM0044002', sysId, { region: 'Mars', user_id: 'x' });
    glide.runFile('request-submitted.js', { current: item });
    expect(item.work_notes).toBe(
      [
        'Sallyport did not take this (422). The request breaks the rules listed in errors.',
        `/variables/region: ${oneOfThe('regions')}`,
        "/variables/user_id: 5 to 100 letters without accents, digits and . _ + ' -, beginning with a letter or digit; at most one @.",
      ].join('\n'),
    );
    expect(glide.queued).toEqual([]);

    const corrected = requestedItem('RITM0044002', sysId, {
      company: 'Second Thoughts Ltd',
      user_id: 'second.thoughts',
      ewacs_account_created: 'true',
    });
    const shown: unknown[] = [];
    glide.runFile('send-to-sallyport.js', {
      current: corrected,
      action: { setRedirectURL: (record: unknown) => shown.push(record) },
    });
    expect(glide.sent.map(({ status }) => status)).toEqual([422, 202]);
    expect(shown).toEqual([corrected]);
    expect(corrected.work_notes).toBeUndefined();
  });

  const sentFor = (record: GlideRecordStandIn) => {
    const glide = instance();
    glide.runFile('request-submitted.js', { current: record });
    const [sent] = glide.sent;
    return { status: sent?.status, event: z.looseObject({}).parse(JSON.parse(sent?.body ?? '')) };
  };

  test.each(inputs)('WF-7 $right', ({ given: { record }, right }) => {
    const number = `RITM004401${inputs.findIndex((each) => each.right === right)}`;
    const item = requestedItem(
      number,
      `3b7de0415c9f4e2a8d61f0b92c5a7e${number.slice(-2)}`,
      {
        email: record['variables.email'],
        user_id: `item.${number.toLowerCase()}`,
        company: `Item ${number}`,
      },
      {
        opened_by: { email: record['opened_by.email'] },
        requested_for: { email: record['requested_for.email'] },
        request: { requested_for: { email: record['request.requested_for.email'] } },
      },
    );
    const { status, event } = sentFor(item);
    expect(event['requested_for']).toBe(record['requested_for.email']);
    expect(right).toContain(
      `Sends requested_for ${record['requested_for.email']}; the webhook answers ${status ?? 0}`,
    );
    if (status === 422) expect(item.work_notes).toContain('/variables/email: A mailbox of the partner');
    else expect(item.work_notes).toBeUndefined();
  });

  test.each([
    ['has no such field', undefined],
    ['has nothing', null],
    ['has an empty reference', ''],
  ])('an item that %s is for whom its request is', (_, requested) => {
    const item = requestedItem(
      'RITM0044020',
      '3b7de0415c9f4e2a8d61f0b92c5a7e20',
      { region: 'Mars' },
      {
        requested_for: requested,
      },
    );
    expect(sentFor(item).event['requested_for']).toBe('uk.owner@company.example');
  });

  test('an item for somebody without a mailbox is not sent as if it were for another person', () => {
    const item = requestedItem(
      'RITM0044021',
      '3b7de0415c9f4e2a8d61f0b92c5a7e21',
      {},
      {
        requested_for: { email: '' },
      },
    );
    expect(sentFor(item)).toMatchObject({ status: 422, event: { requested_for: '' } });
    expect(item.work_notes).toContain('/requested_for: ');
  });

  test('try again later, for half a day, whatever may pass', () => {
    const glide = instance({ secret: 'whsec_bm90LXRoZS1zZWNyZXQtb2YtdGhpcy10d2luLWF0LWFsbA==' });
    const item = requestedItem('RITM0044003', '3b7de0415c9f4e2a8d61f0b92c5a7e46');
    glide.runFile('request-submitted.js', { current: item });
    for (let attempt = 2; attempt <= 7; attempt += 1) {
      glide.runFile('deliver-again.js', { current: item, event: { parm1: String(attempt) } });
    }

    expect(glide.sent.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 401]);
    expect(new Set(glide.sent.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set(['msg_3b7de0415c9f4e2a8d61f0b92c5a7e46']),
    );
    expect(glide.queued).toEqual(
      [1, 5, 15, 60, 180, 480].map((inMinutes, index) => ({
        event: 'sallyport.deliver',
        attempt: String(index + 2),
        inMinutes,
      })),
    );
    expect(item.work_notes).toMatch(
      /^Sallyport did not take this \(401\)\. The Standard Webhooks signature is missing/u,
    );
  });

  test('keep a request for when nobody answers', () => {
    const glide = instance({ url: 'http://127.0.0.1:1/webhooks/servicenow' });
    glide.runFile('request-submitted.js', {
      current: requestedItem('RITM0044004', '3b7de0415c9f4e2a8d61f0b92c5a7e47'),
    });
    expect(glide.queued).toEqual([{ event: 'sallyport.deliver', attempt: '2', inMinutes: 1 }]);
  });

  test('leave alone what is none of Sallyport’s business', () => {
    const glide = instance();
    const concerns = (current: GlideRecordStandIn): unknown =>
      glide.run('new SallyportWebhook().concerns(current)', { current });
    expect(concerns(requestedItem('RITM0044005', '3b7de0415c9f4e2a8d61f0b92c5a7e48'))).toBe(true);
    expect(
      concerns(
        glideRecord('sc_req_item', '3b7de0415c9f4e2a8d61f0b92c5a7e49', {
          cat_item: 'deadbeefdeadbeefdeadbeefdeadbeef',
        }),
      ),
    ).toBe(false);
    expect(
      concerns(
        glideRecord('sc_task', '3b7de0415c9f4e2a8d61f0b92c5a7e50', { correlation_id: 'CHG0030001/other' }),
      ),
    ).toBe(false);
  });
});
