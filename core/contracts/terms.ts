import { entryOf } from '../entry-of.ts';
import * as z from 'zod';
import { policyFits } from '../invoke-policies/policy-size.ts';
import { type Catalogue, environments, gatewayRoutesOf } from '../catalogue/catalogue.ts';
import { mailboxOf } from '../mailbox.ts';
import { parseIpRanges } from '../network/ip-ranges.ts';
import type { FieldError } from '../problem.ts';
import { grantTypes, type Terms } from './records.ts';

/**
 * Checks terms of the right shape against the catalogue (OAU-1).
 * @returns the terms in their normal form: every list in its fixed order and without repetitions, every
 *   moment in UTC; or else every error at once
 */
export function checkTerms(
  sent: Terms,
  catalogue: Catalogue,
): { readonly terms: Terms } | { readonly faults: readonly FieldError[] } {
  const products = Object.entries(sent.products).map(([id, scopes]) => checkProduct(id, scopes, catalogue));
  const ranges = parseRanges(sent, catalogue);
  const oneOfTheProducts = oneOf(catalogue.products);

  const errors: FieldError[] = [];
  if (products.length === 0) errors.push(fieldError('/products', 'required', oneOfTheProducts));
  for (const product of products) errors.push(...product.errors);
  if (entryOf(catalogue.ratePlans, sent.ratePlan) === undefined) {
    errors.push(fieldError('/ratePlan', 'unknown_rate_plan', oneOf(catalogue.ratePlans)));
  }
  if ('faults' in ranges) {
    for (const { code, allowed } of ranges.faults) errors.push(fieldError('/ipRanges', code, allowed));
  }
  if (sent.environments.length === 0) {
    errors.push(fieldError('/environments', 'required', `At least one of: ${environments.join(', ')}.`));
  }
  errors.push(...findPeriodErrors(sent));
  errors.push(...findMailboxErrors('/owner', sent.owner));
  if (sent.grants.length === 0) {
    errors.push(fieldError('/grants', 'required', `At least one of: ${grantTypes.join(', ')}.`));
  }
  errors.push(...findPasswordErrors(sent));
  for (const [index, id] of sent.resourceServerOf.entries()) {
    if (entryOf(catalogue.products, id) === undefined) {
      errors.push(fieldError(`/resourceServerOf/${index}`, 'unknown_product', oneOfTheProducts));
    }
  }
  if (errors.length > 0 || 'faults' in ranges) return { faults: errors };

  return {
    terms: {
      ...sent,
      products: Object.fromEntries(products.map(({ id, scopes }) => [id, scopes])),
      ipRanges: ranges.ranges,
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

/** Parses the IP ranges. Private ranges are allowed if one of the products allows them. */
function parseRanges(
  { ipRanges, products }: Terms,
  catalogue: Catalogue,
): ReturnType<typeof parseIpRanges> | { readonly ranges: readonly string[] } {
  if (ipRanges.length === 0) return { ranges: [] };
  const knownProducts = Object.keys(products).flatMap((id) => entryOf(catalogue.products, id) ?? []);
  // Without a known product, nobody can tell whether private ranges are allowed. They are then not reported.
  const privateAllowed =
    knownProducts.length === 0 || knownProducts.some(({ privateRanges }) => privateRanges);
  return parseIpRanges(ipRanges.join(' '), { privateAllowed });
}

function checkProduct(
  id: string,
  sentScopes: readonly string[],
  catalogue: Catalogue,
): { readonly id: string; readonly scopes: readonly string[]; readonly errors: readonly FieldError[] } {
  // A JSON Pointer, in which `~` and `/` are escaped (RFC 6901 §3).
  const path = `/products/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const product = entryOf(catalogue.products, id);
  if (product === undefined) {
    return { id, scopes: [], errors: [fieldError(path, 'unknown_product', oneOf(catalogue.products))] };
  }
  const scopes = Object.keys(product.scopes).filter((scope) => sentScopes.includes(scope));
  const errors: FieldError[] = [];
  if (sentScopes.length === 0) {
    errors.push(fieldError(path, 'required', `At least one scope. ${oneOf(product.scopes)}`));
  }
  for (const [index, scope] of sentScopes.entries()) {
    if (entryOf(product.scopes, scope) === undefined) {
      errors.push(fieldError(`${path}/${index}`, 'unknown_scope', oneOf(product.scopes)));
    }
  }
  if (!policyFits(gatewayRoutesOf(product), scopes)) {
    errors.push(
      fieldError(
        path,
        'policy_too_large',
        "Scopes whose routes fit an authorizer's answer of 8 KB: fewer of them.",
      ),
    );
  }
  return { id, scopes, errors };
}

const moment = z.iso.datetime({ offset: true });
const isMoment = (text: string): boolean => moment.safeParse(text).success;
const inUtc = (text: string): string => new Date(text).toISOString();

function findPeriodErrors({ startsAt, endsAt }: Terms): readonly FieldError[] {
  const errors = [...findMomentErrors('/startsAt', startsAt)];
  if (endsAt === undefined) return errors;
  errors.push(...findMomentErrors('/endsAt', endsAt));
  if (errors.length === 0 && new Date(startsAt) >= new Date(endsAt)) {
    errors.push(fieldError('/endsAt', 'ends_before_it_starts', 'A moment after startsAt.'));
  }
  return errors;
}

function findPasswordErrors({ grants, password }: Terms): readonly FieldError[] {
  const isGranted = grants.includes('password');
  const errors: FieldError[] = [];
  if (password === undefined) {
    if (isGranted) {
      errors.push(
        fieldError(
          '/password',
          'required',
          'With the grant password: an owner, and the sunset from which on it is refused.',
        ),
      );
    }
    return errors;
  }
  if (!isGranted) {
    errors.push(fieldError('/password', 'not_granted', 'Only with the grant password.'));
  }
  errors.push(...findMailboxErrors('/password/owner', password.owner));
  errors.push(...findMomentErrors('/password/sunset', password.sunset));
  return errors;
}

const findMomentErrors = (path: string, text: string): readonly FieldError[] =>
  isMoment(text)
    ? []
    : [fieldError(path, 'not_a_moment', 'A moment of ISO 8601 with its offset: 2027-01-31T00:00:00Z.')];

const findMailboxErrors = (path: string, text: string): readonly FieldError[] =>
  mailboxOf(text) === undefined
    ? [fieldError(path, 'not_an_address', 'One e-mail address without a name: owner@company.example.')]
    : [];

const fieldError = (path: string, code: string, allowed: string): FieldError => ({ path, code, allowed });
const oneOf = (entries: object): string => `One of: ${Object.keys(entries).join(', ')}.`;
