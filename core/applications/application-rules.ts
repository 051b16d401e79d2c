import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Contract } from '../contracts/records.ts';
import type { ClientMapping } from '../clients/client-mapping.ts';
import { entryOf } from '../entry-of.ts';
import type { FieldError } from '../problem.ts';
import type { Application } from './application.ts';

const maxAddressLength = 2000;
const answerParameters = ['code', 'state', 'iss', 'error', 'error_description'];

/**
 * Tells whether a browser may be sent to an address of an application: https, absolute, written as browsers write it,
 * without user, password, fragment and placeholder (RFC 6749 §3.1.2), and without a parameter of our own answers.
 * @param loopback whether http on this machine is allowed, too
 */
export function isBrowserAddress(address: string, loopback: boolean): boolean {
  const url = address.length <= maxAddressLength ? URL.parse(address) : null;
  if (url?.username !== '' || url.password !== '' || /[#*]/u.test(address)) return false;
  if (url.href !== address && url.origin !== address) return false;
  if (answerParameters.some((name) => url.searchParams.has(name))) return false;
  const isOwn = loopback && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (isOwn && url.protocol === 'http:');
}

/** The content of an application, as operators send it. */
export type ApplicationContent = Pick<
  Application,
  'name' | 'brand' | 'environments' | 'contractId' | 'signIn'
>;

/**
 * Finds what is wrong with the content of an application.
 * @param contract the contract that it names, if there is one
 * @param client the client that it names for signing in, if there is one
 */
export function findApplicationErrors(
  { brand, signIn }: ApplicationContent,
  {
    catalogue,
    contract,
    client,
    loopback,
  }: {
    readonly catalogue: Pick<Catalogue, 'brands'>;
    readonly contract: Contract | undefined;
    readonly client: ClientMapping | undefined;
    readonly loopback: boolean;
  },
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (entryOf(catalogue.brands, brand) === undefined) {
    errors.push({
      path: '/brand',
      code: 'unknown_brand',
      allowed: `One of: ${Object.keys(catalogue.brands).join(', ')}.`,
    });
  }
  if (contract === undefined || contract.status === 'ended') {
    errors.push({
      path: '/contractId',
      code: 'unknown_contract',
      allowed: 'The id of a contract that has not ended.',
    });
  }
  if (signIn === undefined) return errors;
  if (client?.contractId !== contract?.contractId || client === undefined || client.status === 'ended') {
    errors.push({
      path: '/signIn/clientId',
      code: 'unknown_client',
      allowed: 'The id of a client under that contract that has not ended.',
    });
  }
  const addresses: readonly (readonly [path: string, address: string])[] = [
    ...signIn.redirectUris.map((uri, index) => [`/signIn/redirectUris/${index}`, uri] as const),
    ...(signIn.postLogoutRedirectUris ?? []).map(
      (uri, index) => [`/signIn/postLogoutRedirectUris/${index}`, uri] as const,
    ),
    ['/signIn/homeUrl', signIn.homeUrl],
  ];
  for (const [path, address] of addresses) {
    if (isBrowserAddress(address, loopback)) continue;
    errors.push({
      path,
      code: 'not_an_address',
      allowed: `An absolute https address of at most ${maxAddressLength} characters, as browsers write it, without user, password, fragment, * and the parameters ${answerParameters.join(', ')}.`,
    });
  }
  return errors;
}
