/**
 * An error response of RFC 9457 (problem+json), for every endpoint that is not an OAuth endpoint. `code` is
 * stable and meant for programs; `title` is for people.
 */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** Additional members, such as `errors`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Builds the JSON body of a problem response. */
export function problemBody({ status, code, title, extensions }: Problem): Readonly<Record<string, unknown>> {
  return { type: 'about:blank', title, status, code, ...extensions };
}

/** One error in the value of a field that was sent. */
export interface FieldError {
  /** JSON Pointer: `/variables/email`. */
  readonly path: string;
  readonly code: string;
  /** A sentence for the sender that says what is allowed there. */
  readonly allowed: string;
}
