/** What a user id may look like, in words for whoever has to send one. */
export const userIdForm =
  "5 to 100 letters without accents, digits and . _ + ' -, beginning with a letter or digit; at most one @.";

/** Okta's limit for a login is 5 to 100 characters. */
const syntax = /^(?=.{5,100}$)[A-Za-z0-9][\w.+'-]*(?:@[A-Za-z0-9][A-Za-z0-9.-]*)?$/;

/**
 * Returns a user id in the form in which it is stored: in lower case, because the directory does not
 * distinguish cases.
 * @returns undefined if the text cannot be a user id
 */
export const parseUserId = (text: string): string | undefined =>
  syntax.test(text) ? text.toLowerCase() : undefined;
