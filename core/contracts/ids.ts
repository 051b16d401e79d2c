/** The contract that a partner has for a product if none is named. The dot is in neither of its parts. */
export const defaultContractIdOf = (partnerId: string, product: string): string => `${partnerId}.${product}`;

/** What a contract may be called: it is also typed into tickets. */
export const contractIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
