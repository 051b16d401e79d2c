import {
  Conflict,
  Defect,
  type ErrorDetails,
  NotFound,
  Rejected,
  type StepError,
  Throttled,
  Unavailable,
} from '../../core/errors.ts';
import { noUsableAnswer } from './json-call.ts';

const classes = { Throttled, Unavailable, Rejected, Conflict, NotFound, Defect } as const;

/** One line of a vendor's table: which of its errors becomes which class of `core/errors.ts`. */
export interface ErrorRow {
  readonly status: number | '4xx' | '5xx';
  /** The vendor's own code, where it has codes. */
  readonly code?: string;
  /** What the vendor's words must hold, where the code says too little. */
  readonly says?: RegExp;
  readonly meaning: string;
  /** `open` leaves open what happened: `OutcomeUnknown` if the request changes something, else `Unavailable`. */
  readonly becomes: keyof typeof classes | 'open';
}

/** An error answer, taken apart. `words` only decide; they are never repeated. */
export interface VendorError {
  readonly status: number;
  readonly code?: string;
  readonly words: string;
}

/** The error of the first row that matches. */
export function errorFrom(
  table: readonly ErrorRow[],
  complaint: VendorError,
  fault: ErrorDetails,
  changes: boolean,
): StepError {
  const becomes = table.find((row) => matches(row, complaint))?.becomes ?? 'open';
  return becomes === 'open' ? noUsableAnswer(fault, changes) : new classes[becomes](fault);
}

function matches(row: ErrorRow, { status, code, words }: VendorError): boolean {
  const statusFits = row.status === status || row.status === `${Math.floor(status / 100)}xx`;
  return statusFits && (row.code === undefined || row.code === code) && (row.says?.test(words) ?? true);
}
