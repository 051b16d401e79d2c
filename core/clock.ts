/** The only source of time. Code that needs the current time is given a clock. */
export interface Clock {
  now(): Date;
}

/** Returns the moment that is this many seconds after `at`. A negative number gives an earlier moment. */
export function secondsAfter(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000);
}
