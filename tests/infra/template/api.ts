import { describe, expect, it } from 'vitest';
import { cacheSeconds } from '../../../core/authorization/authorize.ts';
import { creditReports, shippedCatalogue } from '../../support/shipped-catalogue.ts';
import { idsOfType, ofType, resource } from './packaged.ts';
import { methodsTo, routeOf } from './routes.ts';

describe('the API', () => {
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
      RequestParameters: { 'method.request.path.id': true, 'method.request.header.Content-Encoding': false },
      Integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'GET',
        Uri: `${creditReports.upstreams.DEV}/reports/{id}`,
        RequestParameters: {
          'integration.request.path.id': 'method.request.path.id',
          'integration.request.header.X-Sallyport-Partner-Id': 'context.authorizer.partnerId',
          'integration.request.header.X-Sallyport-Client-Id': 'context.authorizer.clientId',
          'integration.request.header.X-Sallyport-Contract-Id': 'context.authorizer.contractId',
          'integration.request.header.X-Sallyport-User-Id': 'context.authorizer.userId',
          'integration.request.header.X-Sallyport-User-Partner-Id': 'context.authorizer.userPartnerId',
          'integration.request.header.X-Sallyport-Request-Id': 'context.requestId',
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
