import { describe, expect, it } from 'vitest';
import { type Figure, jsonLine, tableRow } from '../../benchmarks/figure.ts';
import { interleaved, median, quantile } from '../../benchmarks/rounds.ts';

const alone: Figure = { name: 'onboarding-p50', value: 83.256, unit: 'ms' };
const compared: Figure = {
  name: 'twin-ready',
  value: 900,
  unit: 'ms',
  peer: { name: 'serverless-offline', value: 1200 },
  reach: { wanted: '≤ 2 s', reached: true },
};

describe('a line of npm run bench -- --json', () => {
  it('has name, value and unit, as they were measured', () => {
    expect(JSON.parse(jsonLine(alone))).toStrictEqual({ name: 'onboarding-p50', value: 83.256, unit: 'ms' });
  });

  it('has, for a comparison, the peer, its value and the ratio, and what was to be reached', () => {
    expect(JSON.parse(jsonLine(compared))).toStrictEqual({
      name: 'twin-ready',
      value: 900,
      unit: 'ms',
      peer: 'serverless-offline',
      peerValue: 1200,
      ratio: 0.75,
      wanted: '≤ 2 s',
      reached: true,
    });
  });

  it('is one line', () => {
    expect(jsonLine({ ...compared, peer: { name: 'two\nlines', value: 1 } })).not.toContain('\n');
  });
});

describe('a row of the table', () => {
  it('leaves blank what was not compared and not to be reached', () => {
    expect(tableRow(alone)).toBe('| onboarding p50 | 83.3 ms |  |  |');
  });

  it('has the peer beside it, rounded to three digits', () => {
    expect(
      tableRow({ ...compared, value: 1000.4, peer: { name: 'serverless-offline', value: 1234.5 } }),
    ).toBe('| twin ready | 1000 ms | serverless-offline: 1230 ms (× 0.81) | ≤ 2 s |');
  });

  it('says what was missed', () => {
    expect(tableRow({ ...alone, reach: { wanted: '≤ 50 ms', reached: false } })).toBe(
      '| onboarding p50 | 83.3 ms |  | ≤ 50 ms: **missed** |',
    );
  });

  it('says a zero as zero', () => {
    expect(tableRow({ name: 'onboardings-lost', value: 0, unit: 'count' })).toBe(
      '| onboardings lost | 0 count |  |  |',
    );
  });
});

describe('a quantile', () => {
  it('is the smallest value that so many are not above, in whatever order they come', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0, 0.01, 0.5, 0.95, 1].map((q) => quantile(hundred, q))).toStrictEqual([1, 1, 50, 95, 100]);
  });

  it('of an odd number of values is, for the half, the one in the middle', () => {
    expect(median([30, 9, 100])).toBe(30);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('interleaved rounds', () => {
  it('measure every contestant in every round, each round beginning with the next, one at a time', async () => {
    const order: string[] = [];
    const contestant = (name: string) => async (): Promise<number> => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      return order.length;
    };
    const measured = await interleaved(3, [contestant('ours'), contestant('theirs')]);
    expect(order.filter((_, index) => index % 2 === 0)).toStrictEqual([
      'ours begins',
      'theirs begins',
      'theirs begins',
      'ours begins',
      'ours begins',
      'theirs begins',
    ]);
    expect(order.filter((_, index) => index % 2 === 1)).toStrictEqual([
      'ours ends',
      'theirs ends',
      'theirs ends',
      'ours ends',
      'ours ends',
      'theirs ends',
    ]);
    expect(measured).toStrictEqual([
      [2, 8, 10],
      [4, 6, 12],
    ]);
  });

  it('end with what a contestant throws', async () => {
    await expect(interleaved(2, [() => 1, () => Promise.reject(new Error('the peer fell'))])).rejects.toThrow(
      'the peer fell',
    );
  });
});
