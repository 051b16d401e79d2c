import * as z from 'zod';
import { policyFits } from '../invoke-policies/policy-size.ts';
import { type Catalogue, environments, gatewayRoutesOf } from '../catalogue/catalogue.ts';
import { mailboxOf } from '../mailbox.ts';
import { parseIpRanges } from '../network/ip-ranges.ts';
import type { FieldError } from '../problem.ts';
import { grantTypes, type Terms } from './records.ts';

/**
 * Holds terms that have the right shape against the catalogue (OAU-1). The answer is their one normal form:
 * every list in its own order and without repetitions, every moment in UTC. Otherwise every fault at once.
 */
export function checkTerms(
  sent: Terms,
  catalogue: Catalogue,
): { readonly terms: Terms } | { readonly faults: readonly FieldError[] } {
  const products = Object.entries(sent.products).map(([id, scopes]) => checkProduct(id, scopes, catalogue));
  // Whether private ranges are allowed is not known without a known product; then they are not held against it.
  const known = Object.keys(sent.products).flatMap((id) => own(catalogue.products, id) ?? []);
  const privateAllowed = known.length === 0 || known.some(({ privateRanges }) => privateRanges);
  const addresses =
    sent.ipRanges.length === 0 ? { ranges: [] } : parseIpRanges(sent.ipRanges.join(' '), { privateAllowed });

  const faults = [
    ...(products.length === 0 ? [fault('/products', 'required', oneOfThem(catalogue.products))] : []),
    ...products.flatMap((product) => product.faults),
    ...(own(catalogue.ratePlans, sent.ratePlan) === undefined
      ? [fault('/ratePlan', 'unknown_rate_plan', oneOfThem(catalogue.ratePlans))]
      : []),
    ...('faults' in addresses
      ? addresses.faults.map(({ code, allowed }) => fault('/ipRanges', code, allowed))
      : []),
    ...(sent.environments.length === 0
      ? [fault('/environments', 'required', `At least one of: ${environments.join(', ')}.`)]
      : []),
    ...timeFaults(sent),
    ...mailboxFaults('/owner', sent.owner),
    ...(sent.grants.length === 0
      ? [fault('/grants', 'required', `At least one of: ${grantTypes.join(', ')}.`)]
      : []),
    ...passwordFaults(sent),
    ...sent.resourceServerOf.flatMap((id, index) =>
      own(catalogue.products, id) === undefined
        ? [fault(`/resourceServerOf/${index}`, 'unknown_product', oneOfThem(catalogue.products))]
        : [],
    ),
  ];
  if (faults.length > 0 || 'faults' in addresses) return { faults };
  return {
    terms: {
      ...sent,
      products: Object.fromEntries(products.map(({ id, scopes }) => [id, scopes])),
      ipRanges: addresses.ranges,
      environments: environments.filter((environment) => sent.environments.includes(environment)),
      startsAt: inUtc(sent.startsAt),
      ...(sent.endsAt !== undefined && { endsAt: inUtc(sent.endsAt) }),
      grants: grantTypes.filter((grant) => sent.grants.includes(grant)),
      ...(sent.password !== undefined && {
        password: { ...sent.password, sunset: inUtc(sent.password.sunset) },
      }),
      resourceServerOf: [...new Set(sent.resourceServerOf)],
    },
  };
}

function checkProduct(
  id: string,
  sent: readonly string[],
  catalogue: Catalogue,
): { readonly id: string; readonly scopes: readonly string[]; readonly faults: readonly FieldError[] } {
  const path = `/products/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const product = own(catalogue.products, id);
  if (product === undefined) {
    return { id, scopes: [], faults: [fault(path, 'unknown_product', oneOfThem(catalogue.products))] };
  }
  const scopes = Object.keys(product.scopes).filter((scope) => sent.includes(scope));
  return {
    id,
    scopes,
    faults: [
      ...(sent.length === 0
        ? [fault(path, 'required', `At least one scope. ${oneOfThem(product.scopes)}`)]
        : []),
      ...sent.flatMap((scope, index) =>
        own(product.scopes, scope) === undefined
          ? [fault(`${path}/${index}`, 'unknown_scope', oneOfThem(product.scopes))]
          : [],
      ),
      ...(policyFits(gatewayRoutesOf(product), scopes)
        ? []
        : [
            fault(
              path,
              'policy_too_large',
              "Scopes whose routes fit an authorizer's answer of 8 KB: fewer of them.",
            ),
          ]),
    ],
  };
}

const moment = z.iso.datetime({ offset: true });
const isMoment = (text: string): boolean => moment.safeParse(text).success;
const inUtc = (text: string): string => new Date(text).toISOString();

function timeFaults({ startsAt, endsAt }: Terms): readonly FieldError[] {
  const faults = [
    ...momentFaults('/startsAt', startsAt),
    ...(endsAt === undefined ? [] : momentFaults('/endsAt', endsAt)),
  ];
  if (faults.length > 0 || endsAt === undefined || new Date(startsAt) < new Date(endsAt)) return faults;
  return [fault('/endsAt', 'ends_before_it_starts', 'A moment after startsAt.')];
}

function passwordFaults({ grants, password }: Terms): readonly FieldError[] {
  if (password === undefined) {
    return grants.includes('password')
      ? [
          fault(
            '/password',
            'required',
            'With the grant password: an owner, and the sunset from which on it is refused.',
          ),
        ]
      : [];
  }
  return [
    ...(grants.includes('password')
      ? []
      : [fault('/password', 'not_granted', 'Only with the grant password.')]),
    ...mailboxFaults('/password/owner', password.owner),
    ...momentFaults('/password/sunset', password.sunset),
  ];
}

const momentFaults = (path: string, text: string): readonly FieldError[] =>
  isMoment(text)
    ? []
    : [fault(path, 'not_a_moment', 'A moment of ISO 8601 with its offset: 2027-01-31T00:00:00Z.')];

const mailboxFaults = (path: string, text: string): readonly FieldError[] =>
  mailboxOf(text) === undefined
    ? [fault(path, 'not_an_address', 'One e-mail address without a name: owner@company.example.')]
    : [];

const fault = (path: string, code: string, allowed: string): FieldError => ({ path, code, allowed });
const oneOfThem = (entries: object): string => `One of: ${Object.keys(entries).join(', ')}.`;
const own = <Value>(entries: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;
