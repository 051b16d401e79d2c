/** A key whose private members were sent to us or published. Somebody else may sign with it. */
export interface DisclosedKey {
  /** The thumbprint of its public key. */
  readonly thumbprint: string;
  /**
   * Whether the private members are those of the public key. If they are not, they may be an invention by
   * which one partner tries to have the key of another one refused.
   */
  readonly isProven: boolean;
}
