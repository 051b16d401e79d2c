import { pathsWithMethods } from '../../../middleware/methods.ts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { deployment, variableOf } from '../../support/deployed.ts';
import { shippedCatalogue } from '../../support/shipped-catalogue.ts';
import { ofType } from './packaged.ts';
import { methodsTo, routeOf } from './routes.ts';

const serviceNow = ['SERVICENOW_CLIENT_ID', 'SERVICENOW_SECRET_ID', 'SERVICENOW_URL'];
const okta = ['OKTA_CLIENT_ID', 'OKTA_SIGNER', 'OKTA_URL'];

/** The variables that each function reads from its environment. */
const environments: Record<string, readonly string[]> = {
  authorizer: [
    'API_STAGE',
    'CATALOGUE_VERSION',
    'GRANTS_ON',
    'PUBLIC_URL',
    'RATE_PLANS',
    'SALLYPORT_ENVIRONMENT',
    'SEALING_KEY_ID',
    'TABLE_NAME',
    'THIRD_PARTY_PRODUCTS',
    'TOKEN_ISSUER',
  ],
  'cognito-client': ['COGNITO_USER_POOL_ID', 'QUOTA_COGNITO_CLIENTS', 'TABLE_NAME'],
  'credential-delivery': [
    'CATALOGUE_FILE',
    'CODE_KEY_ID',
    'LINK_KEY_ID',
    'MAIL_CONFIGURATION_SET',
    'PUBLIC_URL',
    'QUOTA_MAILS',
    ...serviceNow,
    'TABLE_NAME',
  ],
  'credential-pickup': [
    'CATALOGUE_FILE',
    'CODE_KEY_ID',
    'COGNITO_USER_POOL_ID',
    'PUBLIC_URL',
    'QUOTA_COGNITO_CLIENTS',
    ...serviceNow,
    'TABLE_NAME',
  ],
  'ewacs-account': ['CATALOGUE_FILE', ...serviceNow, 'TABLE_NAME'],
  'finish-rollback': [
    'CATALOGUE_FILE',
    'COGNITO_USER_POOL_ID',
    'LINK_KEY_ID',
    ...okta,
    'QUOTA_API_KEYS',
    'QUOTA_COGNITO_CLIENTS',
    'QUOTA_OKTA_USERS',
    ...serviceNow,
    'TABLE_NAME',
    'USAGE_PLAN_PREFIX',
  ],
  'gateway-mapping': ['API_KEY_VALUE_KEY_ID', 'QUOTA_API_KEYS', 'TABLE_NAME', 'USAGE_PLAN_PREFIX'],
  'mail-events': [...serviceNow, 'TABLE_NAME'],
  'okta-profile': [...okta, 'QUOTA_OKTA_USERS', 'TABLE_NAME'],
  'okta-events': ['API_STAGE', 'OKTA_EVENT_SECRET_ID', 'REST_API_ID', 'TABLE_NAME'],
  'user-sweep': ['API_STAGE', ...okta, 'PERSONAL_DATA_DAYS', 'REST_API_ID', 'TABLE_NAME'],
  'operator-alert': [],
  'operator-claims': [],
  'onboarding-sweep': [
    'CATALOGUE_FILE',
    'COGNITO_USER_POOL_ID',
    'MOST_API_KEYS',
    'MOST_APP_CLIENTS',
    'OPERATORS_DECIDE_AFTER_HOURS',
    'PERSONAL_DATA_DAYS',
    ...serviceNow,
    'STATE_MACHINE_ARN',
    'TABLE_NAME',
  ],
  'execution-ended': ['CATALOGUE_FILE', ...serviceNow, 'STATE_MACHINE_ARN', 'TABLE_NAME'],
  redrive: [
    'CATALOGUE_FILE',
    'MOST_API_KEYS',
    'MOST_APP_CLIENTS',
    'SALLYPORT_ENVIRONMENT',
    'STATE_MACHINE_ARN',
    'TABLE_NAME',
  ],
  'request-intake': ['CATALOGUE_FILE', ...okta, 'TABLE_NAME'],
  'sign-in': [
    'API_STAGE',
    'CATALOGUE_FILE',
    'GRANTS_ON',
    'PARTNER_ADDRESSES',
    'PROVIDER_KEY_ID',
    'PUBLIC_URL',
    'REST_API_ID',
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
  ],
  session: ['GRANTS_ON', 'PUBLIC_URL', 'SALLYPORT_ENVIRONMENT', 'SIGNING_KEY_IDS', 'TABLE_NAME'],
  'servicenow-webhook': [
    'CATALOGUE_FILE',
    'MOST_API_KEYS',
    'MOST_APP_CLIENTS',
    'SALLYPORT_ENVIRONMENT',
    'SERVICENOW_WEBHOOK_SECRET_ID',
    'STATE_MACHINE_ARN',
    'TABLE_NAME',
  ],
  'ticket-report': ['CATALOGUE_FILE', ...serviceNow, 'TABLE_NAME'],
  'trust-sweep': ['PARTNER_ADDRESSES', 'TABLE_NAME'],
  token: [
    'API_STAGE',
    'COGNITO_TOKEN_URL',
    'DEVELOPER_PROVIDER',
    'GRANTS_ON',
    'IDENTITY_POOL_ID',
    'OKTA_LOGIN_CLIENT_ID',
    'OKTA_LOGIN_SIGNER',
    'OKTA_URL',
    'PUBLIC_URL',
    'REST_API_ID',
    'SALLYPORT_ENVIRONMENT',
    'SIGNING_KEY_IDS',
    'TABLE_NAME',
    'TOKEN_ISSUER',
  ],
  'token-inspection': [
    'COGNITO_TOKEN_URL',
    'GRANTS_ON',
    'PUBLIC_URL',
    'SALLYPORT_ENVIRONMENT',
    'TABLE_NAME',
    'TOKEN_ISSUER',
  ],
  'operator-api': [
    'API_STAGE',
    'CATALOGUE_FILE',
    'CATALOGUE_VERSION',
    'GRANTS_ON',
    'OPERATOR_CLIENT_ID',
    'OPERATOR_ISSUER',
    'PARTNER_ADDRESSES',
    'PROVIDER_KEY_ID',
    'PUBLIC_URL',
    'REST_API_ID',
    'SALLYPORT_ENVIRONMENT',
    'SEALING_KEY_ID',
    'TABLE_NAME',
    'TOKEN_ISSUER',
  ],
  'authorizer-flush': ['API_STAGE', 'REST_API_ID'],
  discovery: ['CATALOGUE_FILE', 'GRANTS_ON', 'PUBLIC_URL', 'SALLYPORT_ENVIRONMENT', 'SIGNING_KEY_IDS'],
};

