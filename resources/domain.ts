import type { Resources } from './cloudformation.ts';

/** The domain of a stage, as its parameters name it; empty texts stand for what it does without. */
export interface DomainParameters {
  readonly domainName: string;
  /** Of a certificate for that name, in the stack's Region. */
  readonly certificateArn: string;
  /** Of the Route 53 zone that the record is put into; somebody else keeps the record where it is empty. */
  readonly hostedZoneId: string;
}

const hostName = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/u;
const certificate = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate\/[0-9a-f-]{36}$/u;
const zone = /^Z[0-9A-Z]{1,31}$/u;

/** What is wrong with them, a sentence for each. */
export function domainFaults({ domainName, certificateArn, hostedZoneId }: DomainParameters, region: string): readonly string[] {
  if (domainName === '') {
    return [['certificateArn', certificateArn], ['hostedZoneId', hostedZoneId]].flatMap(([name = '', value]) =>
      value === '' ? [] : [`${name} is set, and domainName is not. Set domainName, or leave both empty.`]);
  }
  const [, certificateRegion] = certificate.exec(certificateArn) ?? [];
  return [
    ...(hostName.test(domainName) ? [] : [`domainName is ${domainName}. It has to be a host name in small letters, such as partners.company.com.`]),
    ...(certificateRegion === undefined
      ? ['certificateArn has to be the ARN of a certificate of ACM that covers domainName.'] : []),
    ...(certificateRegion !== undefined && certificateRegion !== region
      ? [`certificateArn is of ${certificateRegion}. A certificate of the stack's own Region, ${region}, is needed.`] : []),
    ...(hostedZoneId === '' || zone.test(hostedZoneId) ? [] : [`hostedZoneId is ${hostedZoneId}. It has to be the id of a zone of Route 53, such as Z0123456789ABCDEFGHIJ.`]),
  ];
}

/** What partners are told: under the stage's own domain, or else the address that API Gateway gives to the API. */
export function publicUrl(domainName: string, stage: string): unknown {
  if (domainName !== '') return `https://${domainName}`;
  return { 'Fn::Sub': `https://\${ApiGatewayRestApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/${stage}` };
}

/** The domain in front of the API's stage; nothing without one. */
export function domainResources({ domainName, certificateArn, hostedZoneId }: DomainParameters, stack: string): Resources {
  if (domainName === '') return {};
  return {
    ApiDomain: {
      Type: 'AWS::ApiGateway::DomainName',
      Properties: {
        DomainName: domainName,
        RegionalCertificateArn: certificateArn,
        EndpointConfiguration: { Types: ['REGIONAL'] },
        SecurityPolicy: 'TLS_1_2',
      },
    },
    // Without a base path: the addresses under the domain are the same whatever the API's stage is called.
    ApiDomainMapping: {
      Type: 'AWS::ApiGateway::BasePathMapping',
      Properties: { DomainName: { Ref: 'ApiDomain' }, RestApiId: { Ref: 'ApiGatewayRestApi' }, Stage: { Ref: 'ApiStage' } },
    },
    ...(hostedZoneId !== '' && {
      // Weighted from the start, since a plain record would have to be deleted before a second stack can have its own.
      ApiDomainRecord: {
        Type: 'AWS::Route53::RecordSet',
        Properties: {
          HostedZoneId: hostedZoneId,
          Name: domainName,
          Type: 'A',
          SetIdentifier: { 'Fn::Sub': `${stack}-\${AWS::Region}` },
          Weight: 100,
          AliasTarget: {
            DNSName: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] },
            HostedZoneId: { 'Fn::GetAtt': ['ApiDomain', 'RegionalHostedZoneId'] },
            EvaluateTargetHealth: false,
          },
        },
      },
    }),
  };
}
