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
 * Every host of a stage's settings that works in samples and tests only: names that are reserved (RFC 2606,
 * RFC 6761, RFC 6762, and `.internal`), and addresses that are not public.
 */
export function findSampleHosts(settings: StageSettings): readonly SampleHost[] {
  const { parameters, catalogue, environment } = settings;
  return [
    ...Object.entries(parameters).flatMap(([name, value]) =>
      textsIn(value).flatMap((text) => within(`parameter ${name}`, text)),
    ),
    ...Object.entries(catalogue.brands).flatMap(([brand, { from, support }]) => [
      ...within(`catalogue.yml, brands.${brand}.from`, from),
      ...within(`catalogue.yml, brands.${brand}.support`, support),
    ]),
    ...Object.entries(catalogue.products).flatMap(([product, { upstreams }]) =>
      within(`catalogue.yml, products.${product}.upstreams.${environment}`, upstreams[environment]),
    ),
  ];
}

/** Says what is wrong with these settings and what is allowed; undefined if nothing is. */
export function sampleHostsMessage(stage: string, found: readonly SampleHost[]): string | undefined {
  if (found.length === 0) return undefined;
  return [
    `Stage ${stage} is not deployed. Its settings still name hosts that nobody can own or reach:`,
    ...found.map(({ place, value, host }) => `- ${place}: ${JSON.stringify(value)} names ${host}`),
    'Put your own hosts in their place. Allowed are public addresses, and names that the public DNS knows:',
    `none under ${reservedEndings.join(', ')}.`,
  ].join('\n');
}

const reservedEndings = [
  'example',
  'test',
  'invalid',
  'localhost',
  'local',
  'internal',
  'example.com',
  'example.net',
  'example.org',
];

function within(place: string, value: string): SampleHost[] {
  // In a URL `127.1` and `2130706433` are addresses, too.
  const url = URL.parse(value)?.hostname ?? '';
  // IPv6 addresses in brackets, and words that are joined by dots or alone.
  const words = value.match(/\[[\da-f:.]+\]|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/giu) ?? [];
  const [first] = [url, ...words].filter(isSample);
  return first === undefined ? [] : [{ place, value, host: first }];
}

function isSample(host: string): boolean {
  const address = networkOf(host.replace(/^\[(.*)\]$/, '$1'));
  if (address !== undefined) return reachOf(address.network) !== 'global';
  const name = host.toLowerCase();
  // `test` alone is a word, not a host.
  if (!name.includes('.')) return name === 'localhost';
  return reservedEndings.some((ending) => name === ending || name.endsWith(`.${ending}`));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Whether a URL names this machine; an endpoint of AWS that does is a stand-in. */
export function isLoopback(url: string | undefined): boolean {
  const host = URL.parse(url ?? '')?.hostname ?? '';
  return /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host);
}
