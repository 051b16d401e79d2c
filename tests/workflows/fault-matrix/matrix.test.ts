import { describe, expect, test } from 'vitest';
import { tasks } from '../../infra/onboarding-machine.ts';
import { documented } from './calls.ts';
import { matrix } from './matrix.ts';
import { goneWithout, ways } from './ways.ts';

const cells = Object.values(matrix).flat();
const parts = Object.entries(matrix)
  .map(([part, its]) => `${part} ${its.length}`)
  .join(', ');

describe('X-2 the fault matrix', () => {
  test(`has ${cells.length} cells: ${parts}`, () => {
    expect(cells.length).toBeGreaterThanOrEqual(1300);
    expect(new Set(cells.map(({ name }) => name)).size, 'names').toBe(cells.length);
  });

  const called = tasks.map(({ functionName, payload }) => ({ functionName, action: payload['action'] }));
  const actions = [
    ...new Map(called.map((each) => [`${each.functionName} ${each.action ?? ''}`.trim(), each])),
  ];
  test.each(actions)(
    'strikes each call that docs/failures.md tells of %s, and knows of no other',
    (_, { functionName, action }) => {
      const its = tasks
        .filter((task) => task.functionName === functionName && task.payload['action'] === action)
        .map(({ name }) => name);
      const struck = Object.entries(ways).flatMap(([state, calls]) =>
        its.includes(state) ? Object.keys(calls) : [],
      );
      expect(new Set(struck)).toEqual(
        new Set(
          documented
            .filter((each) => each.functionName === functionName && each.action === action)
            .map(({ operation }) => operation)
            .filter((operation) => !(goneWithout[functionName] ?? []).includes(operation)),
        ),
      );
    },
  );

  test('strikes the function of every task', () => {
    const struck = (state: string): boolean => cells.some(({ name }) => name.startsWith(`${state}: lambda `));
    expect(tasks.map(({ name }) => name).filter((state) => !struck(state))).toEqual([]);
  });
});
