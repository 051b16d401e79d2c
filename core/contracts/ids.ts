/**
 * Returns the id of a partner's default contract for a product, which applies if a request names no contract.
 * Neither part contains a dot.
 */
export const defaultContractIdOf = (partnerId: string, product: string): string => `${partnerId}.${product}`;

/** The syntax of contract ids. They are also typed into tickets. */
export const contractIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
