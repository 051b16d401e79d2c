import type { ClientMapping } from '../clients/client-mapping.ts';
import type { FieldError } from '../problem.ts';
import type { Issuer } from './records.ts';
import { isSessionPage } from './session-page.ts';

/** What an operator decides about an issuer, apart from its keys. */
export type IssuerSettings = Pick<
  Issuer,
  'clientId' | 'audiences' | 'principalClaim' | 'longestLife' | 'uses' | 'sessionPage' | 'jwksAlgorithm'
>;

/** The addresses that an issuer's settings are checked against. */
export interface KnownAddresses {
  /** The issuers whose tokens are verified in other ways: Sallyport itself, and the user pools. */
  readonly otherIssuers: readonly string[];
  /** The public address at which browsers reach us. A session's cookie is valid for it. */
  readonly publicUrl: string;
}

const fieldError = (path: string, code: string, allowed: string): FieldError => ({ path, code, allowed });

/**
 * Returns every error in these settings for an issuer of this partner. An empty list means that they are
 * valid.
 * @param client the record of the client that the settings name, if there is one
 */
export function findIssuerErrors(
  {
    issuer,
    partnerId,
    settings: { clientId, sessionPage },
  }: { readonly issuer: string; readonly partnerId: string; readonly settings: IssuerSettings },
  client: ClientMapping | undefined,
  { otherIssuers, publicUrl }: KnownAddresses,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  // Whoever could register one of these issuers could sign tokens for every user that it vouches for.
  if (otherIssuers.includes(issuer)) {
    errors.push(fieldError('/issuer', 'own_issuer', "An issuer of somebody else's."));
  }
  const isUsableClient =
    client?.clientId === clientId && client.partnerId === partnerId && client.status !== 'ended';
  if (!isUsableClient) {
    errors.push(
      fieldError('/clientId', 'unknown_client', 'A client of the same partner that has not ended.'),
    );
  }
  if (sessionPage !== undefined && !isSessionPage(sessionPage, publicUrl)) {
    errors.push(fieldError('/sessionPage', 'not_a_page', `A page below ${publicUrl}, without a query.`));
  }
  return errors;
}
