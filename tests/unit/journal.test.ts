import { targetOf } from '../../core/access/subject.ts';
import { describe, expect, test } from 'vitest';
import { OutcomeUnknown, Throttled } from '../../core/errors.ts';
import { writeOnce } from '../../core/workflow/journal.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');
const done = { state: 'complete', internalNote: 'Done.', comment: 'It is done.' } as const;
const written = {
  record: 'ticket',
  id: '9f1c',
  fields: {
    state: 'complete',
    internalNote: 'Done.\n\n(ref RITM1-b2b-onboarding-DEV-1/Done)',
    comment: 'It is done.\n\n(ref RITM1-b2b-onboarding-DEV-1/Done)',
  },
};
const tell = async ({ ports }: World, entry = 'Done', fields: Parameters<typeof writeOnce>[3] = done) =>
  writeOnce(ports, targetOf(onboarding), entry, fields);

describe('WF-8 the ticket is told once', () => {
  test('with a reference in every journal field, in one update', async () => {
    const world = createWorld();
    await tell(world);
    expect(world.fakes.desk.updates).toEqual([written]);
    await tell(world);
    expect(world.fakes.desk.updates).toEqual([written]);
    expect(world.trouble.calls).toEqual([
      'entries.begin',
      'desk.updateTicket',
      'entries.written',
      'entries.begin',
    ]);
  });

  test.each(['before', 'after'] as const)(
    'when the answer was lost %s the effect: it is looked for in the journal',
    async (moment) => {
      const world = createWorld();
      const lost = new OutcomeUnknown({ service: 'servicenow', operation: 'UpdateRecord', detail: 'lost' });
      world.trouble.next('desk.updateTicket', moment, lost);
      await expect(tell(world)).rejects.toBe(lost);
      await tell(world);
      expect(world.fakes.desk.updates).toEqual([written]);
      expect(world.trouble.calls).toContain('desk.hasEntry');
    },
  );

  test('after trouble at any call', async () => {
    const patience = new Throttled({ service: 'any', operation: 'any', detail: 'patience' });
    for (const moment of ['before', 'after'] as const) {
      for (const nth of [1, 2, 3]) {
        const world = createWorld();
        world.trouble.nth(nth, moment, patience);
        await expect(tell(world)).rejects.toBe(patience);
        await tell(world);
        expect(world.fakes.desk.updates).toEqual([written]);
      }
    }
  });

  test('each entry on its own, and a note alone is looked for among the notes', async () => {
    const world = createWorld();
    await tell(world);
    world.trouble.next(
      'desk.updateTicket',
      'after',
      new OutcomeUnknown({ service: 'servicenow', operation: 'UpdateRecord', detail: 'lost' }),
    );
    await expect(tell(world, 'Accepted', { internalNote: 'Accepted.' })).rejects.toThrow(
      new OutcomeUnknown({ service: 'servicenow', operation: 'UpdateRecord', detail: 'lost' }),
    );
    await tell(world, 'Accepted', { internalNote: 'Accepted.' });
    expect(world.fakes.desk.updates).toEqual([
      written,
      {
        record: 'ticket',
        id: '9f1c',
        fields: { internalNote: 'Accepted.\n\n(ref RITM1-b2b-onboarding-DEV-1/Accepted)' },
      },
    ]);
  });
});
