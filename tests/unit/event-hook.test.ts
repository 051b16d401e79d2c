import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventHookCheck, parseEventBatch } from '../../adapters/okta/event-hook.ts';

const published = '2026-11-20T10:00:00.000Z';
const target = { id: '00u1', type: 'User', alternateId: 'Dana.Li', displayName: 'Dana Li' };
const event = { eventType: 'user.lifecycle.suspend', published, target: [target] };
const read = (...events: readonly object[]) => parseEventBatch(JSON.stringify({ data: { events } }));

describe("JWT-3 what Okta's event hook tells", () => {
  test.each([
    ['user.lifecycle.suspend', 'inactive'],
    ['user.lifecycle.deactivate', 'inactive'],
    ['user.lifecycle.unsuspend', 'active'],
    ['user.lifecycle.activate', 'active'],
    ['user.lifecycle.reactivate', 'active'],
    ['user.lifecycle.delete.initiated', 'deleted'],
    ['user.lifecycle.delete.completed', 'deleted'],
  ])('%s leads to %s', (eventType, state) => {
    expect(read({ ...event, eventType, outcome: { result: 'SUCCESS' } })).toEqual([
      { userId: 'dana.li', profile: { profileId: '00u1', state, since: published }, name: eventType },
    ]);
  });

  test('is of every user that it names, in order', () => {
    const other = { ...target, id: '00u2', alternateId: 'lee' };
    const app = { id: '0oa1', type: 'AppInstance', alternateId: 'portal' };
    const told = read({ ...event, target: [target, app] }, { ...event, target: [other] });
    expect(told?.map(({ userId }) => userId)).toEqual(['dana.li', 'lee']);
  });

  test.each([
    ['of another kind', { eventType: 'user.session.start' }],
    ['named like a member of every object', { eventType: 'constructor' }],
    ['of what did not succeed', { outcome: { result: 'FAILURE', reason: 'no right' } }],
    ['without a user', { target: null }],
    ['about a group', { target: [{ ...target, type: 'UserGroup' }] }],
    ['about a user without login', { target: [{ id: '00u1', type: 'User', alternateId: null }] }],
  ])('an event %s is left out', (_what, changed) => {
    expect(read({ ...event, ...changed })).toEqual([]);
  });

  test('of another form is left out, and the others count', () => {
    expect(read(event, { eventType: 'user.lifecycle.suspend' }, JSON.parse('[]') as object)).toHaveLength(1);
    expect(parseEventBatch(JSON.stringify({ data: { events: [null, event, 7] } }))).toHaveLength(1);
  });

  test.each(['', '{', 'null', '[]', '{}', '{"data":{}}', '{"data":{"events":{}}}'])(
    'a body %j is no delivery',
    (body) => {
      expect(parseEventBatch(body)).toBeUndefined();
    },
  );

  test('a body of any shape is read or refused, never an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        parseEventBatch(body);
      }),
    );
  });
});

// Threat T-96
describe("JWT-3 the secret of Okta's event hook", () => {
  const [one, other] = ['one-secret-of-the-hook', 'another-secret-of-the-hook'];

  test('is exactly one of those that are stored', () => {
    const isFromOkta = createEventHookCheck(` ${one}\n${other} `);
    expect([one, other].map((authorization) => isFromOkta('', { authorization }))).toEqual([true, true]);
    for (const authorization of ['', ` ${one}`, `${one} ${other}`, one.toUpperCase(), one.slice(1)]) {
      expect(isFromOkta('', { authorization })).toBe(false);
    }
    expect(isFromOkta('', {})).toBe(false);
  });
});
