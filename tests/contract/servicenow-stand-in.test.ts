import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../local/kernel/clock.ts';
import { createFaults, type Faults } from '../../local/kernel/faults.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';
import { type Store, openStore } from '../../local/kernel/store.ts';
import { type ServiceNow, createServiceNow } from '../../local/servicenow/servicenow.ts';
import { sample } from '../journeys/requests.ts';

const clock = createClock();
let faults: Faults;
let folder: string;
let store: Store;
let instance: ServiceNow;
let served: Served;

beforeEach(async () => {
  faults = createFaults();
  folder = mkdtempSync(join(tmpdir(), 'sallyport-servicenow-'));
  store = openStore(folder);
  instance = createServiceNow({
    store,
    clock,
    faults,
    oauthClient: { clientId: 'sallyport', clientSecret: 'twin-secret' },
  });
  served = await serve(instance, 0);
});
afterEach(async () => {
  await served.close();
  store.close();
  rmSync(folder, { recursive: true });
});

const call = async (
  method: string,
  path: string,
  body?: unknown,
  authorization = `Basic ${btoa('admin:admin')}`,
) => {
  const response = await fetch(`${served.url}/api/now/table/${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as { result?: unknown; error?: unknown } };
};
const failure = (message: string) => ({
  error: { message, detail: expect.any(String) as string },
  status: 'failure',
});
const sampleTask = sample('sc-task-closed.json');
const sysId = '9f1c00000000000000000000000000bb';

describe("the twin's ServiceNow", () => {
  it('gives a token for client_credentials, and none for anything else', async () => {
    const ask = async (form: Record<string, string>) => {
      const response = await fetch(`${served.url}/oauth_token.do`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
      return { status: response.status, body: (await response.json()) as { access_token?: string } };
    };
    const right = { grant_type: 'client_credentials', client_id: 'sallyport', client_secret: 'twin-secret' };
    const given = await ask(right);
    expect(given).toEqual({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^[\w-]{43}$/) as string,
        scope: 'useraccount',
        token_type: 'Bearer',
        expires_in: 1800,
      },
    });
    const refused = { status: 401, body: { error: 'server_error', error_description: 'access_denied' } };
    for (const change of [{ grant_type: 'password' }, { client_id: 'other' }, { client_secret: 'other' }]) {
      expect(await ask({ ...right, ...change })).toEqual(refused);
    }

    const bearer = `Bearer ${given.body.access_token ?? ''}`;
    expect((await call('GET', 'sc_task', undefined, bearer)).status).toBe(200);
    clock.move(1801);
    expect(await call('GET', 'sc_task', undefined, bearer)).toEqual({
      status: 401,
      body: failure('User Not Authenticated'),
    });
    clock.move(0);
  });

  it('turns strangers away', async () => {
    for (const stranger of ['', 'Bearer invented', `Basic ${btoa('admin:guessed')}`]) {
      expect(await call('GET', 'sc_task', undefined, stranger)).toEqual({
        status: 401,
        body: failure('User Not Authenticated'),
      });
    }
  });

  it('takes a requested item under the sys_id that the sender gives, once', async () => {
    const order = {
      sys_id: sysId,
      number: 'RITM0010077',
      opened_by: 'bu.requester@company.example',
      requested_for: 'bu.owner@company.example',
      u_unknown: 'x',
    };
    const stored = {
      sys_id: sysId,
      number: 'RITM0010077',
      state: '1',
      active: 'true',
      closed_at: '',
      sys_mod_count: '0',
      sys_created_on: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
      sys_updated_on: expect.any(String) as string,
      opened_by: {
        link: `${served.url}/api/now/table/sys_user/bu.requester%40company.example`,
        value: 'bu.requester@company.example',
      },
      requested_for: {
        link: `${served.url}/api/now/table/sys_user/bu.owner%40company.example`,
        value: 'bu.owner@company.example',
      },
    };
    expect(await call('POST', 'sc_req_item', order)).toEqual({ status: 201, body: { result: stored } });
    expect(await call('POST', 'sc_req_item', { ...order, number: 'RITM0019999' })).toEqual({
      status: 201,
      body: { result: stored },
    });
    instance.ensureRequestItem({ sysId, number: 'RITM0019999', openedBy: 'x', requestedFor: 'y' });
    expect(await call('GET', `sc_req_item/${sysId}`)).toEqual({ status: 200, body: { result: stored } });
    expect(
      await call(
        'GET',
        'sc_req_item?sysparm_query=number=RITM0010077&sysparm_fields=sys_id,opened_by&sysparm_exclude_reference_link=true',
      ),
    ).toEqual({
      status: 200,
      body: { result: [{ sys_id: sysId, opened_by: 'bu.requester@company.example' }] },
    });
  });

  it('keeps every value as a string and closes a task with state 3', async () => {
    const created = await call('POST', 'sc_task?sysparm_fields=sys_id,number,state,active', {
      state: 1,
      short_description: 'x',
    });
    // README.md closes the first task of a new twin by this sample.
    const { sys_id: taskId } = created.body.result as { sys_id: string };
    expect(created).toEqual({
      status: 201,
      body: { result: { sys_id: taskId, number: sampleTask.number, state: '1', active: 'true' } },
    });

    const patched = await call('PATCH', `sc_task/${taskId}`, {
      state: 3,
      work_notes: 'closed',
      sys_id: 'other',
      number: 'SCTASK0010001',
    });
    expect(patched).toEqual({
      status: 200,
      body: {
        result: {
          sys_id: taskId,
          state: '3',
          active: 'false',
          closed_at: expect.stringMatching(/^\d{4}-/) as string,
          sys_mod_count: '1',
          short_description: 'x',
          number: 'SCTASK0010001',
          sys_created_on: expect.any(String) as string,
          sys_updated_on: expect.any(String) as string,
        },
      },
    });
    expect(
      await call('GET', `sys_journal_field?sysparm_query=element_id=${taskId}^element=work_notes`),
    ).toEqual({
      status: 200,
      body: {
        result: [
          {
            name: 'sc_task',
            element: 'work_notes',
            element_id: taskId,
            value: 'closed',
            sys_id: expect.any(String) as string,
            sys_created_on: expect.any(String) as string,
          },
        ],
      },
    });
  });

  it("answers what it cannot do in the Table API's error form", async () => {
    expect(await call('GET', 'sc_task/none')).toEqual({ status: 404, body: failure('No Record found') });
    expect(await call('PATCH', 'sc_task/none', {})).toEqual({
      status: 404,
      body: failure('No Record found'),
    });
    expect(await call('GET', 'incident')).toEqual({ status: 400, body: failure('Invalid table') });
    expect(await call('POST', 'sys_journal_field', {})).toEqual({
      status: 400,
      body: failure('Invalid table'),
    });
    expect(await call('POST', 'sc_task', ['x'])).toEqual({
      status: 400,
      body: failure('Exception while reading request'),
    });
    expect(await call('POST', 'sc_task', { state: { value: '1' } })).toEqual({
      status: 400,
      body: failure('Exception while reading request'),
    });
    for (const query of ['stateIN1,2', 'state=1^ORstate=2', 'u_unknown=1', 'ORDERBYnumber']) {
      expect(await call('GET', `sc_task?sysparm_query=${query}`)).toEqual({
        status: 400,
        body: failure('Invalid query'),
      });
    }
    const elsewhere = await fetch(`${served.url}/api/now/stats/sc_task`, {
      headers: { authorization: `Basic ${btoa('admin:admin')}` },
    });
    expect([elsewhere.status, await elsewhere.json()]).toEqual([
      400,
      failure('Requested URI does not represent any resource'),
    ]);
  });

  it('limits a list', async () => {
    await call('POST', 'sc_task', { short_description: 'first' });
    await call('POST', 'sc_task', { short_description: 'second' });
    expect((await call('GET', 'sc_task?sysparm_limit=1&sysparm_fields=number')).body).toEqual({
      result: [{ number: 'SCTASK0010001' }],
    });
  });

  it('registers every operation for faults', () => {
    expect(faults.operations()).toEqual([
      'servicenow CreateRecord',
      'servicenow GetRecord',
      'servicenow QueryRecords',
      'servicenow Token',
      'servicenow UpdateRecord',
    ]);
  });
});
