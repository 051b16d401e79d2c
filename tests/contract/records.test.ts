import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClientMappings } from '../../adapters/aws/client-mappings.ts';
import { createClients } from '../../adapters/aws/contract-records.ts';
import { createLinks, createSecretLedger } from '../../adapters/aws/credential-records.ts';
import {
  createJournalIntents,
  createOnboardings,
  createSteps,
  createTickets,
} from '../../adapters/aws/onboarding-records.ts';
import { createResourceReferences } from '../../adapters/aws/resource-references.ts';
import type { Key, Table } from '../../adapters/aws/table.ts';
import { createTableReader } from '../../adapters/aws/table-reader.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { Conflict, Defect, Unavailable } from '../../core/errors.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { type LinkRecord, mailStatusesBefore } from '../../core/credentials/records.ts';
import type { TicketRecord } from '../../core/tickets/records.ts';
import { withoutPersonalData } from '../../core/tickets/request.ts';
import type { Wait } from '../../core/workflow/records.ts';
import { tableName } from '../support/deployed.ts';
import {
  type AwsTwin,
  effectUnderFault,
  errorUnderFault,
  readUnderFault,
  startAwsTwin,
} from '../support/aws-twin.ts';
import { fakeClientMappings } from '../support/fakes/client-mappings.ts';
import { fakeLinks, fakeSecretLedger } from '../support/fakes/credential-records.ts';
import {
  fakeJournalIntents,
  fakeOnboardings,
  fakeResourceReferences,
  fakeSteps,
  fakeTickets,
} from '../support/fakes/onboarding-records.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { awsEnvironment, tableAt } from '../support/table.ts';

let twin: AwsTwin;
let table: Table;
beforeAll(async () => {
  twin = await startAwsTwin();
  table = tableAt(twin.url, { attempts: 1, requestTimeout: 2000 });
});
afterAll(async () => {
  await twin.stop();
});

const inDynamoDb = () => ({
  tickets: createTickets(table, clock),
  onboardings: createOnboardings(table, clock),
  steps: createSteps(table),
  claims: createResourceReferences(table),
  entries: createJournalIntents(table),
  links: createLinks(table),
  ledger: createSecretLedger(table),
  mappings: createClientMappings(table),
  clients: createClients(table),
});
const inMemory = (): ReturnType<typeof inDynamoDb> => {
  const mappings = fakeClientMappings();
  return {
    tickets: fakeTickets(clock),
    onboardings: fakeOnboardings(clock),
    steps: fakeSteps(),
    claims: fakeResourceReferences(),
    entries: fakeJournalIntents(),
    links: fakeLinks(),
    ledger: fakeSecretLedger(),
    mappings,
    clients: mappings.clients,
  };
};

const recordedAt = new Date('2026-11-20T10:00:00Z');
const clock = { now: () => recordedAt };

/** Keys of their own for each test: all share one table. */
let tests = 0;
let id = '';
beforeEach(() => {
  id = `id-${(tests += 1)}`;
});

/** What was stored, without the table's own keys. */
const stored = (item: object | undefined) =>
  item &&
  Object.fromEntries(
    Object.entries(item).filter(
      ([name]) => !['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'].includes(name),
    ),
  );
const conflict = (operation: string, detail: string) =>
  new Conflict({ service: 'sallyport', operation, detail });

