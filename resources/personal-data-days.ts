/** Step Functions redrives an execution for 14 days after its end, which needs the request as it was. */
const fewest = 15;
const most = 3650;

/**
 * Returns for how many days after its end an onboarding keeps its personal data, from the parameter of the stage.
 * @throws {Error} naming the parameter and its allowed values
 */
export function personalDataDays(value: unknown): string {
  const days = /^\d{1,4}$/u.test(String(value)) ? Number(value) : Number.NaN;
  if (days >= fewest && days <= most) return String(days);
  throw new Error(
    `The parameter personalDataDays is ${JSON.stringify(value)}; use a whole number of days from ${fewest} to ${most}.`,
  );
}
