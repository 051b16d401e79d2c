import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { faultsForAws } from '../../../scripts/template-faults.ts';
import { packagedStage } from '../../support/packaged-stage.ts';
import { idsOfType, ofType, resource, resources } from './packaged.ts';

const environment = z.object({ Variables: z.record(z.string(), z.unknown()) });
const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-4b5a-4678-9abc-def012345678';
const packagedWithDomain = await packagedStage('dev', {
  domainName: 'partners-dev.company.example',
  certificateArn,
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
});
const withDomain = {
  all: packagedWithDomain.template.Resources,
  outputs: packagedWithDomain.template['Outputs'],
  faults: faultsForAws(packagedWithDomain.file),
};

type Named = readonly [name: string, value: unknown];
const variablesIn = (all: typeof resources): readonly Named[] =>
  Object.values(all)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties }) => Object.entries(environment.parse(Properties['Environment']).Variables));
/** Returns the names of the variables whose value matches the text. */
const tellOf = (text: RegExp, variables: readonly Named[]): ReadonlySet<string> =>
  new Set(variables.filter(([, value]) => text.test(JSON.stringify(value))).map(([name]) => name));
const valuesOf = (name: string, variables: readonly Named[]): ReadonlySet<string> =>
  new Set(variables.filter(([each]) => each === name).map(([, value]) => JSON.stringify(value)));

describe('ADR 30 the keys', () => {
  it('whose results leave the Region are multi-Region keys; that of the data at rest is not', () => {
    const kinds = idsOfType('AWS::KMS::Key').map((id) => {
      const { KeyUsage, MultiRegion } = resource(id).Properties;
      return [id, { usage: KeyUsage ?? 'ENCRYPT_DECRYPT', multiRegion: MultiRegion ?? false }] as const;
    });
    expect(Object.fromEntries(kinds)).toEqual({
      LinkKey: { usage: 'GENERATE_VERIFY_MAC', multiRegion: true },
      CodeKey: { usage: 'GENERATE_VERIFY_MAC', multiRegion: true },
      ApiKeyValueKey: { usage: 'GENERATE_VERIFY_MAC', multiRegion: true },
      SealingKey: { usage: 'GENERATE_VERIFY_MAC', multiRegion: true },
      ProviderSecretKey: { usage: 'ENCRYPT_DECRYPT', multiRegion: true },
      SigningKeyBlue: { usage: 'SIGN_VERIFY', multiRegion: true },
      SigningKeyGreen: { usage: 'SIGN_VERIFY', multiRegion: true },
      DataKey: { usage: 'ENCRYPT_DECRYPT', multiRegion: false },
    });
  });

  it('are named to functions by an id or an alias, which are the same in every Region', () => {
    const variables = variablesIn(resources);
    const keysByAlias = [
      ['LINK_KEY_ID', 'LinkKey', 'links'],
      ['CODE_KEY_ID', 'CodeKey', 'codes'],
      ['API_KEY_VALUE_KEY_ID', 'ApiKeyValueKey', 'api-keys'],
      ['SEALING_KEY_ID', 'SealingKey', 'sealing'],
      ['PROVIDER_KEY_ID', 'ProviderSecretKey', 'provider-secrets'],
    ] as const;
    for (const [variable, id, alias] of keysByAlias) {
      expect(valuesOf(variable, variables)).toEqual(new Set([JSON.stringify({ Ref: `${id}Alias` })]));
      expect(resource(`${id}Alias`).Properties).toEqual({
        AliasName: `alias/sallyport-dev-${alias}`,
        TargetKeyId: { Ref: id },
      });
    }
    expect(valuesOf('SIGNING_KEY_IDS', variables)).toEqual(
      new Set([JSON.stringify({ 'Fn::Sub': '${SigningKeyBlue} ${SigningKeyGreen}' })]),
    );
  });
});

describe('ADR 31 under a domain of its own', () => {
  const variables = variablesIn(withDomain.all);

  it('the API has no other address, and the domain speaks TLS 1.2 at least', () => {
    expect(withDomain.faults).toEqual([]);
    expect(withDomain.all['ApiGatewayRestApi']?.Properties['DisableExecuteApiEndpoint']).toBe(true);
    expect(withDomain.all['ApiDomain']?.Properties).toEqual({
      DomainName: 'partners-dev.company.example',
      RegionalCertificateArn: certificateArn,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'TLS_1_2',
    });
    expect(withDomain.all['ApiDomainMapping']?.Properties).toEqual({
      DomainName: { Ref: 'ApiDomain' },
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      Stage: { Ref: 'ApiStage' },
    });
  });

  it('has a record that another stack can stand beside', () => {
    expect(withDomain.all['ApiDomainRecord']?.Properties).toEqual({
      HostedZoneId: 'Z0123456789ABCDEFGHIJ',
      Name: 'partners-dev.company.example',
      Type: 'A',
      SetIdentifier: { 'Fn::Sub': 'sallyport-dev-${AWS::Region}' },
      Weight: 100,
      AliasTarget: {
        DNSName: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] },
        HostedZoneId: { 'Fn::GetAtt': ['ApiDomain', 'RegionalHostedZoneId'] },
        EvaluateTargetHealth: false,
      },
    });
  });

  it('every function tells partners the domain, and none knows the address of the API', () => {
    const told = {
      'Fn::If': ['PublicUrlIsGiven', { Ref: 'PublicUrl' }, 'https://partners-dev.company.example'],
    };
    expect(valuesOf('PUBLIC_URL', variables)).toEqual(new Set([JSON.stringify(told)]));
    expect(withDomain.outputs).toMatchObject({ PublicUrl: { Value: told } });
    expect(tellOf(/execute-api/u, variables)).toEqual(new Set());
    // Without a custom domain, only this setting contains the API's host. With one, nothing else has to be
    // changed.
    expect(tellOf(/execute-api/u, variablesIn(resources))).toEqual(new Set(['PUBLIC_URL']));
  });

  it("Cognito's addresses are only for functions: to ask it for tokens, and to know the tokens that it issued", () => {
    expect(tellOf(/amazoncognito|cognito-idp|ProviderURL/u, variables)).toEqual(
      new Set(['COGNITO_TOKEN_URL', 'TOKEN_ISSUER', 'OPERATOR_ISSUER']),
    );
  });
});

describe('ADR 31 the user pools', () => {
  it('issue tokens under the name whose keys more than one Region serves', () => {
    for (const id of idsOfType('AWS::Cognito::UserPool')) {
      expect(resource(id).Properties, id).toMatchObject({
        UserPoolTier: 'ESSENTIALS',
        IssuerConfiguration: { Type: 'UPDATED' },
      });
    }
    // Neither API Gateway's Cognito authorizer nor a load balancer accepts this name.
    expect(ofType('AWS::ApiGateway::Authorizer').map(({ Properties }) => Properties['Type'])).toEqual([
      'REQUEST',
    ]);
  });

  it('are known to functions by either name, in one setting each', () => {
    const either = (pool: string): string =>
      JSON.stringify({
        'Fn::Sub': `\${${pool}.ProviderURL} https://issuer-cognito-idp.\${AWS::Region}.\${AWS::URLSuffix}/\${${pool}}`,
      });
    const variables = variablesIn(resources);
    expect(valuesOf('TOKEN_ISSUER', variables)).toEqual(new Set([either('UserPool')]));
    expect(valuesOf('OPERATOR_ISSUER', variables)).toEqual(new Set([either('OperatorPool')]));
  });
});
