import type { ClientMapping } from '../clients/client-mapping.ts';
import type { FieldError } from '../problem.ts';
import type { Issuer } from './records.ts';
import { isSessionPage } from './session-page.ts';

/** What an operator decides of an issuer, beside its keys. */
export type IssuerSettings = Pick<
  Issuer,
  'clientId' | 'audiences' | 'principalClaim' | 'longestLife' | 'uses' | 'sessionPage' | 'jwksAlgorithm'
>;

export interface KnownAddresses {
  /** The issuers whose tokens are checked in other ways: our own, and the user pools. */
  readonly otherIssuers: readonly string[];
  /** Under which browsers reach us, and which a session's cookie is for. */
  readonly publicUrl: string;
}

const fault = (path: string, code: string, allowed: string): FieldError => ({ path, code, allowed });

/** Everything that is against an issuer of this partner with these settings. `client` is the one that they name. */
export function findIssuerErrors(
  {
    issuer,
    partnerId,
    settings: { clientId, sessionPage, uses },
  }: { readonly issuer: string; readonly partnerId: string; readonly settings: IssuerSettings },
  client: ClientMapping | undefined,
  { otherIssuers, publicUrl }: KnownAddresses,
): readonly FieldError[] {
  const usable = client?.clientId === clientId && client.partnerId === partnerId && client.status !== 'ended';
  return [
    // Whoever could register one of these could sign for everybody that it speaks of.
    ...(otherIssuers.includes(issuer)
      ? [fault('/issuer', 'own_issuer', "An issuer of somebody else's.")]
      : []),
    ...(usable
      ? []
      : [fault('/clientId', 'unknown_client', 'A client of the same partner that has not ended.')]),
    ...(uses.includes('session') && sessionPage === undefined
      ? [fault('/sessionPage', 'required', 'With the use session: where a browser is sent.')]
      : []),
    ...(sessionPage !== undefined && !isSessionPage(sessionPage, publicUrl)
      ? [fault('/sessionPage', 'not_a_page', `A page below ${publicUrl}, without a query.`)]
      : []),
  ];
}
