import type { Catalogue } from '../core/catalogue/catalogue.ts';
import type { Environment } from '../core/catalogue/environment.ts';
import { networkOf } from '../core/network/network.ts';
import { reachOf } from '../core/network/special-ranges.ts';

/** The settings of a stage that may name hosts. */
export interface StageSettings {
  /** The stage's parameters by name. In an object, every string counts. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly catalogue: Catalogue;
  /** The stage's environment. Upstreams of other environments in the catalogue are ignored. */
  readonly environment: Environment;
}

/** A setting that names a host which nobody can own or reach. */
export interface SampleHost {
  /** Where it is set: `parameter oktaUrl`, `catalogue.yml, brands.northlight.from`. */
  readonly place: string;
  readonly value: string;
  readonly host: string;
}

/**
 * Finds every host in a stage's settings that only works in samples and tests. These are reserved names (RFC
 * 2606, RFC 6761, RFC 6762, and `.internal`) and addresses that are not public.
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

/**
 * Returns a message that says what is wrong with these settings and what is allowed, or undefined if nothing
 * is wrong.
 */
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
  // URLs may also write an address as `127.1` or `2130706433`.
  const url = URL.parse(value)?.hostname ?? '';
  // IPv6 addresses in brackets, and words that are alone or joined by dots.
  const words = value.match(/\[[\da-f:.]+\]|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/giu) ?? [];
  const [first] = [url, ...words].filter(isSample);
  return first === undefined ? [] : [{ place, value, host: first }];
}

function isSample(host: string): boolean {
  const address = networkOf(host.replace(/^\[(.*)\]$/, '$1'));
  if (address !== undefined) return reachOf(address.network) !== 'global';
  const name = host.toLowerCase();
  // `test` without a dot is a word and not a host.
  if (!name.includes('.')) return name === 'localhost';
  return reservedEndings.some((ending) => name === ending || name.endsWith(`.${ending}`));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Returns whether a URL names this machine. Such an AWS endpoint is a local stand-in. */
export function isLoopback(url: string | undefined): boolean {
  const host = URL.parse(url ?? '')?.hostname ?? '';
  return /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host);
}
