import type { Resources } from './cloudformation.ts';

/** The domain of a stage, from the stage's parameters. An empty string means that the stage does without. */
export interface DomainParameters {
  readonly domainName: string;
  /** The ARN of a certificate for that name in the stack's Region. */
  readonly certificateArn: string;
  /** The id of the Route 53 zone for the DNS record. If it is empty, the record is managed elsewhere. */
  readonly hostedZoneId: string;
}

const hostName = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/u;
const certificate = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate\/[0-9a-f-]{36}$/u;
const zone = /^Z[0-9A-Z]{1,31}$/u;

/** Returns a sentence for each error in the parameters. */
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

/** Returns the address that partners use: the stage's own domain, or the address that API Gateway assigns. */
export function publicUrl(domainName: string, stage: string): unknown {
  if (domainName !== '') return `https://${domainName}`;
  return {
    'Fn::Sub': `https://\${ApiGatewayRestApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/${stage}`,
  };
}

/** Returns the resources of the custom domain, or none if the stage has no domain. */
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
    // There is no base path, so that addresses under the domain do not depend on the name of the API's stage.
    ApiDomainMapping: {
      Type: 'AWS::ApiGateway::BasePathMapping',
      Properties: {
        DomainName: { Ref: 'ApiDomain' },
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        Stage: { Ref: 'ApiStage' },
      },
    },
    ...(hostedZoneId !== '' && {
      // The record is weighted, because a simple record would have to be deleted before a second stack could
      // have one.
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
