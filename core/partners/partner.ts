import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';

/** A partner company that has access. Every name in its record is reserved for it. */
export interface Partner extends Managed {
  readonly partnerId: string;
  /** The name that is shown. */
  readonly name: string;
  /** Further names that operators have added. */
  readonly otherNames?: readonly string[];
  /** The names that were shown before, but not those of a draft. They are never removed. */
  readonly formerNames?: readonly string[];
  /** Names that operators have removed. Not shown. */
  readonly removedNames?: readonly string[];
  /** The partner that has the name now, if this one ended before it was ever used. */
  readonly supersededBy?: string;
  readonly proposed?: ProposedNames;
}

/** New names that wait for an approver. */
export interface ProposedNames {
  /** The name to be shown. */
  readonly name?: string;
  readonly otherNames?: readonly string[];
}

export type Partners = ManagedRecords<Partner>;
