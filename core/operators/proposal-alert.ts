/**
 * Tells the operators that keys wait for an approval. It names the contract, whose owner the operators inform.
 * It contains no secrets, and no mailbox but that of the operator.
 */
export interface ProposalAlert {
  readonly about: 'keys_proposed';
  readonly partnerId: string;
  readonly clientId: string;
  /** The contract of the client. Absent if there is no such client any more. */
  readonly contractId: string | undefined;
  /** The issuer whose keys they are. Absent if they are the client's own. */
  readonly issuer?: string;
  /** The thumbprints of all keys that wait. */
  readonly keys: readonly string[];
  /** The mailbox of the operator who proposed the latest of them. */
  readonly by: string;
}

export interface ProposalAlerts {
  raise(alert: ProposalAlert): Promise<void>;
}
