import type { Environment } from '../catalogue/catalogue.ts';
import type { TicketUpdate } from './ports.ts';
import type { Kind } from './request.ts';

/** The values that the texts mention. All strings may contain anything that the request contained. */
export interface TicketSubject {
  readonly kind: Kind;
  readonly company: string;
  /** The name of the product, not its id. */
  readonly product: string;
  readonly environment: Environment;
  readonly userId: string;
  /** The mailbox for activation and pick-up mails. It is shown as `a***@acme.example`. */
  readonly email: string;
  readonly assignmentGroup: string;
  /** Warns whoever decides on the request. Only for internal notes. */
  readonly warning?: string;
}

/**
 * A note for the fulfilment group and, if it concerns the requester, a comment and the new state of the
 * request.
 */
export interface TicketText extends TicketUpdate {
  readonly internalNote: string;
}
