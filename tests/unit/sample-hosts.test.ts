import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import { findSampleHosts, sampleHostsMessage } from '../../resources/sample-hosts.ts';
import { catalogue } from '../support/fakes/samples.ts';

const upstreamsOf = (id: string) => ({
  DEV: `https://${id}.dev.example`,
  UAT: `https://${id}.uat.example`,
  PROD: `https://${id}.prod.example`,
});

/** A catalogue with hosts of samples alone. */
const sample: Catalogue = {
  ...catalogue,
  brands: {
    northlight: {
      name: 'Northlight',
      from: 'access@northlight.example',
      accent: '#b3541e',
      support: 'Write to help@support.northlight.example.',
    },
    sentinel: {
      name: 'Sentinel',
      from: 'access@sentinel.example',
      accent: '#1f5fbf',
      support: 'Write to help@sentinel.example.',
    },
  },
  products: Object.fromEntries(
    Object.values(catalogue.products).flatMap((product) => [
      ['credit-reports', { ...product, upstreams: upstreamsOf('credit') }],
      ['fraud-signals', { ...product, upstreams: upstreamsOf('fraud') }],
    ]),
  ),
};

/** The sample catalogue with hosts of a company's own. */
const own: Catalogue = {
  ...sample,
  brands: Object.fromEntries(
    Object.entries(sample.brands).map(([id, brand]) => [
      id,
      { ...brand, from: 'api@mail.company.com', support: 'Call us.' },
    ]),
  ),
  products: Object.fromEntries(
    Object.entries(sample.products).map(([id, product]) => [
      id,
      {
        ...product,
        upstreams: {
          DEV: 'https://dev.company.com',
          UAT: 'https://uat.company.com',
          PROD: 'https://company.com',
        },
      },
    ]),
  ),
};
const parameters = {
  environment: 'UAT',
  oktaUrl: 'https://company.okta.com',
  operatorsMailbox: 'ops@company.com',
};
const foundIn = (oktaUrl: unknown) =>
  findSampleHosts({ parameters: { ...parameters, oktaUrl }, catalogue: own, environment: 'UAT' });

describe('X-15 a stage that is deployed', () => {
  it.each([
    ['https://okta.company.example', 'okta.company.example'],
    ['https://OKTA.Company.EXAMPLE/', 'okta.company.example'],
    ['https://okta.test', 'okta.test'],
    ['https://a.invalid', 'a.invalid'],
    ['https://servicenow.corp.internal', 'servicenow.corp.internal'],
    ['https://nas.local', 'nas.local'],
    ['http://localhost:3002', 'localhost'],
    ['https://okta.localhost', 'okta.localhost'],
    ['https://example.com', 'example.com'],
    ['https://www.example.net/x', 'www.example.net'],
    ['https://example.org', 'example.org'],
    ['ops@company.example', 'company.example'],
    ['Operators <ops@localhost>', 'localhost'],
    ['Write to us@company.test.', 'company.test'],
    ['http://127.0.0.1:3002', '127.0.0.1'],
    ['http://127.1', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['http://[::1]:3002', '[::1]'],
    ['http://[::]', '[::]'],
    ['http://0.0.0.0', '0.0.0.0'],
    ['https://10.1.2.3', '10.1.2.3'],
    ['https://192.168.0.1', '192.168.0.1'],
    ['https://169.254.169.254', '169.254.169.254'],
  ])('cannot have %s', (value, host) => {
    expect(foundIn(value)).toEqual([{ place: 'parameter oktaUrl', value, host }]);
  });

  it.each([
    'https://company.okta.com',
    'https://example.company.com',
    'https://myexample.com',
    'https://contest.com',
    'https://test.company.com',
    'https://internal.company.com',
    'https://localhost.company.com',
    'ops@company.com',
    'https://8.8.8.8',
    'https://[2606:4700::1111]',
    '/var/task/catalogue.json',
    'client_credentials password',
    'localhosting',
    'an internal test',
    'true',
    12,
    true,
    null,
    '{{resolve:secretsmanager:sallyport-uat:SecretString:oktaPrivateKey}}',
    { 'Fn::Sub': 'https://${ApiGatewayRestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/uat' },
  ])('can have %j', (value) => {
    expect(foundIn(value)).toEqual([]);
  });

  it('cannot have them inside of an expression either', () => {
    expect(foundIn({ 'Fn::Join': ['', ['https://', 'okta.company.example']] })).toEqual([
      { place: 'parameter oktaUrl', value: 'okta.company.example', host: 'okta.company.example' },
    ]);
  });

  it("is told every place of the catalogue that is its own, and no other environment's backends", () => {
    const found = findSampleHosts({ parameters, catalogue: sample, environment: 'UAT' });
    expect(found.map(({ place, host }) => [place, host])).toEqual([
      ['catalogue.yml, brands.northlight.from', 'northlight.example'],
      ['catalogue.yml, brands.northlight.support', 'support.northlight.example'],
      ['catalogue.yml, brands.sentinel.from', 'sentinel.example'],
      ['catalogue.yml, brands.sentinel.support', 'sentinel.example'],
      ['catalogue.yml, products.credit-reports.upstreams.UAT', 'credit.uat.example'],
      ['catalogue.yml, products.fraud-signals.upstreams.UAT', 'fraud.uat.example'],
    ]);
  });

  it('is told what is wrong and what is allowed, in one message, and nothing where nothing is wrong', () => {
    expect(sampleHostsMessage('uat', foundIn('https://okta.company.example'))).toBe(
      [
        'Stage uat is not deployed. Its settings still name hosts that nobody can own or reach:',
        '- parameter oktaUrl: "https://okta.company.example" names okta.company.example',
        'Put your own hosts in their place. Allowed are public addresses, and names that the public DNS knows:',
        'none under example, test, invalid, localhost, local, internal, example.com, example.net, example.org.',
      ].join('\n'),
    );
    expect(sampleHostsMessage('uat', foundIn('https://company.okta.com'))).toBeUndefined();
  });
});