describe('X-13 the twin and the cloud run the same deployment', () => {
  it('gives each function exactly the environment it reads, no more, no less', () => {
    const declared = ofType('AWS::Lambda::Function').map(({ Properties }) => [
      String(Properties['FunctionName']).replace('sallyport-dev-', ''),
      Object.keys(
        z.object({ Variables: z.record(z.string(), z.unknown()) }).parse(Properties['Environment']).Variables,
      ).sort(),
    ]);
    expect(Object.fromEntries(declared)).toEqual(environments);
  });

  it('serves the same routes', () => {
    const toFunctions = methodsTo('AWS_PROXY').map(routeOf);
    const toBackends = methodsTo('HTTP_PROXY').map(routeOf);
    // Another test compares the routes of the operator API with its operations.
    const ofProducts = Object.values(shippedCatalogue.products).flatMap(({ id, routes }) => [
      `ANY /apis/${id}/openapi.json`,
      ...new Set(routes.map(({ path }) => `OPTIONS /apis/${id}${path}`)),
    ]);
    expect(toFunctions.filter((route) => !route.includes(' /operator/')).toSorted()).toEqual(
      [
        'ANY /',
        'ANY /.well-known/jwks.json',
        'ANY /.well-known/oauth-authorization-server',
        'ANY /.well-known/openid-configuration',
        'ANY /credentials/{token}',
        'ANY /docs',
        'ANY /docs/{product}',
        'ANY /login',
        'ANY /login/callback/{providerId}',
        'ANY /logout',
        'ANY /oauth2/authorize',
        'ANY /oauth2/check',
        'ANY /oauth2/introspect',
        'ANY /oauth2/logout',
        'ANY /oauth2/revoke',
        'ANY /oauth2/token',
        'ANY /session',
        'ANY /webhooks/okta',
        'ANY /webhooks/servicenow',
        ...ofProducts,
      ].toSorted(),
    );
    // Each function then says which methods a path takes.
    expect(toFunctions.filter((route) => !/^(?:ANY|OPTIONS) /u.test(route))).toEqual([]);
    expect(pathsWithMethods.map((path) => `ANY ${path}`).toSorted()).toEqual(
      toFunctions.filter((route) => !route.includes(' /operator/') && !ofProducts.includes(route)).toSorted(),
    );
    expect(toBackends.length).toBeGreaterThan(0);
    expect(deployment.api.routes.map(({ method, resource: path }) => `${method} ${path}`).toSorted()).toEqual(
      [...toFunctions, ...toBackends].toSorted(),
    );
    expect(ofType('AWS::ApiGateway::Method')).toHaveLength(toFunctions.length + toBackends.length);
  });

  it("answers in the gateway's own name for the same reasons", () => {
    expect(Object.keys(deployment.api.responses).sort()).toEqual(
      ofType('AWS::ApiGateway::GatewayResponse')
        .map(({ Properties }) => Properties['ResponseType'])
        .sort(),
    );
  });

  it('words every gateway response as problem+json with a code', () => {
    for (const [type, { status, headers, template = '' }] of Object.entries(deployment.api.responses)) {
      expect(headers, type).toMatchObject({
        'Content-Type': "'application/problem+json'",
        'Strict-Transport-Security': "'max-age=63072000'",
      });
      expect(JSON.parse(template), type).toEqual({
        type: 'about:blank',
        title: expect.any(String) as unknown,
        code: expect.stringMatching(/^[a-z_]+$|^\$context\.authorizer\.denyCode$/) as unknown,
        ...(status !== undefined && { status }),
        ...(type === 'MISSING_AUTHENTICATION_TOKEN' && { documentation: '/docs' }),
        ...(template.includes('evaluationId') && {
          route: '$context.httpMethod $context.resourcePath',
          address: '$context.identity.sourceIp',
          scopes: '$context.authorizer.scopes',
          help: expect.stringMatching(
            /^\$context\.authorizer\.documentation#(?:client_not_served|\$context\.authorizer\.denyCode)$/u,
          ) as unknown,
          evaluationId: '$context.authorizer.evaluationId',
        }),
      });
    }
  });

  it('names the limits of the plan wherever the authorizer has answered before', () => {
    const named = Object.entries(deployment.api.responses).flatMap(([type, { headers }]) =>
      headers['RateLimit-Policy'] === 'context.authorizer.rateLimitPolicy' ? [type] : [],
    );
    expect(named.toSorted()).toEqual([
      'ACCESS_DENIED',
      'INTEGRATION_FAILURE',
      'INTEGRATION_TIMEOUT',
      'INVALID_API_KEY',
      'QUOTA_EXCEEDED',
      'THROTTLED',
    ]);
    expect(deployment.api.responses['QUOTA_EXCEEDED']?.headers['Retry-After']).toBe(
      'context.authorizer.quotaReset',
    );
  });

  it('names the usage plans as the gateway mapping looks for them', () => {
    const prefix = variableOf('gateway-mapping', 'USAGE_PLAN_PREFIX');
    expect(
      ofType('AWS::ApiGateway::UsagePlan')
        .map(({ Properties }) => Properties['UsagePlanName'])
        .sort(),
    ).toEqual(
      Object.keys(shippedCatalogue.ratePlans)
        .map((plan) => `${prefix}${plan}`)
        .sort(),
    );
  });
});