describe.each([
  ['in DynamoDB', inDynamoDb],
  ['in memory, as the unit tests use them', inMemory],
])('the records %s', (_where, open) => {
  let records: ReturnType<typeof inDynamoDb>;
  beforeEach(() => {
    records = open();
  });

  describe('X-1 tickets', () => {
    const ticket = (attempt = 1): TicketRecord => ({
      ticketNumber: id,
      attempt,
      onboardingId: `${id}-${attempt}`,
      digest: `digest-${attempt}`,
      request,
    });

    test('are recorded once, as they came', async () => {
      expect(await records.tickets.find(id)).toBeUndefined();
      expect(await records.tickets.record(ticket(1))).toBe(true);
      expect(await records.tickets.record(ticket(2))).toBe(false);
      expect(stored(await records.tickets.find(id))).toEqual(ticket(1));
    });

    test('of two at once one is recorded', async () => {
      expect(
        (
          await Promise.all([records.tickets.record(ticket(1)), records.tickets.record(ticket(1))])
        ).toSorted(),
      ).toEqual([false, true]);
    });

    test('pass from one attempt to the next, once', async () => {
      await records.tickets.record(ticket(1));
      const passed = await Promise.all([
        records.tickets.supersede(ticket(1), ticket(2)),
        records.tickets.supersede(ticket(1), ticket(3)),
      ]);
      expect(passed.toSorted()).toEqual([false, true]);
      expect(stored(await records.tickets.find(id))).toEqual(passed[0] ? ticket(2) : ticket(3));
      expect(await records.tickets.supersede(ticket(1), ticket(4))).toBe(false);
    });

    // Threat T-102
    test('are listed since their start until their personal data is removed, unless an attempt follows', async () => {
      const later = (seconds: number) => new Date(recordedAt.getTime() + seconds * 1000);
      const isListed = async (before: Date) =>
        (await records.tickets.listStarted(before)).some(({ onboardingId }) => onboardingId === `${id}-1`);
      await records.tickets.record(ticket(1));
      await records.tickets.removePersonalData(ticket(1), withoutPersonalData(request), later(0));
      expect(stored(await records.tickets.find(id)), 'it has not started').toEqual(ticket(1));
      expect(await isListed(later(1))).toBe(false);
      await records.tickets.markStarted(ticket(1));
      expect([await isListed(later(0)), await isListed(later(1))]).toEqual([false, true]);
      await records.tickets.postponeRemoval(ticket(1), later(10));
      await records.tickets.markStarted(ticket(1));
      expect([await isListed(later(10)), await isListed(later(11))]).toEqual([false, true]);

      await records.tickets.removePersonalData(ticket(2), withoutPersonalData(request), later(20));
      expect(stored(await records.tickets.find(id)), 'another attempt').toEqual(ticket(1));
      await records.tickets.removePersonalData(ticket(1), withoutPersonalData(request), later(20));
      const removed = {
        ...ticket(1),
        request: withoutPersonalData(request),
        personalDataRemovedAt: later(20).toISOString(),
      };
      expect(stored(await records.tickets.find(id))).toEqual(removed);
      await records.tickets.markStarted(ticket(1));
      await records.tickets.postponeRemoval(ticket(1), later(30));
      await records.tickets.removePersonalData(ticket(1), request, later(30));
      expect(stored(await records.tickets.find(id)), 'it is not listed any more').toEqual(removed);
      expect(await isListed(later(99))).toBe(false);

      expect(await records.tickets.supersede(removed, ticket(2))).toBe(true);
      expect(stored(await records.tickets.find(id))).toEqual(ticket(2));
    });

    test('that are unknown pass to nothing', async () => {
      expect(await records.tickets.supersede(ticket(1), ticket(2))).toBe(false);
      expect(await records.tickets.find(id)).toBeUndefined();
    });
  });

  describe('WF-8 onboardings', () => {
    test('keep what was created first', async () => {
      await Promise.all([
        records.onboardings.create(onboardingOf(id)),
        records.onboardings.create(onboardingOf(id)),
      ]);
      await records.onboardings.create(onboardingOf(id, { company: 'Another' }));
      expect(stored(await records.onboardings.find(id))).toEqual(onboardingOf(id));
    });

    test('end once, from a state that is named, and may be told so again', async () => {
      await records.onboardings.create(onboardingOf(id));
      await records.onboardings.conclude(id, ['Running'], 'Done');
      await records.onboardings.conclude(id, ['Running'], 'Done');
      await expect(records.onboardings.conclude(id, ['Running'], 'RolledBack')).rejects.toThrow(
        conflict('Conclude', 'the execution has ended otherwise than RolledBack'),
      );
      expect(stored(await records.onboardings.find(id))).toEqual({
        ...onboardingOf(id),
        status: 'Done',
        endedAt: recordedAt.toISOString(),
      });
    });

    test('of two ends at once have one', async () => {
      await records.onboardings.create(onboardingOf(id));
      const ends = await Promise.allSettled([
        records.onboardings.conclude(id, ['Running'], 'Done'),
        records.onboardings.conclude(id, ['Running'], 'RolledBack'),
      ]);
      expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    test('keep their reasons unless others are given', async () => {
      const reasons = [{ code: 'cognito-client', sentence: 'cognito-client is not undone' }];
      await records.onboardings.create(onboardingOf(id));
      await records.onboardings.conclude(id, ['Running'], 'RollbackIncomplete', [...reasons, ...reasons]);
      await records.onboardings.conclude(id, ['Running'], 'RollbackIncomplete', reasons);
      await records.onboardings.conclude(id, ['Running', 'RollbackIncomplete'], 'RolledBack');
      expect(stored(await records.onboardings.find(id))).toEqual({
        ...onboardingOf(id),
        status: 'RolledBack',
        endedAt: recordedAt.toISOString(),
        reasons,
      });
    });

    // Threat T-102
    test('are listed since their end until their personal data is removed, and after another end', async () => {
      const later = (seconds: number) => new Date(recordedAt.getTime() + seconds * 1000);
      const isListed = async (before: Date) => (await records.onboardings.listEnded(before)).includes(id);
      const ended = async () => {
        const found = await records.onboardings.find(id);
        if (found === undefined) throw new Error('it is not there');
        return found;
      };
      await records.onboardings.create(onboardingOf(id));
      expect(await isListed(later(1))).toBe(false);
      await records.onboardings.conclude(id, ['Running'], 'Stopped');
      expect([await isListed(later(0)), await isListed(later(1))]).toEqual([false, true]);

      await records.onboardings.postponeRemoval(await ended(), later(10));
      expect([await isListed(later(10)), await isListed(later(11))]).toEqual([false, true]);
      const stopped = await ended();
      const without = { ...stopped, request: withoutPersonalData(stopped.request) };
      await records.onboardings.conclude(id, ['Stopped'], 'RolledBack');
      await records.onboardings.postponeRemoval(stopped, later(20));
      await records.onboardings.removePersonalData(without, later(20));
      expect(await ended(), 'it ended otherwise after it was read').toMatchObject({
        status: 'RolledBack',
        request,
      });

      const rolledBack = await ended();
      const { plan } = rolledBack;
      const reasons = [{ code: 'aborted', sentence: 'removed' }];
      await records.onboardings.removePersonalData(
        { ...rolledBack, request: without.request, reasons },
        later(30),
      );
      expect(stored(await ended())).toEqual({
        ...stored(rolledBack),
        request: without.request,
        plan,
        reasons,
        personalDataRemovedAt: later(30).toISOString(),
      });
      expect(await isListed(later(99))).toBe(false);
      await records.onboardings.removePersonalData(rolledBack, later(40));
      expect((await ended()).request, 'it is not listed any more').toEqual(without.request);
    });

    test('that are not there do not end', async () => {
      await expect(records.onboardings.conclude(id, ['Running'], 'Done')).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'Conclude',
          detail: 'the execution has ended otherwise than Done',
        }),
      );
      expect(await records.onboardings.find(id)).toBeUndefined();
    });
  });

  describe('WF-8 steps', () => {
    const failure = {
      error: 'Rejected',
      service: 'cognito',
      operation: 'CreateUserPoolClient',
      detail: 'no',
    };
    const undone = (step: string) => conflict(step, 'the step has been undone');

    test('lose the facts that are named, whatever their state is', async () => {
      await records.steps.removeFacts(id, 'ewacs-account', ['prerequisiteId']);
      expect(await records.steps.find(id, 'ewacs-account')).toBeUndefined();
      await records.steps.intend(id, 'ewacs-account');
      await records.steps.applied(id, 'ewacs-account', { taskId: 'T', prerequisiteId: 'EW-1' });
      await records.steps.removeFacts(id, 'ewacs-account', ['prerequisiteId']);
      await records.steps.removeFacts(id, 'ewacs-account', ['prerequisiteId']);
      expect(await records.steps.find(id, 'ewacs-account')).toEqual({
        step: 'ewacs-account',
        state: 'applied',
        facts: { taskId: 'T' },
      });
    });

    test('are intended once; who comes later sees what is known', async () => {
      expect(await records.steps.find(id, 'okta-profile')).toBeUndefined();
      const intents = await Promise.all([
        records.steps.intend(id, 'okta-profile'),
        records.steps.intend(id, 'okta-profile'),
      ]);
      expect(intents.map(({ fresh }) => fresh).toSorted()).toEqual([false, true]);
      await records.steps.note(id, 'okta-profile', { userId: 'user-1', groupId: 'group-1' });
      expect(await records.steps.intend(id, 'okta-profile')).toEqual({
        record: { step: 'okta-profile', state: 'intended', facts: { userId: 'user-1', groupId: 'group-1' } },
        fresh: false,
      });
    });

    test('collect facts, none of which takes another away', async () => {
      await records.steps.intend(id, 'ewacs-account');
      await Promise.all([
        records.steps.note(id, 'ewacs-account', { taskToken: 'token' }),
        records.steps.note(id, 'ewacs-account', { taskNumber: 'SCTASK1', taskId: 'sys' }),
      ]);
      await records.steps.applied(id, 'ewacs-account', { closedState: 'complete' });
      await records.steps.note(id, 'ewacs-account', { taskToken: 'another token' });
      expect(await records.steps.find(id, 'ewacs-account')).toEqual({
        step: 'ewacs-account',
        state: 'applied',
        facts: { taskToken: 'another token', taskNumber: 'SCTASK1', taskId: 'sys', closedState: 'complete' },
      });
    });

    test('whose intent was taken back leave no trace but what they know', async () => {
      await records.steps.intend(id, 'gateway-mapping');
      await records.steps.note(id, 'gateway-mapping', { clientId: 'client-1' });
      await records.steps.retract(id, 'gateway-mapping');
      expect(await records.steps.find(id, 'gateway-mapping')).toBeUndefined();
      await expect(records.steps.note(id, 'gateway-mapping', { clientId: 'client-2' })).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'gateway-mapping',
          detail: 'the step has been undone',
        }),
      );
      expect(await records.steps.intend(id, 'gateway-mapping')).toEqual({
        record: { step: 'gateway-mapping', state: 'intended', facts: { clientId: 'client-1' } },
        fresh: true,
      });
    });

    test('whose facts are replaced by two at once are so by one', async () => {
      const replace = async (from: number | undefined, to: number): Promise<boolean> =>
        records.steps.replaceFacts(id, 'credential-delivery', {
          from: { ...(from !== undefined && { linkNumber: from }) },
          to: { linkNumber: to },
        });
      expect(await replace(undefined, 1)).toBe(false);
      await records.steps.intend(id, 'credential-delivery');
      expect(await replace(undefined, 1)).toBe(false);
      await records.steps.applied(id, 'credential-delivery', {});
      expect(await replace(undefined, 1)).toBe(true);
      const both = await Promise.all([replace(1, 2), replace(1, 2)]);
      expect(both.toSorted()).toEqual([false, true]);
      expect(await replace(1, 3)).toBe(false);
      expect(await records.steps.find(id, 'credential-delivery')).toMatchObject({ facts: { linkNumber: 2 } });
    });

    test('that are applied are not taken back', async () => {
      await records.steps.intend(id, 'cognito-client');
      await records.steps.applied(id, 'cognito-client', { clientId: 'client-1' });
      await records.steps.retract(id, 'cognito-client');
      expect(await records.steps.find(id, 'cognito-client')).toEqual({
        step: 'cognito-client',
        state: 'applied',
        facts: { clientId: 'client-1' },
      });
      await records.steps.retract(id, 'okta-profile');
      expect(await records.steps.find(id, 'okta-profile')).toBeUndefined();
    });

    test('that are undone stay so', async () => {
      await records.steps.intend(id, 'cognito-client');
      await records.steps.applied(id, 'cognito-client', { clientId: 'client-1' });
      await records.steps.undone(id, 'cognito-client');
      await expect(records.steps.intend(id, 'cognito-client')).rejects.toThrow(undone('cognito-client'));
      await expect(records.steps.note(id, 'cognito-client', { clientId: 'client-2' })).rejects.toThrow(
        undone('cognito-client'),
      );
      await expect(records.steps.applied(id, 'cognito-client', { clientId: 'client-2' })).rejects.toThrow(
        undone('cognito-client'),
      );
      await records.steps.retract(id, 'cognito-client');
      expect(await records.steps.find(id, 'cognito-client')).toEqual({
        step: 'cognito-client',
        state: 'undone',
        facts: { clientId: 'client-1' },
      });
    });

    test('that were never intended can be forestalled, and only those', async () => {
      expect(await records.steps.tombstone(id, 'cognito-client')).toBe(true);
      expect(await records.steps.find(id, 'cognito-client')).toEqual({
        step: 'cognito-client',
        state: 'undone',
        facts: {},
      });
      await expect(records.steps.intend(id, 'cognito-client')).rejects.toThrow(undone('cognito-client'));
      await records.steps.intend(id, 'okta-profile');
      expect(await records.steps.tombstone(id, 'okta-profile')).toBe(false);
      expect(await records.steps.find(id, 'okta-profile')).toEqual({
        state: 'intended',
        step: 'okta-profile',
        facts: {},
      });
    });

    test('stand until they are undone', async () => {
      expect(await records.steps.stepsInEffect(id)).toEqual([]);
      await records.steps.failed(id, 'credential-delivery', failure);
      await records.steps.intend(id, 'okta-profile');
      for (const step of ['cognito-client', 'gateway-mapping'] as const) {
        await records.steps.intend(id, step);
        await records.steps.applied(id, step, {});
      }
      await records.steps.undone(id, 'gateway-mapping');
      expect(await records.steps.stepsInEffect(id)).toEqual(['cognito-client', 'okta-profile']);
    });

    test('that were never intended cannot be applied', async () => {
      await expect(records.steps.applied(id, 'cognito-client', { clientId: 'client-1' })).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'cognito-client',
          detail: 'the step has been undone',
        }),
      );
      expect(await records.steps.find(id, 'cognito-client')).toBeUndefined();
    });

    describe('that wait', () => {
      const since = (hour: number): Date => new Date(Date.UTC(2026, 10, 20, hour));
      const waits = async (before = since(23)) =>
        (await records.steps.listWaits(before)).filter(({ executionId }) => executionId.startsWith(id));
      const begin = async (hour: number, onboardingId = id): Promise<Wait> => {
        await records.steps.intend(onboardingId, 'ewacs-account');
        await records.steps.wait(onboardingId, 'ewacs-account', since(hour), { taskToken: `token-${hour}` });
        return { executionId: onboardingId, step: 'ewacs-account', since: since(hour) };
      };

      test('are known from then on, the longest first, with what they were told', async () => {
        const [late, early] = [await begin(11, `${id}-late`), await begin(10, `${id}-early`)];
        expect(await waits()).toEqual([early, late]);
        expect(await waits(since(11))).toEqual([early]);
        expect(await records.steps.find(`${id}-late`, 'ewacs-account')).toEqual({
          step: 'ewacs-account',
          state: 'intended',
          facts: { taskToken: 'token-11' },
        });
      });

      test.each([
        ['applied', () => records.steps.applied(id, 'ewacs-account', { closedState: 'complete' })],
        ['undone', () => records.steps.undone(id, 'ewacs-account')],
        ['taken back', () => records.steps.retract(id, 'ewacs-account')],
      ])('do so until they are %s', async (_end, end) => {
        const wait = await begin(10);
        await records.steps.note(id, 'ewacs-account', { taskNumber: 'SCTASK1' });
        await records.steps.failed(id, 'ewacs-account', failure);
        expect(await waits()).toEqual([wait]);
        await end();
        expect(await waits()).toEqual([]);
      });

      test('do so anew when they begin again', async () => {
        await begin(10);
        const again = await begin(11);
        expect(await waits()).toEqual([again]);
      });

      test('are none if they are applied or undone before, and those that are applied keep what they were told', async () => {
        await records.steps.intend(id, 'ewacs-account');
        await records.steps.applied(id, 'ewacs-account', { closedState: 'complete' });
        await records.steps.wait(id, 'ewacs-account', since(10), { taskToken: 'token' });
        expect(await records.steps.find(id, 'ewacs-account')).toEqual({
          step: 'ewacs-account',
          state: 'applied',
          facts: { closedState: 'complete', taskToken: 'token' },
        });
        expect(await waits()).toEqual([]);
        await records.steps.undone(id, 'ewacs-account');
        await expect(
          records.steps.wait(id, 'ewacs-account', since(10), { taskToken: 'token' }),
        ).rejects.toThrow(undone('ewacs-account'));
        expect(await waits()).toEqual([]);
      });

      test('can be forgotten, and nothing else of the step, unless they have begun anew', async () => {
        const first = await begin(10);
        const second = await begin(11);
        await records.steps.forget(first);
        expect(await waits()).toEqual([second]);
        await records.steps.forget(second);
        await records.steps.forget(second);
        expect(await waits()).toEqual([]);
        expect(await records.steps.find(id, 'ewacs-account')).toEqual({
          step: 'ewacs-account',
          state: 'intended',
          facts: { taskToken: 'token-11' },
        });
        const third = await begin(12);
        expect(await waits()).toEqual([third]);
      });
    });

    test('say which of them failed, also if it left no other trace, until it succeeds', async () => {
      expect(await records.steps.failedStep(id)).toBeUndefined();
      await records.steps.intend(id, 'okta-profile');
      await records.steps.failed(id, 'cognito-client', failure);
      expect(await records.steps.failedStep(id)).toEqual({ step: 'cognito-client', failure });
      expect(await records.steps.find(id, 'cognito-client')).toBeUndefined();
      expect(await records.steps.intend(id, 'cognito-client')).toEqual({
        record: { step: 'cognito-client', state: 'intended', facts: {}, failure },
        fresh: true,
      });
      await records.steps.applied(id, 'cognito-client', { clientId: 'client-1' });
      expect(await records.steps.failedStep(id)).toBeUndefined();
      expect(await records.steps.failedStep(`${id}-other`)).toBeUndefined();
    });
  });

  describe('WF-4 claims on a profile', () => {
    const others = { last: false, made: false };
    const last = { last: true, made: false };

    test('the last to leave is told so, and nobody comes until it is forgotten', async () => {
      expect(await records.claims.acquire(id, 'onb-1')).toBe(true);
      expect(await records.claims.acquire(id, 'onb-1')).toBe(true);
      expect(await records.claims.acquire(id, 'onb-2')).toBe(true);
      expect(await records.claims.release(id, 'onb-1')).toEqual(others);
      expect(await records.claims.release(id, 'onb-1')).toEqual(others);
      expect(await records.claims.release(id, 'onb-2')).toEqual(last);
      expect(await records.claims.acquire(id, 'onb-3')).toBe(false);
      expect(await records.claims.release(id, 'onb-3')).toEqual(others);
      expect(await records.claims.release(id, 'onb-2')).toEqual(last);
      await records.claims.clear(id);
      await records.claims.clear(id);
      expect(await records.claims.release(id, 'onb-2')).toEqual(others);
      expect(await records.claims.acquire(id, 'onb-3')).toBe(true);
    });

    test('to forget a profile takes no claim away that was made since', async () => {
      await records.claims.acquire(id, 'onb-1');
      await records.claims.release(id, 'onb-1');
      await records.claims.clear(id);
      await records.claims.acquire(id, 'onb-2');
      await records.claims.clear(id);
      expect(await records.claims.release(id, 'onb-2')).toEqual(last);
    });

    test('the last to leave learns whether one of them made it, whoever that was, until it is forgotten', async () => {
      await records.claims.markCreating(id);
      await records.claims.acquire(id, 'onb-1');
      await records.claims.acquire(id, 'onb-2');
      await records.claims.markCreating(id);
      expect(await records.claims.release(id, 'onb-1')).toEqual(others);
      expect(await records.claims.release(id, 'onb-2')).toEqual({ last: true, made: true });
      expect(await records.claims.release(id, 'onb-2')).toEqual({ last: true, made: true });
      await records.claims.clear(id);
      await records.claims.acquire(id, 'onb-3');
      expect(await records.claims.release(id, 'onb-3')).toEqual(last);
    });

    test('who never came leaves others alone', async () => {
      expect(await records.claims.release(id, 'onb-1')).toEqual(others);
      await records.claims.acquire(id, 'onb-1');
      expect(await records.claims.release(id, 'onb-2')).toEqual(others);
      expect(await records.claims.release(id, 'onb-1')).toEqual(last);
    });

    test('of those who leave at once exactly one is the last', async () => {
      for (const round of [1, 2, 3, 4, 5]) {
        const login = `${id}-${round}`;
        const all = ['onb-1', 'onb-2', 'onb-3'];
        await Promise.all(all.map(async (each) => records.claims.acquire(login, each)));
        const left = await Promise.all(all.map(async (each) => records.claims.release(login, each)));
        expect(left.filter((each) => each.last)).toHaveLength(1);
      }
    });

    test('who comes while the last one leaves either stays with it or has to wait', async () => {
      for (const round of [1, 2, 3, 4, 5]) {
        const login = `${id}-${round}`;
        await records.claims.acquire(login, 'onb-1');
        const [left, came] = await Promise.all([
          records.claims.release(login, 'onb-1'),
          records.claims.acquire(login, 'onb-2'),
        ]);
        expect([left, came]).toEqual(came ? [others, true] : [last, false]);
      }
    });
  });

  describe('WF-8 journal entries', () => {
    test('are fresh once, then begun, then written', async () => {
      expect(
        (
          await Promise.all([records.entries.begin(id, 'Done'), records.entries.begin(id, 'Done')])
        ).toSorted(),
      ).toEqual(['begun', 'fresh']);
      expect(await records.entries.begin(id, 'code-1')).toBe('fresh');
      await records.entries.written(id, 'Done');
      expect(await records.entries.begin(id, 'Done')).toBe('written');
      expect(await records.entries.begin(id, 'code-1')).toBe('begun');
      await records.entries.begin(id, 'code-2');
      expect(await records.entries.begunWith(id, 'code-')).toEqual(['code-1', 'code-2']);
      expect(await records.entries.begunWith(id, 'mail-')).toEqual([]);
    });
  });

  describe('X-5 links', () => {
    const now = new Date('2026-11-20T10:00:00Z');
    const link = (changed: Partial<LinkRecord> = {}): LinkRecord => ({
      tokenHash: id,
      onboardingId: 'onb-1',
      number: 1,
      clientId: 'client-1',
      codeMac: 'bWFj',
      state: 'live',
      triesLeft: 5,
      expiresAt: '2026-11-20T10:00:00.001Z',
      mail: 'unsent',
      mailWaits: 0,
      ...changed,
    });

    test('keep what was created first', async () => {
      expect(await records.links.find(id)).toBeUndefined();
      expect(await records.links.create(link())).toEqual(link());
      expect(stored(await records.links.create(link({ codeMac: 'YW5vdGhlcg==' })))).toEqual(link());
    });

    test('know of their mail whether it may have gone out, and how often it was waited for', async () => {
      await records.links.create(link());
      await records.links.waited(id);
      await records.links.unsent(id);
      expect(stored(await records.links.find(id))).toEqual(link());
      await records.links.sending(id);
      await records.links.waited(id);
      await records.links.waited(id);
      expect(stored(await records.links.find(id))).toEqual(link({ mail: 'sending', mailWaits: 2 }));
      await records.links.sending(id);
      expect(stored(await records.links.find(id))).toEqual(link({ mail: 'sending' }));
      await records.links.unsent(id);
      expect(stored(await records.links.find(id))).toEqual(link({ mail: 'unsent' }));
      await records.links.mailed(id, 'sent');
      await records.links.sending(id);
      await records.links.waited(id);
      await records.links.unsent(id);
      expect(stored(await records.links.find(id))).toEqual(link({ mail: 'sent' }));
      await records.links.mailed(id, 'bounced');
      await records.links.mailed(id, 'sent');
      await records.links.mailed(id, 'complained');
      await records.links.sending(id);
      expect(stored(await records.links.find(id))).toEqual(link({ mail: 'bounced' }));
      await records.links.mailed('nobody made it', 'sent');
      await records.links.mailed('nobody made it', 'rejected');
      expect(await records.links.find('nobody made it')).toBeUndefined();
    });

    test.each(['sent', 'returned', 'delivered', 'bounced', 'suppressed', 'rejected', 'complained'] as const)(
      'go on to %s only from an earlier status of the mail',
      async (status) => {
        for (const before of [...mailStatusesBefore[status], status]) {
          const tokenHash = `${id}-${before}`;
          await records.links.create(link({ tokenHash, mail: before }));
          await records.links.mailed(tokenHash, status);
          expect((await records.links.find(tokenHash))?.mail).toBe(status);
          await records.links.mailed(tokenHash, 'sent');
          expect((await records.links.find(tokenHash))?.mail).toBe(status);
        }
        await records.links.create(link({ tokenHash: `${id}-ended`, mail: 'suppressed' }));
        await records.links.mailed(`${id}-ended`, status);
        expect((await records.links.find(`${id}-ended`))?.mail).toBe('suppressed');
      },
    );

    // Threat T-9
    test('give no more tries than they have, however many ask at once', async () => {
      await records.links.create(link());
      const tries = await Promise.all(
        Array.from({ length: 8 }, async () => records.links.takeAttempt(id, now)),
      );
      expect(tries.map((each) => each?.triesLeft ?? -1).toSorted()).toEqual([-1, -1, -1, 0, 1, 2, 3, 4]);
      expect(stored(await records.links.find(id))).toEqual(
        link({ triesLeft: 0, triedAt: '2026-11-20T10:00:00.000Z' }),
      );
      await records.links.refundAttempt(id);
      expect(stored(await records.links.takeAttempt(id, now))).toEqual(
        link({ triesLeft: 0, triedAt: '2026-11-20T10:00:00.000Z' }),
      );
    });

    test('give none from the moment of their end on', async () => {
      await records.links.create(link());
      expect(await records.links.takeAttempt(id, new Date('2026-11-20T10:00:00.001Z'))).toBeUndefined();
      expect(stored(await records.links.takeAttempt(id, now))).toEqual(
        link({ triesLeft: 4, triedAt: '2026-11-20T10:00:00.000Z' }),
      );
      expect(await records.links.takeAttempt('nobody made it', now)).toBeUndefined();
    });

    test.each(['used', 'locked', 'revoked'] as const)(
      'that are %s give no try and take none back',
      async (state) => {
        await records.links.create(link({ state }));
        expect(await records.links.takeAttempt(id, now)).toBeUndefined();
        await records.links.refundAttempt(id);
        expect(stored(await records.links.find(id))).toEqual(link({ state }));
      },
    );

    /** The link without the attempt that used it, which only DynamoDB shows. */
    const usedLink = async () => {
      const { usedBy: _attempt, ...found }: Record<string, unknown> =
        stored(await records.links.find(id)) ?? {};
      return found;
    };

    test('are used by one attempt, which may ask again', async () => {
      await records.links.create(link());
      const attempts = ['a', 'b', 'c'];
      const used = await Promise.all(attempts.map(async (attempt) => records.links.use(id, attempt)));
      expect(used.toSorted()).toEqual([false, false, true]);
      expect(await Promise.all(attempts.map(async (attempt) => records.links.use(id, attempt)))).toEqual(
        used,
      );
      expect(await usedLink()).toEqual(link({ state: 'used' }));
    });

    test('that came to nothing are live again, for the attempt that used them and unless they were revoked', async () => {
      await records.links.create(link({ triesLeft: 4 }));
      await records.links.use(id, 'a');
      await records.links.release(id, 'b');
      expect(await usedLink()).toEqual(link({ state: 'used', triesLeft: 4 }));
      await records.links.release(id, 'a');
      await records.links.release(id, 'a');
      expect(stored(await records.links.find(id))).toEqual(link({ state: 'live', triesLeft: 5 }));

      expect(await records.links.use(id, 'b')).toBe(true);
      await records.links.revoke(id);
      await records.links.release(id, 'b');
      expect(await usedLink()).toEqual(link({ state: 'revoked', triesLeft: 5 }));
      expect(await records.links.use(id, 'b')).toBe(false);
    });

    test.each(['locked', 'revoked'] as const)('that are %s are used by nobody', async (state) => {
      await records.links.create(link({ state }));
      expect(await records.links.use(id, 'a')).toBe(false);
      expect(await records.links.use('nobody made it', 'a')).toBe(false);
    });

    test('are locked once no try is left, and stay so', async () => {
      await records.links.create(link({ triesLeft: 1 }));
      expect(await records.links.lock(id)).toBe(false);
      await records.links.takeAttempt(id, now);
      expect(await records.links.lock(id)).toBe(true);
      expect(await records.links.lock(id)).toBe(true);
      expect(await records.links.use(id, 'a')).toBe(false);
      expect(stored(await records.links.find(id))).toEqual(
        link({ state: 'locked', triesLeft: 0, triedAt: '2026-11-20T10:00:00.000Z' }),
      );
    });

    // Threat T-77
    test('are either used or locked, never both', async () => {
      for (const round of [1, 2, 3]) {
        const tokenHash = `${id}-${round}`;
        await records.links.create(link({ tokenHash, triesLeft: 0 }));
        const [used, locked] = await Promise.all([
          records.links.use(tokenHash, 'a'),
          records.links.lock(tokenHash),
        ]);
        expect(used).not.toBe(locked);
      }
    });

    test.each([
      ['live', 'revoked'],
      ['locked', 'revoked'],
      ['used', 'revoked'],
      ['revoked', 'revoked'],
    ] as const)('that are %s are %s after being revoked, and not locked any more', async (before, after) => {
      await records.links.create(link({ state: before, triesLeft: 0 }));
      await records.links.revoke(id);
      expect(stored(await records.links.find(id))).toEqual(link({ state: after, triesLeft: 0 }));
      expect(await records.links.lock(id)).toBe(false);
    });

    test('that were never made cannot be changed into being', async () => {
      await records.links.revoke(id);
      await records.links.mailed(id, 'sent');
      await records.links.refundAttempt(id);
      await records.links.lock(id);
      expect(await records.links.find(id)).toBeUndefined();
    });
  });

  describe('X-5 the ledger of secrets', () => {
    const now = new Date('2026-11-20T10:00:00Z');
    const until = new Date('2026-11-20T10:01:00Z');

    test('is held by one at a time, who may ask again', async () => {
      const holders = ['a', 'b', 'c'];
      const held = await Promise.all(
        holders.map(async (holder) => records.ledger.lock(id, holder, now, until)),
      );
      expect(held.toSorted()).toEqual([false, false, true]);
      expect(
        await Promise.all(holders.map(async (holder) => records.ledger.lock(id, holder, now, until))),
      ).toEqual(held);
    });

    test('is free when it is given back by its holder, or its time is over', async () => {
      await records.ledger.lock(id, 'a', now, until);
      await records.ledger.unlock(id, 'b');
      expect(await records.ledger.lock(id, 'b', until, until)).toBe(false);
      await records.ledger.unlock(id, 'a');
      expect(await records.ledger.lock(id, 'b', now, until)).toBe(true);
      expect(await records.ledger.lock(id, 'c', new Date('2026-11-20T10:01:00.001Z'), until)).toBe(true);
      await records.ledger.unlock(id, 'b');
      expect(await records.ledger.lock(id, 'b', now, until)).toBe(false);
    });

    test('keeps what was delivered, whoever holds it', async () => {
      expect(await records.ledger.delivered(id)).toEqual([]);
      await records.ledger.lock(id, 'a', now, until);
      expect(await records.ledger.delivered(id)).toEqual([]);
      await records.ledger.record(id, ['secret-1', 'secret-2']);
      await records.ledger.record(id, ['secret-2', 'secret-3']);
      await records.ledger.unlock(id, 'a');
      expect(await records.ledger.delivered(id)).toEqual(['secret-2', 'secret-3']);
    });
  });

  describe('WF-6 mappings', () => {
    const onboarded = { at: '2026-11-20T10:00:00.000Z', by: 'onb-1', why: 'Onboarded' };
    const rolledBack = { at: '2026-11-20T10:05:00.000Z', by: 'onb-1', why: 'Rolled back' };
    const mapping = (): ClientMapping => ({
      clientId: id,
      partnerId: 'acme-1',
      contractId: 'acme-1.credit-reports',
      product: 'credit-reports',
      onboardingId: 'onb-1',
      scopes: ['credit-reports/read'],
      apiKey: 'value',
      routes: [{ method: 'GET', path: '/apis/credit-reports/reports', scope: 'credit-reports/read' }],
      ipRanges: ['203.0.113.10'],
      ...initialState('active', onboarded),
    });
    const ended = () => ({
      ...mapping(),
      status: 'ended',
      version: 2,
      changes: [
        { ...onboarded, to: 'active' },
        { ...rolledBack, to: 'ended' },
      ],
      editors: [],
    });
    const inTheWay = conflict(
      'ActivateMapping',
      'the client has been mapped before, and not for this onboarding, or is no longer active',
    );

    test('are active from the start, and may be activated again', async () => {
      expect(await records.clients.find(id)).toBeUndefined();
      await Promise.all([records.mappings.activate(mapping()), records.mappings.activate(mapping())]);
      await records.mappings.activate({
        ...mapping(),
        ...initialState('active', { ...onboarded, at: '2026-11-20T10:01:00.000Z' }),
      });
      expect(await records.clients.find(id)).toEqual(mapping());
    });

    test('of another onboarding are in the way', async () => {
      await records.mappings.activate(mapping());
      await expect(records.mappings.activate({ ...mapping(), onboardingId: 'onb-2' })).rejects.toThrow(
        inTheWay,
      );
      expect(await records.clients.find(id)).toEqual(mapping());
    });

    test('that have ended are not revived, and only they are removed', async () => {
      await records.mappings.activate(mapping());
      await records.mappings.remove(id);
      expect(await records.clients.find(id)).toEqual(mapping());
      await Promise.all([records.mappings.end(id, rolledBack), records.mappings.end(id, rolledBack)]);
      await records.mappings.end(id, rolledBack);
      expect(await records.clients.find(id)).toEqual(ended());
      await expect(records.mappings.activate(mapping())).rejects.toThrow(inTheWay);
      await records.mappings.remove(id);
      await records.mappings.remove(id);
      expect(await records.clients.find(id)).toBeUndefined();
    });

    test('that are not there are neither ended nor removed into being', async () => {
      await records.mappings.end(id, rolledBack);
      await records.mappings.remove(id);
      expect(await records.clients.find(id)).toBeUndefined();
    });

    test('X-8 that an operator has suspended are not revived either, and can be ended', async () => {
      await records.mappings.activate(mapping());
      const suspended = { ...mapping(), status: 'suspended' as const, version: 2 };
      expect(await records.clients.replace(suspended)).toBe(true);
      await expect(records.mappings.activate(mapping())).rejects.toThrow(inTheWay);
      await records.mappings.end(id, rolledBack);
      expect(await records.clients.find(id)).toEqual({
        ...mapping(),
        status: 'ended',
        version: 3,
        changes: [...mapping().changes, { ...rolledBack, to: 'ended' }],
        editors: [],
      });
    });
  });
});

