import type { Catalogue, Product, RatePlan } from '../../core/catalogue/catalogue.ts';

type ProductSource = Omit<Product, 'id'>;

/**
 * Edits a catalogue in the ways in which operators edit theirs, as the content of another catalogue.yml. New
 * regions, brands, rate plans and products come before and after the old ones. Each old one keeps its key, but
 * gets other titles, hosts, colours, groups and limits.
 */
export function editedCatalogue({ regions, brands, ratePlans, products, ...others }: Catalogue): object {
  return {
    ...others,
    regions: {
      FR: { assignmentGroup: 'Desk of FR' },
      ...mapEntries(regions, (region) => ({ assignmentGroup: `Desk of ${region}` })),
      DE: { assignmentGroup: 'Desk of DE' },
      JP: { assignmentGroup: 'Desk of JP' },
    },
    brands: {
      aurora: brandNamed('aurora'),
      ...mapEntries(brands, brandNamed),
      zenith: brandNamed('zenith'),
    },
    ratePlans: {
      basic: otherLimits,
      ...mapEntries(ratePlans, () => otherLimits),
      unlimited: { ...otherLimits, quota: { limit: 9_000_000, period: 'DAY' } },
    },
    products: {
      'account-scores': newProduct('account-scores', 'aurora'),
      ...mapEntries(products, (key, { id, ...product }) => ({
        ...product,
        name: `Product ${id}`,
        group: `Partners of ${id}`,
        upstreams: upstreamsOf(id),
        scopes: mapEntries(product.scopes, (scope) => `What ${scope} allows in ${key}`),
      })),
      'zip-codes': newProduct('zip-codes', 'zenith'),
    },
  };
}

const mapEntries = <Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (key: string, value: Value) => Result,
): Readonly<Record<string, Result>> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)]));

const brandNamed = (brand: string) => ({
  name: `Brand ${brand}`,
  from: `access@mail.${brand}.example`,
  accent: '#7a1fa2',
  support: `Call +1 555 0199, or write to desk@${brand}.example.`,
});

const otherLimits: RatePlan = { rate: 12, burst: 25, quota: { limit: 7000, period: 'WEEK' } };

const upstreamsOf = (product: string) => ({
  DEV: `https://dev.hosts.example/${product}/v2`,
  UAT: `https://uat.hosts.example/${product}/v2`,
  PROD: `https://hosts.example/${product}/v2`,
});

/** A product with more of everything than the old ones have. */
const newProduct = (id: string, brand: string): ProductSource => ({
  name: `Product ${id}`,
  brand,
  group: `Partners of ${id}`,
  upstreams: upstreamsOf(id),
  privateRanges: true,
  thirdPartyTokens: true,
  parameters: { number: '[0-9]{1,12}' },
  scopes: { [`${id}/read`]: 'Read', [`${id}/order`]: 'Order' },
  routes: [
    { method: 'GET', path: '/items', scope: `${id}/read` },
    { method: 'GET', path: '/items/{number}', scope: `${id}/read` },
    { method: 'PUT', path: '/items/{number}', scope: `${id}/order` },
    { method: 'DELETE', path: '/items/{number}/alerts/{alert}', scope: `${id}/order` },
  ],
  defaultTerms: { scopes: [`${id}/read`, `${id}/order`], ratePlan: 'basic' },
});
