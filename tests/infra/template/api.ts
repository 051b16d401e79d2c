import { describe, expect, it } from 'vitest';
import { cacheSeconds } from '../../../core/authorization/authorize.ts';
import { creditReports, shippedCatalogue } from '../../support/shipped-catalogue.ts';
import { idsOfType, ofType, resource, template } from './packaged.ts';
import { methodsTo, routeOf } from './routes.ts';

/** Returns the mappings of a header with `-` and with `_` in each place of a question mark. */
function inEachSpelling(name: string, value: string): Record<string, string> {
  if (!name.includes('?')) return { [`integration.request.header.${name}`]: value };
  return {
    ...inEachSpelling(name.replace('?', '-'), value),
    ...inEachSpelling(name.replace('?', '_'), value),
  };
}

describe('the API', () => {
  // Threats T-53, T-89
  it('puts every product route behind authorizer and API key, and hands the backend our headers', () => {
    const method = methodsTo('HTTP_PROXY').find(
      (each) => routeOf(each) === 'GET /apis/credit-reports/reports/{id}',
    );
    expect(method?.Properties).toEqual({
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResourceId: expect.any(Object) as unknown,
      HttpMethod: 'GET',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'ProductAuthorizer' },
      ApiKeyRequired: true,
      RequestParameters: {
        'method.request.path.id': true,
        'method.request.header.Authorization': false,
        'method.request.header.Content-Encoding': false,
      },
      Integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'GET',
        Uri: `${creditReports.upstreams.DEV}/reports/{id}`,
        RequestParameters: {
          'integration.request.path.id': 'method.request.path.id',
          ...inEachSpelling('X?Sallyport?Partner?Id', 'context.authorizer.partnerId'),
          ...inEachSpelling('X?Sallyport?Client?Id', 'context.authorizer.clientId'),
          ...inEachSpelling('X?Sallyport?Contract?Id', 'context.authorizer.contractId'),
          ...inEachSpelling('X?Sallyport?User?Id', 'context.authorizer.userId'),
          ...inEachSpelling('X?Sallyport?User?Partner?Id', 'context.authorizer.userPartnerId'),
          ...inEachSpelling('X?Sallyport?Request?Id', 'context.requestId'),
          ...inEachSpelling('X?HTTP?Method?Override', 'context.httpMethod'),
          ...inEachSpelling('X?HTTP?Method', 'context.httpMethod'),
          ...inEachSpelling('X?Method?Override', 'context.httpMethod'),
          ...inEachSpelling('X?Forwarded?For', 'context.identity.sourceIp'),
          'integration.request.header.Authorization': 'method.request.header.Authorization',
          'integration.request.header.Content-Encoding': 'method.request.header.Content-Encoding',
        },
      },
    });
    const guards = methodsTo('HTTP_PROXY').map(({ Properties: { AuthorizerId, ApiKeyRequired } }) => ({
      AuthorizerId,
      ApiKeyRequired,
    }));
    expect(new Set(guards.map((guard) => JSON.stringify(guard)))).toEqual(
      new Set([JSON.stringify({ AuthorizerId: { Ref: 'ProductAuthorizer' }, ApiKeyRequired: true })]),
    );
    expect(resource('ApiGatewayRestApi').Properties['ApiKeySourceType']).toBe('AUTHORIZER');
  });

  it('WF-10 keeps executions for the authorizer only where a stage says how many', () => {
    const kept = resource('AuthorizerLambdaFunction').Properties['ReservedConcurrentExecutions'];
    expect(kept).toEqual({
      'Fn::If': ['AuthorizerConcurrencyIsGiven', { Ref: 'AuthorizerConcurrency' }, { Ref: 'AWS::NoValue' }],
    });
    expect(template.Parameters['AuthorizerConcurrency']?.['Default']).toBe('0');
    expect(template.Conditions['AuthorizerConcurrencyIsGiven']).toEqual({
      'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AuthorizerConcurrency' }, '0'] }],
    });
    expect(
      ofType('AWS::Lambda::Function').filter(
        ({ Properties }) => Properties['ReservedConcurrentExecutions'] !== undefined,
      ),
    ).toHaveLength(1);
  });

  it('WF-10 carries bytes, whatever a caller accepts', () => {
    expect(resource('ApiGatewayRestApi').Properties['BinaryMediaTypes']).toEqual(['*/*']);
  });

  it("X-8 keeps the authorizer's answers for as long as operators are told", () => {
    expect(resource('ProductAuthorizer').Properties['AuthorizerResultTtlInSeconds']).toBe(cacheSeconds);
  });

  it("takes the deployment's snapshot after every method and gateway response", () => {
    const [deployment] = ofType('AWS::ApiGateway::Deployment');
    expect(deployment?.DependsOn).toEqual(
      expect.arrayContaining([
        ...idsOfType('AWS::ApiGateway::Method'),
        ...idsOfType('AWS::ApiGateway::GatewayResponse'),
      ]),
    );
  });

  it('has a scope of a resource server for every scope of the catalogue', () => {
    expect(
      ofType('AWS::Cognito::UserPoolResourceServer').map(({ Properties: { Identifier, Scopes } }) => [
        Identifier,
        Scopes,
      ]),
    ).toEqual(
      Object.values(shippedCatalogue.products).map(({ id, scopes }) => [
        id,
        Object.entries(scopes).map(([scope, description]) => ({
          ScopeName: scope.replace(`${id}/`, ''),
          ScopeDescription: description,
        })),
      ]),
    );
  });
});