test('X-4 a link is listed until it is used or revoked: as open, and as failed once it is locked or its mail is not delivered', async () => {
  const { links } = inDynamoDb();
  const expiresAt = '2026-11-20T10:00:00.000Z';
  const partitionsOf = async (tokenHash: string): Promise<readonly string[]> => {
    const pages = await Promise.all(
      ['LINK#open', 'LINK#failed'].map(async (partition) => {
        const items = await table.queryPending<Key & { readonly gsi2sk: string }>(partition, '9');
        return items.some(({ pk, gsi2sk }) => pk === `LINK#${tokenHash}` && gsi2sk === expiresAt)
          ? [partition]
          : [];
      }),
    );
    return pages.flat();
  };
  const link = async (name: string, changed: Partial<LinkRecord> = {}): Promise<string> => {
    const tokenHash = `${id}-${name}`;
    await links.create({
      tokenHash,
      onboardingId: 'onb-1',
      number: 1,
      clientId: 'client-1',
      codeMac: 'bWFj',
      state: 'live',
      triesLeft: 5,
      expiresAt,
      mail: 'sent',
      mailWaits: 0,
      ...changed,
    });
    return tokenHash;
  };

  const used = await link('used');
  expect(await partitionsOf(used)).toEqual(['LINK#open']);
  await links.use(used, 'attempt');
  expect(await partitionsOf(used)).toEqual([]);
  await links.mailed(used, 'bounced');
  expect(await partitionsOf(used)).toEqual([]);
  await links.release(used, 'attempt');
  expect(await partitionsOf(used)).toEqual(['LINK#open']);

  const locked = await link('locked', { triesLeft: 0 });
  await links.lock(locked);
  expect(await partitionsOf(locked)).toEqual(['LINK#failed']);
  await links.revoke(locked);
  expect(await partitionsOf(locked)).toEqual([]);

  const unwanted = await link('unwanted');
  await links.mailed(unwanted, 'complained');
  expect(await partitionsOf(unwanted)).toEqual(['LINK#open']);
  for (const status of ['bounced', 'suppressed', 'rejected'] as const) {
    const lost = await link(status);
    await links.mailed(lost, status);
    expect(await partitionsOf(lost)).toEqual(['LINK#failed']);
    await links.mailed(lost, 'delivered');
    expect(await partitionsOf(lost)).toEqual(['LINK#failed']);
  }
  const returned = await link('returned');
  await links.mailed(returned, 'returned');
  expect(await partitionsOf(returned)).toEqual(['LINK#failed']);
  await links.mailed(returned, 'delivered');
  expect(await partitionsOf(returned)).toEqual(['LINK#open']);

  const lockedLater = await link('locked-later', { triesLeft: 0 });
  await links.mailed(lockedLater, 'returned');
  await links.lock(lockedLater);
  await links.mailed(lockedLater, 'delivered');
  expect(await partitionsOf(lockedLater)).toEqual(['LINK#failed']);

  const movedTwice = await link('repeated', { mail: 'delivered' });
  await table.update(
    { pk: `LINK#${movedTwice}`, sk: 'LINK' },
    { update: 'SET #gsi2pk = :failed', values: { failed: 'LINK#failed' } },
  );
  await links.mailed(movedTwice, 'delivered');
  expect(await partitionsOf(movedTwice)).toEqual(['LINK#open']);
});

