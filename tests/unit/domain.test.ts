import { describe, expect, test } from 'vitest';
import { type DomainParameters, domainFaults, domainResources, publicUrl } from '../../resources/domain.ts';

const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-4b5a-4678-9abc-def012345678';
const domain: DomainParameters = {
  domainName: 'partners.company.com',
  certificateArn,
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
};
const without: DomainParameters = { domainName: '', certificateArn: '', hostedZoneId: '' };
const faultsOf = (changed: Partial<DomainParameters>): readonly string[] =>
  domainFaults({ ...domain, ...changed }, 'eu-west-1');

describe('WF-12 the domain of a stage', () => {
  test.each([domain, { ...domain, hostedZoneId: '' }, without])('%j is taken', (parameters) => {
    expect(domainFaults(parameters, 'eu-west-1')).toEqual([]);
  });

  test.each([
    'Partners.company.com',
    'partners',
    '*.company.com',
    'https://partners.company.com',
    'a..com',
    '-a.company.com',
    'partners.company.com/',
    '1.2.3.4',
  ])('is no %s', (domainName) => {
    expect(faultsOf({ domainName })).toEqual([
      `domainName is ${domainName}. Use a host name in small letters, such as partners.company.com.`,
    ]);
  });

  test("needs a certificate of the stack's own Region", () => {
    const needed =
      'certificateArn is no ARN of an ACM certificate. Use that of a certificate which covers domainName.';
    expect(faultsOf({ certificateArn: '' })).toEqual([needed]);
    expect(faultsOf({ certificateArn: 'arn:aws:iam::123456789012:server-certificate/partners' })).toEqual([
      needed,
    ]);
    expect(faultsOf({ certificateArn: certificateArn.replace('eu-west-1', 'us-east-1') })).toEqual([
      "certificateArn is of us-east-1. Use a certificate of the stack's Region, eu-west-1.",
    ]);
  });

  test('names its zone by an id', () => {
    expect(faultsOf({ hostedZoneId: '/hostedzone/Z0123456789' })).toEqual([
      'hostedZoneId is /hostedzone/Z0123456789. Use the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ.',
    ]);
  });

  test('is not half set', () => {
    expect(domainFaults({ ...domain, domainName: '' }, 'eu-west-1')).toEqual([
      'certificateArn is set, and domainName is not. Set domainName, or leave both empty.',
      'hostedZoneId is set, and domainName is not. Set domainName, or leave both empty.',
    ]);
  });

  test('is what partners are told; without one, the address of the API', () => {
    expect(publicUrl('partners.company.com', 'prod')).toBe('https://partners.company.com');
    expect(publicUrl('', 'dev')).toEqual({
      'Fn::Sub': 'https://${ApiGatewayRestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/dev',
    });
  });

  test('makes a record only in a zone of ours, and nothing where there is no domain', () => {
    expect(Object.keys(domainResources(domain, 'sallyport-prod'))).toEqual([
      'ApiDomain',
      'ApiDomainMapping',
      'ApiDomainRecord',
    ]);
    expect(Object.keys(domainResources({ ...domain, hostedZoneId: '' }, 'sallyport-prod'))).toEqual([
      'ApiDomain',
      'ApiDomainMapping',
    ]);
    expect(domainResources(without, 'sallyport-prod')).toEqual({});
  });
});
