/**
 * Makes a string from outside safe to use in a sentence: it becomes one line, without the characters that
 * change the direction of the text after them.
 */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
}

const day = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

/** Formats a moment so that people in every time zone read it the same way: `23 November 2026, 18:49 UTC`. */
export function utcMinute(at: Date): string {
  return `${day.format(at)}, ${at.toISOString().slice(11, 16)} UTC`;
}
