import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { StepError } from '../../core/errors.ts';
import type { TicketDesk } from '../../core/tickets/ports.ts';
import { fixedSecret } from '../../core/secrets/cached-secret.ts';
import { type TwinClock, createClock } from '../../local/kernel/clock.ts';
import { type FaultMode, type Faults, createFaults, faultModes } from '../../local/kernel/faults.ts';
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
  requestItemSysId: item.sysId,
  assignmentGroup: 'ewacs-us',
  shortDescription: 'Create the EWACS account',
  description: 'For Acme Credit Ltd',
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

const outcome = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => (error instanceof StepError ? error.name : `no StepError: ${String(error)}`),
  );

describe('the ServiceNow adapter against the twin', () => {
  it('WF-10 writes state, work note and comment into the requested item, journal entries one after the other', async () => {
    await desk.update('sc_req_item', item.sysId, {
      state: '2',
      work_notes: 'Profile ready (onb-1:okta-profile)',
    });
    await desk.update('sc_req_item', item.sysId, {
      state: '3',
      work_notes: 'Done',
      comments: 'Ödön 🙂 can start',
    });

    expect(instance.listTickets()).toEqual([
      {
        ...untouched,
        state: '3',
        work_notes: [
          { text: 'Profile ready (onb-1:okta-profile)', at },
          { text: 'Done', at },
        ],
        comments: [{ text: 'Ödön 🙂 can start', at }],
      },
    ]);
  });

  it('finds a journal entry again by its reference, in its own field and ticket only', async () => {
    await desk.update('sc_req_item', item.sysId, { work_notes: 'Profile ready\nref onb-1:okta-profile.' });

    expect(await desk.hasEntry(item.sysId, 'work_notes', 'onb-1:okta-profile')).toBe(true);
    expect(await desk.hasEntry(item.sysId, 'work_notes', 'onb-1:cognito-client')).toBe(false);
    expect(await desk.hasEntry(item.sysId, 'comments', 'onb-1:okta-profile')).toBe(false);
    expect(await desk.hasEntry('00000000000000000000000000000000', 'work_notes', 'onb-1:okta-profile')).toBe(
      false,
    );
  });

  it('refuses to look for what would become a condition of its own', async () => {
    await desk.createTask(ewacs);
    const refused = {
      name: 'Rejected',
      message: 'servicenow QueryRecords: a value to look for must not contain ^',
    };
    await expect(desk.findTask('none^NQstate=1')).rejects.toMatchObject(refused);
    await expect(desk.hasEntry(item.sysId, 'comments', 'a^b')).rejects.toMatchObject(refused);
  });

  it('takes a reference with = & % + and spaces as it is', async () => {
    const correlationId = 'a=b&c=%2F+d LIKEe';
    const created = await desk.createTask({ ...ewacs, correlationId });
    expect(await desk.findTask(correlationId)).toEqual(created);
  });

  it('opens numbered tasks for the group and finds each by its correlation id', async () => {
    const first = await desk.createTask(ewacs);
    const second = await desk.createTask({ ...ewacs, correlationId: 'onb-2:ewacs-account' });

    expect(first).toEqual({
      sysId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      number: 'SCTASK0010001',
      state: '1',
    });
    expect(second.number).toBe('SCTASK0010002');
    expect(await desk.findTask(ewacs.correlationId)).toEqual(first);
    expect(await desk.findTask('onb-3:ewacs-account')).toBeUndefined();
    expect(instance.listTickets().slice(1)).toEqual([
      {
        ...untouched,
        sys_id: first.sysId,
        number: 'SCTASK0010001',
        table: 'sc_task',
        assignment_group: 'ewacs-us',
      },
      {
        ...untouched,
        sys_id: second.sysId,
        number: 'SCTASK0010002',
        table: 'sc_task',
        assignment_group: 'ewacs-us',
      },
    ]);
  });

  it('closes a task', async () => {
    const { sysId } = await desk.createTask(ewacs);
    await desk.update('sc_task', sysId, { state: '3' });
    expect(await desk.findTask(ewacs.correlationId)).toEqual({ sysId, number: 'SCTASK0010001', state: '3' });
  });

  it('says NotFound for a ticket that is not there', async () => {
    await expect(desk.update('sc_task', item.sysId, { state: '3' })).rejects.toMatchObject({
      name: 'NotFound',
      message: 'servicenow UpdateRecord: HTTP 404',
    });
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
      expect(await behind.hasEntry(item.sysId, 'comments', 'ours')).toBe(false);
    } finally {
      await careless.close();
    }
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
      await expect(behind.update('sc_req_item', item.sysId, { state: '2' })).rejects.toMatchObject({
        name: 'OutcomeUnknown',
        message: 'servicenow UpdateRecord: HTTP 200 of another shape',
      });
      await expect(behind.findTask('ours')).rejects.toMatchObject({
        name: 'Unavailable',
        message: 'servicenow QueryRecords: HTTP 200 of another shape',
      });
    } finally {
      await cancelling.close();
    }
  });

  it('renews its token when it is about to expire, and is refused with a wrong secret', async () => {
    await desk.findTask('onb-1');
    faults.add([{ service: 'servicenow', operation: 'Token', mode: 'reject', times: 1 }]);
    await desk.findTask('onb-1');
    clock.move(1741);
    await expect(desk.findTask('onb-1')).rejects.toMatchObject({
      name: 'Defect',
      message: 'servicenow Token: HTTP 401 server_error',
    });
    await desk.findTask('onb-1');
    const stranger = createTicketDesk({
      url: served.url,
      credentials: fixedSecret({ clientId: 'sallyport', clientSecret: 'guessed' }),
      clock,
    });
    await expect(stranger.findTask('onb-1')).rejects.toMatchObject({
      name: 'Defect',
      message: 'servicenow Token: HTTP 401 server_error',
    });
  });

  it('fetches a new token after a restart of the instance, and finds everything as it was', async () => {
    await desk.update('sc_req_item', item.sysId, { work_notes: 'before' });
    store.close();
    store = openStore(folder);
    instance = createServiceNow({ store, clock, faults, oauthClient });
    await desk.update('sc_req_item', item.sysId, { work_notes: 'after' });
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

describe('every fault of ServiceNow', () => {
  const whenReading: Record<FaultMode, string> = {
    'fail-before': 'Unavailable',
    'fail-after': 'Unavailable',
    hang: 'Unavailable',
    throttle: 'Throttled',
    reject: 'Defect',
    garbage: 'Unavailable',
    crash: 'Unavailable',
  };
  const whenWriting: Record<FaultMode, string> = {
    'fail-before': 'OutcomeUnknown',
    'fail-after': 'OutcomeUnknown',
    hang: 'OutcomeUnknown',
    throttle: 'Throttled',
    reject: 'Defect',
    garbage: 'OutcomeUnknown',
    crash: 'OutcomeUnknown',
  };
  const reached: readonly FaultMode[] = ['fail-after', 'garbage', 'crash'];

  /** Gives up soon: for the calls that get no answer. */
  const impatient = (): TicketDesk =>
    createTicketDesk({
      url: served.url,
      credentials: fixedSecret(oauthClient),
      clock,
      limits: { timeoutMilliseconds: 300, maxAnswerBytes: 1_000_000 },
    });

  const suffer = async (
    operation: string,
    call: (desk: TicketDesk, mode: FaultMode) => Promise<unknown>,
  ): Promise<Record<string, string>> => {
    const hurried = impatient();
    await hurried.findTask('onb-1');
    const outcomes: Record<string, string> = {};
    for (const mode of faultModes) {
      faults.add([{ service: 'servicenow', operation, mode, times: 1 }]);
      outcomes[mode] = await outcome(call(mode === 'hang' ? hurried : desk, mode));
    }
    expect(faults.pending()).toEqual([]);
    return outcomes;
  };

  it('becomes the class that the step retries by, and is found out by looking: updates', async () => {
    expect(
      await suffer('UpdateRecord', (servicenow, mode) =>
        servicenow.update('sc_req_item', item.sysId, { work_notes: `ref <${mode}>` }),
      ),
    ).toEqual(whenWriting);
    const found = await Promise.all(
      faultModes.map((mode) => desk.hasEntry(item.sysId, 'work_notes', `<${mode}>`)),
    );
    expect(faultModes.filter((_, index) => found[index])).toEqual(reached);
  });

  it('becomes the class that the step retries by, and is found out by looking: tasks', async () => {
    expect(
      await suffer('CreateRecord', (servicenow, mode) =>
        servicenow.createTask({ ...ewacs, correlationId: mode }),
      ),
    ).toEqual(whenWriting);
    const found = await Promise.all(faultModes.map((mode) => desk.findTask(mode)));
    expect(faultModes.filter((_, index) => found[index] !== undefined)).toEqual(reached);
  });

  it('becomes Unavailable where nothing could change', async () => {
    expect(await suffer('QueryRecords', (servicenow) => servicenow.findTask('onb-1'))).toEqual(whenReading);
    expect(
      await suffer('QueryRecords', (servicenow) => servicenow.hasEntry(item.sysId, 'comments', 'onb-1')),
    ).toEqual(whenReading);
  });

  it.each(faultModes)(
    'in the token request (%s) changes nothing, also for a call that would',
    async (mode) => {
      faults.add([{ service: 'servicenow', operation: 'Token', mode, times: 1 }]);
      expect(await outcome(impatient().update('sc_req_item', item.sysId, { work_notes: 'x' }))).toBe(
        whenReading[mode],
      );
      expect(instance.listTickets()).toEqual([untouched]);
    },
  );
});
