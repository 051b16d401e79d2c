import type { Environment } from '../catalogue/catalogue.ts';
import type { TicketFields } from './ports.ts';
import type { Kind } from './request.ts';

/** What the sentences speak of. All strings may hold whatever the request held. */
export interface TicketSubject {
  readonly kind: Kind;
  readonly company: string;
  /** The product's name, not its id. */
  readonly product: string;
  readonly environment: Environment;
  readonly userId: string;
  /** Where activation and pick-up mails go. Shown as `a***@acme.example`. */
  readonly email: string;
  readonly assignmentGroup: string;
}

/** A note for the fulfilment group and, where it concerns the requester, a comment and the request's new state. */
export interface TicketText extends TicketFields {
  readonly work_notes: string;
}
