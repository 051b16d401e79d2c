/** Tells the operators that something waits for an approval. It contains no secrets, and no mailbox but that of the operator. */
export type ProposalAlert = KeyProposalAlert | NameProposalAlert | ProviderProposalAlert;

/**
 * Tells the operators that keys wait for an approval. It names the contract, whose owner the operators inform.
 */
export interface KeyProposalAlert {
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

/** Tells the operators that names of a partner wait for an approval. */
export interface NameProposalAlert {
  readonly about: 'names_proposed';
  readonly partnerId: string;
  /** All names that wait. */
  readonly names: readonly string[];
  /** Other partners with names that look like those of this partner. Absent if there are none. */
  readonly looksLike?: readonly { readonly partnerId: string; readonly name: string }[];
  /** How many more there are. */
  readonly moreLookAlikes?: number;
  /** The subject of the operator who proposed the latest of them. */
  readonly by: string;
}

/** Tells the operators that other content of an identity provider waits for an approval. */
export interface ProviderProposalAlert {
  readonly about: 'identity_provider_proposed';
  readonly partnerId: string;
  readonly providerId: string;
  /** The mailbox of the operator who proposed it. */
  readonly by: string;
}

export interface ProposalAlerts {
  raise(alert: ProposalAlert): Promise<void>;
}
