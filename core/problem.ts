/**
 * An answer of RFC 9457 (problem+json), for everything that is not an OAuth endpoint. `code` is stable and
 * meant for programs, `title` for people.
 */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** Members beside the standard ones, e.g. `errors`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export function problemBody({ status, code, title, extensions }: Problem): Readonly<Record<string, unknown>> {
  return { type: 'about:blank', title, status, code, ...extensions };
}

/** What is wrong with one value of what was sent. */
export interface FieldError {
  /** JSON Pointer: `/variables/email`. */
  readonly path: string;
  readonly code: string;
  /** What is allowed there, in a sentence for the sender. */
  readonly allowed: string;
}
