import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kinds } from '../../core/tickets/request.ts';
import { onboardingIdOf, parseOnboardingId, ticketNumberOf } from '../../core/onboarding/ids.ts';
import { referenceOf } from '../../core/workflow/ids.ts';

/** Any number that a desk may give its ticket, also one that looks like an id of ours. */
const ticketNumbers = fc.oneof(
  fc.stringMatching(/^[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,8}){0,3}$/),
  fc.constantFrom('RITM0012345', 'ABC-123', 'A-DEV-1', 'X'.repeat(40)),
);

describe('X-1 the id of an attempt', () => {
  test('says ticket, kind, environment and attempt', () => {
    expect(onboardingIdOf('RITM0010001', 'b2b-onboarding', 'DEV', 1)).toBe(
      'RITM0010001-b2b-onboarding-DEV-1',
    );
  });

  test('is another one for every other attempt, and a name that Step Functions takes', () => {
    const attempt = fc.tuple(
      ticketNumbers,
      fc.constantFrom(...kinds),
      fc.constantFrom('DEV' as const, 'UAT' as const, 'PROD' as const),
      fc.integer({ min: 1, max: 99 }),
    );
    fc.assert(
      fc.property(attempt, attempt, (one, other) => {
        expect(onboardingIdOf(...one) === onboardingIdOf(...other)).toBe(one.join() === other.join());
        expect(ticketNumberOf(onboardingIdOf(...one))).toBe(one[0]);
        expect(onboardingIdOf(...one)).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
      }),
    );
  });

  test('is told from a ticket number and from the names of others', () => {
    expect(parseOnboardingId('ABC-123-b2b-onboarding-UAT-2')).toEqual({
      ticketNumber: 'ABC-123',
      kind: 'b2b-onboarding',
      environment: 'UAT',
    });
    for (const other of ['ABC-123', 'A-DEV-1', '', 'their key-b2b-user-DEV-1', 'ABC-1-b2b-user-DEV-']) {
      expect(parseOnboardingId(other)).toBeUndefined();
    }
  });
});

test('WF-8 no journal reference is found within another', () => {
  expect(referenceOf('RITM1-b2b-user-DEV-1', 'Done')).toBe('(ref RITM1-b2b-user-DEV-1/Done)');
  const texts = [
    ['RITM1-b2b-user-DEV-1', 'code-1'],
    ['RITM1-b2b-user-DEV-1', 'code-11'],
    ['RITM1-b2b-user-DEV-11', 'code-1'],
    ['RITM11-b2b-user-DEV-1', 'code-1'],
  ] as const;
  const references = texts.map(([id, entry]) => referenceOf(id, entry));
  for (const one of references) expect(references.filter((other) => other.includes(one))).toEqual([one]);
});
