import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { Defect, NotFound, OutcomeUnknown, Rejected, Unavailable } from '../../core/errors.ts';
import type { TicketDesk } from '../../core/tickets/ports.ts';
import { fixedSecret } from '../../core/secrets/cached-secret.ts';
import { type TwinClock, createClock } from '../../local/kernel/clock.ts';
import { type Faults, createFaults } from '../../local/kernel/faults.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';
import { type Store, openStore } from '../../local/kernel/store.ts';
import { type ServiceNow, createServiceNow } from '../../local/servicenow/servicenow.ts';

const oauthClient = { clientId: 'sallyport', clientSecret: 'twin-secret' };
const item = {
  sysId: '9f1c00000000000000000000000000aa',
  number: 'RITM0010001',
  openedBy: 'bu.requester@company.example',
  requestedFor: 'bu.owner@company.example',
};
const ewacs = {
  ticketId: item.sysId,
  assignmentGroup: 'ewacs-us',
  title: 'Create the EWACS account',
  text: 'For Acme Credit Ltd',
  correlationId: 'onb-1:ewacs-account',
};

let folder: string;
let store: Store;
let clock: TwinClock;
let faults: Faults;
let instance: ServiceNow;
let served: Served;
let desk: TicketDesk;

beforeAll(() => {
  clock = createClock();
  faults = createFaults();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-servicenow-'));
  store = openStore(folder);
  instance = createServiceNow({ store, clock, faults, oauthClient });
  instance.ensureRequestItem(item);
  served = await serve({ fetch: (request, bindings) => instance.fetch(request, bindings) }, 0);
  desk = createTicketDesk({ url: served.url, credentials: fixedSecret(oauthClient), clock });
});
afterEach(async () => {
  faults.clear();
  clock.move(0);
  await served.close();
  store.close();
  rmSync(folder, { recursive: true });
});
afterAll(() => faults.clear());

const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
const untouched = {
  sys_id: item.sysId,
  number: 'RITM0010001',
  table: 'sc_req_item',
  state: '1',
  assignment_group: '',
  work_notes: [],
  comments: [],
};

