import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';

/** A partner company that has access. */
export interface Partner extends Managed {
  readonly partnerId: string;
  readonly name: string;
}

export type Partners = ManagedRecords<Partner>;
