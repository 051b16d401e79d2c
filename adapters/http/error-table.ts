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

/** One row of a vendor's error table: which of its errors becomes which class of `core/errors.ts`. */
export interface ErrorRow {
  readonly status: number | '4xx' | '5xx';
  /** The vendor's own error code, if it has codes. */
  readonly code?: string;
  /** The pattern that the vendor's message must match, where the code alone is ambiguous. */
  readonly says?: RegExp;
  readonly meaning: string;
  /**
   * `outcome-unknown` becomes `OutcomeUnknown` if the request changes something, and otherwise
   * `Unavailable`.
   */
  readonly becomes: keyof typeof classes | 'outcome-unknown';
}

/** The parts of an error answer. `words` only helps to find the row; it is never repeated to anybody. */
export interface VendorError {
  readonly status: number;
  readonly code?: string;
  readonly words: string;
}

/** Returns the error of the first row that matches. Without a match, the outcome is treated as `open`. */
export function errorFrom(
  table: readonly ErrorRow[],
  vendorError: VendorError,
  fault: ErrorDetails,
  changes: boolean,
): StepError {
  const becomes = table.find((row) => matches(row, vendorError))?.becomes ?? 'outcome-unknown';
  return becomes === 'outcome-unknown' ? noUsableAnswer(fault, changes) : new classes[becomes](fault);
}

function matches(row: ErrorRow, { status, code, words }: VendorError): boolean {
  const statusFits = row.status === status || row.status === `${Math.floor(status / 100)}xx`;
  return statusFits && (row.code === undefined || row.code === code) && (row.says?.test(words) ?? true);
}