test('WF-3 what is stored of a ticket and of a prerequisite keeps names and values from version to version', async () => {
  const records = inDynamoDb();
  const onboarding = onboardingOf(id, { prerequisiteMet: false });
  const ticket = { ticketNumber: id, attempt: 1, onboardingId: id, digest: 'd', request: onboarding.request };
  await records.tickets.record(ticket);
  await records.onboardings.create(onboarding);
  await records.steps.intend(id, 'ewacs-account');
  await records.steps.note(id, 'ewacs-account', { taskId: 'sys-1', taskNumber: 'SCTASK1' });
  await records.steps.applied(id, 'ewacs-account', { closedState: 'complete', prerequisiteId: 'EW-77' });
  const { prerequisiteMet, ticket: storedTicket, ...others } = onboarding.request;
  const { id: sysId, ...ofTicket } = storedTicket;
  const request = { ...others, ticket: { sysId, ...ofTicket }, ewacsAccountCreated: prerequisiteMet };
  expect(stored(await table.get({ pk: `TICKET#${id}`, sk: 'TICKET' }))).toEqual({ ...ticket, request });
  expect(stored(await table.get({ pk: `ONBOARDING#${id}`, sk: 'ONBOARDING' }))).toEqual({
    ...onboarding,
    request,
  });
  expect(stored(await table.get({ pk: `ONBOARDING#${id}`, sk: 'STEP#ewacs-account' }))).toEqual({
    state: 'applied',
    fact_taskSysId: 'sys-1',
    fact_taskNumber: 'SCTASK1',
    fact_closedState: '3',
    fact_ewacsUserId: 'EW-77',
  });
  expect((await records.steps.find(id, 'ewacs-account'))?.facts).toEqual({
    taskId: 'sys-1',
    taskNumber: 'SCTASK1',
    closedState: 'complete',
    prerequisiteId: 'EW-77',
  });
  expect(stored(await records.onboardings.find(id))).toEqual(onboarding);
  expect(stored(await records.tickets.find(id))).toEqual(ticket);
});

