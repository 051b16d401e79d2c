/** The one source of time. Everything that asks "when is it?" is handed one. */
export interface Clock {
  now(): Date;
}

/** `at` moved by a number of seconds; negative moves back. */
export function secondsAfter(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000);
}
