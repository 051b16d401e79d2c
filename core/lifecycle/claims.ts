/** Who has what only one can have, such as a domain or an e-mail address. */
export interface Claims {
  /** Gives a thing to an owner. Returns false if it is another one's. Idempotent. */
  claim(thing: string, ownerId: string): Promise<boolean>;
  /** Takes a thing from an owner that has it. Idempotent. */
  release(thing: string, ownerId: string): Promise<void>;
}
