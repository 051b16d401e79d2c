/**
 * Returns a quantile of the values.
 * @param q between 0 and 1
 */
export function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Measures all contestants in every round. Each round begins with another one, so that other load on the
 * machine affects all alike.
 * @returns the measurements of each contestant, by round
 */
export async function interleaved<Measurement>(
  rounds: number,
  contestants: readonly (() => Measurement | Promise<Measurement>)[],
): Promise<readonly (readonly Measurement[])[]> {
  const measured = contestants.map((): Measurement[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const at = (round + turn) % contestants.length;
      const contestant = contestants[at];
      if (contestant !== undefined) measured[at]?.push(await contestant());
    }
  }
  return measured;
}
