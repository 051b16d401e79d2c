import type { Catalogue } from '../core/catalogue/catalogue.ts';
import type { Environment } from '../core/catalogue/environment.ts';
import { networkOf } from '../core/network/network.ts';
import { reachOf } from '../core/network/special-ranges.ts';

/** What a stage is deployed with, as far as it can name hosts. */
export interface StageSettings {
  /** The stage's parameters by name; of a value that is an object, every text in it counts. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly catalogue: Catalogue;
  /** The stage's environment: the catalogue's other upstreams are not its own. */
  readonly environment: Environment;
}

/** A setting that names a host which nobody can own or reach. */
export interface SampleHost {
  /** `parameter oktaUrl`, `catalogue.yml, brands.northlight.from`. */
  readonly place: string;
  readonly value: string;
  readonly host: string;
}

/**
 * Every host of a stage's settings that works in samples and tests only: names that are reserved (RFC 2606, RFC 6761,
 * RFC 6762, and `.internal`), and addresses that are not public.
 */
export function findSampleHosts({ parameters, catalogue: { brands, products }, environment }: StageSettings): readonly SampleHost[] {
  return [
    ...Object.entries(parameters).flatMap(([name, value]) => textsIn(value).flatMap((text) => within(`parameter ${name}`, text))),
    ...Object.entries(brands).flatMap(([brand, { from, support }]) => [
      ...within(`catalogue.yml, brands.${brand}.from`, from), ...within(`catalogue.yml, brands.${brand}.support`, support),
    ]),
    ...Object.entries(products).flatMap(([product, { upstreams }]) =>
      within(`catalogue.yml, products.${product}.upstreams.${environment}`, upstreams[environment])),
  ];
}

/** Says what is wrong with these settings and what is allowed; undefined if nothing is. */
export function sampleHostsMessage(stage: string, found: readonly SampleHost[]): string | undefined {
  if (found.length === 0) return undefined;
  return [
    `Stage ${stage} is not deployed. Its settings still name hosts that nobody can own or reach:`,
    ...found.map(({ place, value, host }) => `- ${place}: ${JSON.stringify(value)} names ${host}`),
    'Put your own hosts in their place. Allowed are public addresses, and names under a domain that is registered in the public DNS:',
    `none under ${reservedEndings.join(', ')}.`,
  ].join('\n');
}

const reservedEndings = ['example', 'test', 'invalid', 'localhost', 'local', 'internal', 'example.com', 'example.net', 'example.org'];
const reserved = new RegExp(`^(?:.+\\.)?(?:${reservedEndings.map((ending) => ending.replace('.', '\\.')).join('|')})$`, 'i');

/** IPv6 addresses in brackets, words joined by dots, and the one host that has no dot. */
const hosts = /\[[\da-f:.]+\]|(?:[\p{L}\p{N}_-]+\.)+[\p{L}\p{N}_-]+|(?<![\p{L}\p{N}_-])localhost(?![\p{L}\p{N}_-])/giu;

function within(place: string, value: string): SampleHost[] {
  // As a URL is read, `127.1` and `2130706433` are addresses, too.
  const url = URL.parse(value)?.hostname ?? '';
  const [first] = [url, ...value.match(hosts) ?? []].filter(isSample);
  return first === undefined ? [] : [{ place, value, host: first }];
}

function isSample(host: string): boolean {
  const address = networkOf(host.replace(/^\[(.*)\]$/, '$1'));
  return address === undefined ? reserved.test(host) : reachOf(address.network) !== 'global';
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