describe('the ServiceNow adapter against the twin', () => {
  it('numbers tasks as ServiceNow does, and lists tickets with their journals', async () => {
    await desk.updateTicket(item.sysId, { state: 'in-progress', internalNote: 'Profile ready' });
    await desk.updateTicket(item.sysId, { state: 'complete', internalNote: 'Done', comment: 'Go ahead' });
    const first = await desk.createTask(ewacs);
    const second = await desk.createTask({ ...ewacs, correlationId: 'onb-2:ewacs-account' });

    expect(first).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      number: 'SCTASK0010001',
      state: 'open',
    });
    const opened = { ...untouched, table: 'sc_task', assignment_group: 'ewacs-us' };
    expect(instance.listTickets()).toEqual([
      {
        ...untouched,
        state: '3',
        work_notes: [
          { text: 'Profile ready', at },
          { text: 'Done', at },
        ],
        comments: [{ text: 'Go ahead', at }],
      },
      { ...opened, sys_id: first.id, number: 'SCTASK0010001' },
      { ...opened, sys_id: second.id, number: 'SCTASK0010002' },
    ]);
  });

  it.each([
    ['-5', 'open'],
    ['1', 'open'],
    ['2', 'in-progress'],
    ['3', 'complete'],
    ['4', 'incomplete'],
    ['7', 'incomplete'],
    ['12', 'incomplete'],
  ])('WF-3 takes the state %s of a task for %s', async (number, state) => {
    const created = await desk.createTask(ewacs);
    const changed = await fetch(`${served.url}/api/now/table/sc_task/${created.id}`, {
      method: 'PATCH',
      headers: { authorization: `Basic ${btoa('admin:admin')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ state: number }),
    });
    expect(changed.status).toBe(200);
    expect(await desk.findTask(ewacs.correlationId)).toEqual({ ...created, state });
  });

  it('finds no entry of a ticket that does not exist', async () => {
    await desk.updateTicket(item.sysId, { internalNote: 'Profile ready' });
    expect(await desk.hasEntry(item.sysId, 'internalNote', 'Profile ready')).toBe(true);
    expect(await desk.hasEntry('0'.repeat(32), 'internalNote', 'Profile ready')).toBe(false);
  });

  it('refuses to look for what would become a condition of its own', async () => {
    await desk.createTask(ewacs);
    const refused = new Rejected({
      service: 'servicenow',
      operation: 'QueryRecords',
      detail: 'a value to look for must not contain ^',
    });
    await expect(desk.findTask('none^NQstate=1')).rejects.toThrow(refused);
    await expect(desk.hasEntry(item.sysId, 'comment', 'a^b')).rejects.toThrow(refused);
  });

  it('says NotFound for a ticket that is not there', async () => {
    await expect(desk.updateTask(item.sysId, { state: 'complete' })).rejects.toThrow(
      new NotFound({ service: 'servicenow', operation: 'UpdateRecord', detail: 'HTTP 404' }),
    );
  });

  it('does not take an answer for found that ServiceNow gave to another question', async () => {
    const careless = await serve(
      {
        fetch: (request) => {
          const { pathname } = new URL(request.url);
          if (pathname === '/oauth_token.do') return Response.json({ access_token: 'a', expires_in: '1799' });
          const task = { sys_id: 's', number: 'SCTASK0010009', state: '1', correlation_id: 'another' };
          const entry = { element_id: item.sysId, element: 'comments', value: 'another' };
          return Response.json({ result: [pathname.endsWith('sc_task') ? task : entry] });
        },
      },
      0,
    );
    const behind = createTicketDesk({ url: careless.url, credentials: fixedSecret(oauthClient), clock });
    try {
      expect(await behind.findTask('ours')).toBeUndefined();
      expect(await behind.hasEntry(item.sysId, 'comment', 'ours')).toBe(false);
    } finally {
      await careless.close();
    }
  });

  it('sends tickets and tasks in the words of the Table API', async () => {
    const sent: (readonly string[])[] = [];
    const recording = await serve(
      {
        fetch: async (request) => {
          const { pathname, search } = new URL(request.url);
          if (pathname === '/oauth_token.do') return Response.json({ access_token: 'a', expires_in: 1799 });
          sent.push([request.method, pathname + search, await request.text()]);
          return Response.json({ result: { sys_id: 's', number: 'SCTASK0010009', state: '1' } });
        },
      },
      0,
    );
    const behind = createTicketDesk({ url: recording.url, credentials: fixedSecret(oauthClient), clock });
    try {
      await behind.updateTicket('t', { state: 'in-progress', internalNote: 'Accepted', comment: 'Wait' });
      await behind.updateTicket('t', { comment: 'Code', internalNote: 'Ready', state: 'complete' });
      await behind.updateTask('s', { state: 'incomplete' });
      await behind.updateTask('s', { state: 'open' });
      await behind.createTask({ ...ewacs, ticketId: 't' });
    } finally {
      await recording.close();
    }
    expect(sent).toEqual([
      [
        'PATCH',
        '/api/now/table/sc_req_item/t?sysparm_fields=sys_id',
        '{"state":"2","work_notes":"Accepted","comments":"Wait"}',
      ],
      [
        'PATCH',
        '/api/now/table/sc_req_item/t?sysparm_fields=sys_id',
        '{"state":"3","work_notes":"Ready","comments":"Code"}',
      ],
      ['PATCH', '/api/now/table/sc_task/s?sysparm_fields=sys_id', '{"state":"4"}'],
      ['PATCH', '/api/now/table/sc_task/s?sysparm_fields=sys_id', '{"state":"1"}'],
      [
        'POST',
        '/api/now/table/sc_task?sysparm_fields=sys_id,number,state',
        '{"request_item":"t","assignment_group":"ewacs-us","short_description":"Create the EWACS account","description":"For Acme Credit Ltd","correlation_id":"onb-1:ewacs-account"}',
      ],
    ]);
  });

  // Failure F-3
  it('leaves the outcome open when a 200 carries an error, as after a cancelled transaction', async () => {
    const cancelling = await serve(
      {
        fetch: (request) =>
          request.url.endsWith('.do')
            ? Response.json({ access_token: 'a', expires_in: 1799 })
            : Response.json({
                error: { message: 'Transaction cancelled: maximum execution time exceeded', detail: '' },
                status: 'failure',
              }),
      },
      0,
    );
    const behind = createTicketDesk({ url: cancelling.url, credentials: fixedSecret(oauthClient), clock });
    try {
      await expect(behind.updateTicket(item.sysId, { state: 'in-progress' })).rejects.toThrow(
        new OutcomeUnknown({
          service: 'servicenow',
          operation: 'UpdateRecord',
          detail: 'HTTP 200 of another shape',
        }),
      );
      await expect(behind.findTask('ours')).rejects.toThrow(
        new Unavailable({
          service: 'servicenow',
          operation: 'QueryRecords',
          detail: 'HTTP 200 of another shape',
        }),
      );
    } finally {
      await cancelling.close();
    }
  });

  it('renews its token when it is about to expire, and is refused with a wrong secret', async () => {
    await desk.findTask('onb-1');
    faults.add([{ service: 'servicenow', operation: 'Token', mode: 'reject', times: 1 }]);
    await desk.findTask('onb-1');
    clock.move(1741);
    await expect(desk.findTask('onb-1')).rejects.toThrow(
      new Defect({ service: 'servicenow', operation: 'Token', detail: 'HTTP 401 server_error' }),
    );
    await desk.findTask('onb-1');
    const stranger = createTicketDesk({
      url: served.url,
      credentials: fixedSecret({ clientId: 'sallyport', clientSecret: 'guessed' }),
      clock,
    });
    await expect(stranger.findTask('onb-1')).rejects.toThrow(
      new Defect({ service: 'servicenow', operation: 'Token', detail: 'HTTP 401 server_error' }),
    );
  });

  it('fetches a new token after a restart of the instance, and finds everything as it was', async () => {
    await desk.updateTicket(item.sysId, { internalNote: 'before' });
    store.close();
    store = openStore(folder);
    instance = createServiceNow({ store, clock, faults, oauthClient });
    await desk.updateTicket(item.sysId, { internalNote: 'after' });
    expect(instance.listTickets()).toEqual([
      {
        ...untouched,
        work_notes: [
          { text: 'before', at },
          { text: 'after', at },
        ],
      },
    ]);
  });
});
