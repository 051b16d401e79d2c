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
export function domainFaults(parameters: DomainParameters, region: string): readonly string[] {
  const { domainName, certificateArn, hostedZoneId } = parameters;
  if (domainName === '') {
    return (['certificateArn', 'hostedZoneId'] as const)
      .filter((name) => parameters[name] !== '')
      .map((name) => `${name} is set, and domainName is not. Set domainName, or leave both empty.`);
  }
  const faults: string[] = [];
  if (!hostName.test(domainName)) {
    faults.push(
      `domainName is ${domainName}. Use a host name in small letters, such as partners.company.com.`,
    );
  }
  const [, certificateRegion] = certificate.exec(certificateArn) ?? [];
  if (certificateRegion === undefined) {
    faults.push(
      'certificateArn is no ARN of an ACM certificate. Use that of a certificate which covers domainName.',
    );
  } else if (certificateRegion !== region) {
    faults.push(
      `certificateArn is of ${certificateRegion}. Use a certificate of the stack's Region, ${region}.`,
    );
  }
  if (hostedZoneId !== '' && !zone.test(hostedZoneId)) {
    faults.push(
      `hostedZoneId is ${hostedZoneId}. Use the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ.`,
    );
  }
  return faults;
}

/** What partners are told: the stage's own domain, or else the address that API Gateway gives to the API. */
export function publicUrl(domainName: string, stage: string): unknown {
  if (domainName !== '') return `https://${domainName}`;
  return {
    'Fn::Sub': `https://\${ApiGatewayRestApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/${stage}`,
  };
}

/** The domain in front of the API's stage; nothing without one. */
export function domainResources(
  { domainName, certificateArn, hostedZoneId }: DomainParameters,
  stack: string,
): Resources {
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
      Properties: {
        DomainName: { Ref: 'ApiDomain' },
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        Stage: { Ref: 'ApiStage' },
      },
    },
    ...(hostedZoneId !== '' && {
      // Weighted: a plain record would have to be deleted before a second stack can have one.
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