test.each([
  ['complete', '3', '3'],
  ['incomplete', '4', '4'],
  ['incomplete', '4', '7'],
] as const)('WF-3 a task closed as %s is stored as %s, and is read from %s', async (state, written, read) => {
  const { steps } = inDynamoDb();
  const key = { pk: `ONBOARDING#${id}`, sk: 'STEP#ewacs-account' };
  await steps.intend(id, 'ewacs-account');
  await steps.applied(id, 'ewacs-account', { closedState: state });
  expect(stored(await table.get(key))).toEqual({ state: 'applied', fact_closedState: written });
  await table.update(key, {
    update: 'SET #fact_closedState = :fact_closedState',
    values: { fact_closedState: read },
  });
  expect((await steps.find(id, 'ewacs-account'))?.facts).toEqual({ closedState: state });
});

describe('the table under trouble', () => {
  const key = () => ({ pk: id, sk: 'X' });
  const fault = (operation: string, mode: (typeof effectUnderFault)[number][0]) =>
    twin.faults.add([{ service: 'dynamodb', operation, mode, times: 1 }]);
  const said = (
    name: Parameters<typeof errorUnderFault>[0],
    operation: string,
    mode: Parameters<typeof errorUnderFault>[3],
  ) => errorUnderFault(name, 'dynamodb', operation, mode, 'ABORT_ERR');

  test.each(effectUnderFault)(
    '%s: a write is %s, and its idempotent repetition ends well',
    async (mode, name) => {
      const { links, steps } = inDynamoDb();
      await steps.intend(id, 'cognito-client');
      fault('UpdateItem', mode);
      await expect(steps.applied(id, 'cognito-client', { clientId: 'client-1' })).rejects.toThrow(
        said(name, 'UpdateItem', mode),
      );
      await steps.applied(id, 'cognito-client', { clientId: 'client-1' });
      expect(await steps.find(id, 'cognito-client')).toEqual({
        state: 'applied',
        facts: { clientId: 'client-1' },
        step: 'cognito-client',
      });

      await links.create({
        tokenHash: id,
        onboardingId: 'onb-1',
        number: 1,
        clientId: 'client-1',
        codeMac: 'bWFj',
        state: 'live',
        triesLeft: 5,
        expiresAt: '2026-11-23T10:00:00.000Z',
        mail: 'unsent',
        mailWaits: 0,
      });
      fault('UpdateItem', mode);
      await expect(links.use(id, 'attempt-1')).rejects.toThrow(said(name, 'UpdateItem', mode));
      expect(await links.use(id, 'attempt-1')).toBe(true);
    },
  );

  test.each(effectUnderFault)('%s: a deletion is %s', async (mode, name) => {
    await table.create(key(), { note: 'x' });
    fault('DeleteItem', mode);
    await expect(table.delete(key())).rejects.toThrow(said(name, 'DeleteItem', mode));
    expect(await table.delete(key())).toBe(true);
    expect(await table.get(key())).toBeUndefined();
  });

  describe('read as the authorizer does', () => {
    const reader = (name = tableName, endpoint = twin.url) =>
      createTableReader({ tableName: name, requestTimeout: 2000, env: awsEnvironment(endpoint) });

    test('has the same items', async () => {
      const item = { text: 'Crédit 🚀', list: ['a', { b: true }], number: 1.5, empty: null };
      await table.create(key(), item);
      expect(await reader().get(key())).toEqual({ ...key(), ...item });
      expect(await reader().get({ pk: id, sk: 'nobody' })).toBeUndefined();
    });

    test.each(readUnderFault)(
      '%s: is tried three times where that may help, and then %s',
      async (mode, name) => {
        const times = mode === 'reject' || mode === 'garbage' ? 1 : 3;
        twin.faults.add([{ service: 'dynamodb', operation: 'GetItem', mode, times }]);
        await expect(reader().get(key())).rejects.toThrow(said(name, 'GetItem', mode));
        expect(twin.faults.pending()).toEqual([]);
        twin.faults.add(
          [{ service: 'dynamodb', operation: 'GetItem', mode, times: times - 1 }].filter(
            (fault) => fault.times > 0,
          ),
        );
        expect(await reader().get(key())).toBeUndefined();
      },
    );

    test("of a table that is not there is a Defect, of nobody's endpoint Unavailable", async () => {
      await expect(reader('nobody').get(key())).rejects.toThrow(
        new Defect({ service: 'dynamodb', operation: 'GetItem', detail: 'ResourceNotFoundException' }),
      );
      await expect(reader(tableName, 'http://127.0.0.1:1').get(key())).rejects.toThrow(
        new Unavailable({ service: 'dynamodb', operation: 'GetItem', detail: 'ECONNREFUSED' }),
      );
    });
  });

  test.each(readUnderFault)('%s: a read is %s', async (mode, name) => {
    // By a table without kept connections, which a read would replace.
    fault('GetItem', mode);
    await expect(tableAt(twin.url, { attempts: 1, requestTimeout: 2000 }).get(key())).rejects.toThrow(
      said(name, 'GetItem', mode),
    );
    fault('Query', mode);
    await expect(tableAt(twin.url, { attempts: 1, requestTimeout: 2000 }).query(id, '')).rejects.toThrow(
      said(name, 'Query', mode),
    );
  });

  test('an expression that DynamoDB does not take is a Defect, not a failed condition', async () => {
    await expect(table.update(key(), { update: 'SET #note = :missing' })).rejects.toThrow(
      new Defect({ service: 'dynamodb', operation: 'UpdateItem', detail: 'ValidationException' }),
    );
  });

  test('leaves out what is undefined, keeps everything else, and lists by sort key', async () => {
    const item = {
      text: '£ 🏦',
      number: 1.5,
      list: [1, 'a'],
      map: { nested: true },
      empty: '',
      nothing: null,
    };
    for (const sk of ['STEP#b', 'STEP#a', 'OTHER']) {
      expect(await table.create({ pk: id, sk }, { ...item, left: undefined })).toBe(true);
    }
    expect(await table.get({ pk: id, sk: 'OTHER' })).toEqual({ pk: id, sk: 'OTHER', ...item });
    expect(await table.query(id, 'STEP#')).toEqual([
      { pk: id, sk: 'STEP#a', ...item },
      { pk: id, sk: 'STEP#b', ...item },
    ]);
  });
});
