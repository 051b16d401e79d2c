import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import type { Route } from '../../core/catalogue/route.ts';
import { gatewayRoutesOf } from '../../core/catalogue/catalogue.ts';
import type { Parameters } from './parameters.ts';

/** A mailbox of SES's simulator. SES reports mail to it as delivered, and nobody can read it. */
export const smokeMailbox = 'success@simulator.amazonses.com';

/** Returns the webhook body for the smoke test: a complete onboarding that waits for no person. */
export function smokeRequest(
  { smokeTest, stage, operatorsMailbox }: Parameters,
  ticketSysId: string,
  callsFrom: string,
): object {
  return {
    type: 'sc_req_item.submitted',
    sys_id: ticketSysId,
    number: smokeTest.ticket,
    cat_item: 'b2b-onboarding',
    opened_by: operatorsMailbox,
    requested_for: operatorsMailbox,
    variables: {
      environment: stage.toUpperCase(),
      region: smokeTest.region,
      company: `Sallyport smoke test ${stage}`,
      description: 'The smoke test of a deployment. Everything that it sets up is removed again.',
      first_name: 'Smoke',
      last_name: 'Test',
      email: smokeMailbox,
      telephone: '+1 555 0100',
      user_id: smokeTest.userId,
      user_role: 'End User',
      ewacs_product_name: smokeTest.product,
      ip_addresses: callsFrom,
      ewacs_account_created: 'true',
    },
  };
}

export interface SmokeCalls {
  /** A call that the smoke test's client may make. */
  readonly allowed: Pick<Route, 'method' | 'path'>;
  /** A call that it may not make for lack of a scope. Undefined if the catalogue has none. */
  readonly denied?: Pick<Route, 'method' | 'path'>;
}

/**
 * Returns the calls that show that the client may do what its terms say, and no more. Undefined if the client
 * may call nothing with GET.
 */
export function smokeCalls(
  { products }: Catalogue,
  productId: string,
  scopes: readonly string[],
): SmokeCalls | undefined {
  const product = products[productId];
  const own = product === undefined ? [] : gatewayRoutesOf(product);
  const others = Object.values(products)
    .filter(({ id }) => id !== productId)
    .flatMap(gatewayRoutesOf);
  const allowed = own.find(({ method, scope }) => method === 'GET' && scopes.includes(scope));
  const denied = [...own, ...others].find(({ scope }) => !scopes.includes(scope));
  if (allowed === undefined) return undefined;
  return { allowed: callable(allowed), ...(denied !== undefined && { denied: callable(denied) }) };
}

const callable = ({ method, path }: Route): Pick<Route, 'method' | 'path'> => ({
  method,
  path: path.replaceAll(/\{\w+\}/gu, 'sallyport-smoke-test'),
});
