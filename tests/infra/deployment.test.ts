import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Deployment } from '../../local/deployment/deployment.ts';
import { readDeployment } from '../../local/deployment/read-deployment.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { packagedResources, type PackagedResource } from './package.ts';
import { allowedIn, referencesIn } from './references.ts';

const serviceNow = ['SERVICENOW_CLIENT_ID', 'SERVICENOW_CLIENT_SECRET', 'SERVICENOW_URL'];
const okta = ['OKTA_CLIENT_ID', 'OKTA_PRIVATE_KEY', 'OKTA_URL'];

/** What each function reads from its environment. */
const environments: Record<string, readonly string[]> = {
  'authorizer': ['TABLE_NAME', 'TOKEN_ISSUER'],
  'cognito-client': ['COGNITO_USER_POOL_ID', 'TABLE_NAME'],
  'credential-delivery': ['CATALOGUE_FILE', 'MAC_KEY_ID', 'PUBLIC_URL', ...serviceNow, 'TABLE_NAME'],
  'credential-pickup': ['COGNITO_USER_POOL_ID', 'MAC_KEY_ID', 'PUBLIC_URL', ...serviceNow, 'TABLE_NAME'],
  'ewacs-account': [...serviceNow, 'TABLE_NAME'],
  'finish-rollback': ['CATALOGUE_FILE', 'COGNITO_USER_POOL_ID', 'MAC_KEY_ID', ...okta, 'PUBLIC_URL', ...serviceNow, 'TABLE_NAME', 'USAGE_PLAN_PREFIX'],
  'gateway-mapping': ['MAC_KEY_ID', 'TABLE_NAME', 'USAGE_PLAN_PREFIX'],
  'mail-events': ['SERVICENOW_CLIENT_ID', 'SERVICENOW_CLIENT_SECRET', 'SERVICENOW_URL', 'TABLE_NAME'],
  'okta-profile': [...okta, 'TABLE_NAME'],
  'onboarding-sweep': ['STATE_MACHINE_ARN', 'TABLE_NAME'],
  'execution-ended': ['CATALOGUE_FILE', 'SERVICENOW_CLIENT_ID', 'SERVICENOW_CLIENT_SECRET', 'SERVICENOW_URL', 'STATE_MACHINE_ARN', 'TABLE_NAME'],
  'redrive': ['CATALOGUE_FILE', 'SALLYPORT_ENVIRONMENT', 'STATE_MACHINE_ARN', 'TABLE_NAME'],
  'request-intake': ['CATALOGUE_FILE', ...okta, 'TABLE_NAME'],
  'servicenow-webhook': ['CATALOGUE_FILE', 'SALLYPORT_ENVIRONMENT', 'SERVICENOW_WEBHOOK_SECRET', 'STATE_MACHINE_ARN', 'TABLE_NAME'],
  'ticket-report': [...serviceNow, 'TABLE_NAME'],
  'token': ['COGNITO_TOKEN_URL'],
};

const locals = {
  'catalogueFile': '/var/task/catalogue.json',
  'Table': 'sallyport-dev', 'UserPool': 'eu-west-1_sallyport', 'UserPool.ProviderURL': 'http://127.0.0.1:3001/eu-west-1_sallyport',
  'MacKeyAlias': 'alias/sallyport-dev-mac', 'publicUrl': 'http://127.0.0.1:3000', 'cognitoTokenUrl': 'http://127.0.0.1:3001/oauth2/token',
  'oktaUrl': 'http://127.0.0.1:3002', 'oktaClientId': 'sallyport', 'oktaPrivateKey': '{}',
  'servicenowUrl': 'http://127.0.0.1:3003', 'servicenowClientId': 'sallyport', 'servicenowClientSecret': 'sample', 'servicenowWebhookSecret': 'whsec_c2FtcGxl',
};

let resources: Readonly<Record<string, PackagedResource>>;
let twin: Deployment;
beforeAll(async () => {
  resources = await packagedResources('dev');
  twin = readDeployment({ root: process.cwd(), catalogue: readCatalogueSource('catalogue.yml').catalogue, environment: 'DEV', backendUrl: 'http://127.0.0.1:3004', locals });
}, 60_000);

const ofType = (type: string): PackagedResource[] => Object.values(resources).filter(({ Type }) => Type === type);
const idsOfType = (type: string): string[] => Object.entries(resources).filter(([, { Type }]) => Type === type).map(([id]) => id);

const ref = z.object({ Ref: z.string() });
const pathOf = (resourceId: unknown): string => {
  const parent = ref.safeParse(resourceId);
  const resource = parent.success ? resources[parent.data.Ref] : undefined;
  return resource === undefined ? '' : `${pathOf(resource.Properties['ParentId'])}/${String(resource.Properties['PathPart'])}`;
};
const routeOf = ({ Properties }: PackagedResource): string => `${String(Properties['HttpMethod'])} ${pathOf(Properties['ResourceId'])}`;
const integrationOf = ({ Properties }: PackagedResource): string => z.object({ Type: z.string() }).parse(Properties['Integration']).Type;

describe('X-13 the twin and the cloud run the same deployment', () => {
  it('gives each function exactly the environment it reads, here and there', () => {
    const declared = ofType('AWS::Lambda::Function').map(({ Properties }) => [
      String(Properties['FunctionName']).replace('sallyport-dev-', ''),
      Object.keys(z.object({ Variables: z.record(z.string(), z.unknown()) }).parse(Properties['Environment']).Variables).sort(),
    ]);
    expect(Object.fromEntries(declared)).toEqual(environments);
    expect(Object.fromEntries(twin.functions.map(({ name, environment }) => [name, Object.keys(environment).sort()]))).toEqual(environments);
  });

  it('serves the same routes', () => {
    const methods = ofType('AWS::ApiGateway::Method');
    const toFunctions = methods.filter((method) => integrationOf(method) === 'AWS_PROXY').map(routeOf);
    const toBackends = methods.filter((method) => integrationOf(method) === 'HTTP_PROXY').map(routeOf);
    expect(toFunctions.toSorted()).toEqual(['GET /credentials/{token}', 'POST /credentials/{token}', 'POST /oauth2/token', 'POST /webhooks/servicenow']);
    expect(twin.functions.flatMap(({ http }) => http).map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(toFunctions.toSorted());
    expect(toBackends.length).toBeGreaterThan(0);
    expect(twin.productRoutes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(toBackends.toSorted());
    expect(methods).toHaveLength(toFunctions.length + toBackends.length);
  });

  it('answers in the gateway\'s own name for the same reasons', () => {
    expect(Object.keys(twin.gatewayResponses).sort())
      .toEqual(ofType('AWS::ApiGateway::GatewayResponse').map(({ Properties }) => Properties['ResponseType']).sort());
  });

  it('words every gateway response as problem+json with a code', () => {
    for (const [type, { status, headers, template }] of Object.entries(twin.gatewayResponses)) {
      expect(headers, type).toMatchObject({ 'Content-Type': "'application/problem+json'" });
      expect(JSON.parse(template), type).toEqual({
        type: 'about:blank', title: expect.any(String) as unknown, code: expect.stringMatching(/^[a-z_]+$|^\$context\.authorizer\.denyCode$/) as unknown,
        ...(status !== undefined && { status }),
      });
    }
  });

  it('runs the same state machine under the same name', () => {
    const [machine] = ofType('AWS::StepFunctions::StateMachine');
    const [local] = twin.stateMachines;
    expect(local?.name).toBe(machine?.Properties['StateMachineName']);
    const { States } = z.object({ States: z.record(z.string(), z.unknown()) }).parse(machine?.Properties['Definition']);
    expect(Object.keys(local?.definition.States ?? {})).toEqual(Object.keys(States));
  });
});

describe('the packaged template', () => {
  it('puts every product route behind authorizer and API key, and hands the backend our headers', () => {
    const method = ofType('AWS::ApiGateway::Method').find((each) => routeOf(each) === 'GET /apis/credit-reports/reports/{id}');
    expect(method?.Properties).toEqual({
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResourceId: expect.any(Object) as unknown,
      HttpMethod: 'GET',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'ProductAuthorizer' },
      ApiKeyRequired: true,
      RequestParameters: { 'method.request.path.id': true },
      Integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'GET',
        Uri: 'https://credit-reports.dev.northlight.example/reports/{id}',
        RequestParameters: {
          'integration.request.path.id': 'method.request.path.id',
          'integration.request.header.X-Sallyport-Partner-Id': 'context.authorizer.partnerId',
          'integration.request.header.X-Sallyport-Client-Id': 'context.authorizer.clientId',
          'integration.request.header.X-Sallyport-Request-Id': 'context.requestId',
        },
      },
    });
    const guards = ofType('AWS::ApiGateway::Method').filter((each) => integrationOf(each) === 'HTTP_PROXY')
      .map(({ Properties: { AuthorizerId, ApiKeyRequired } }) => ({ AuthorizerId, ApiKeyRequired }));
    expect(new Set(guards.map((guard) => JSON.stringify(guard)))).toEqual(new Set([JSON.stringify({ AuthorizerId: { Ref: 'ProductAuthorizer' }, ApiKeyRequired: true })]));
    expect(resources['ApiGatewayRestApi']?.Properties['ApiKeySourceType']).toBe('AUTHORIZER');
  });

  it('takes the deployment\'s snapshot after every method and gateway response', () => {
    const [deployment] = ofType('AWS::ApiGateway::Deployment');
    expect(deployment?.DependsOn).toEqual(expect.arrayContaining([
      ...idsOfType('AWS::ApiGateway::Method'), ...idsOfType('AWS::ApiGateway::GatewayResponse'),
    ]));
  });

  it('names the usage plans as the gateway mapping looks for them', () => {
    const prefix = twin.functions.find(({ name }) => name === 'gateway-mapping')?.environment['USAGE_PLAN_PREFIX'];
    expect(ofType('AWS::ApiGateway::UsagePlan').map(({ Properties }) => Properties['UsagePlanName']).sort())
      .toEqual([`${prefix ?? ''}premium`, `${prefix ?? ''}standard`]);
  });

  it('has a scope of a resource server for every scope of the catalogue', () => {
    expect(ofType('AWS::Cognito::UserPoolResourceServer').map(({ Properties: { Identifier, Scopes } }) => [Identifier, Scopes])).toEqual([
      ['credit-reports', [
        { ScopeName: 'read', ScopeDescription: 'Read credit reports' },
        { ScopeName: 'write', ScopeDescription: 'Order credit reports' },
      ]],
      ['fraud-signals', [{ ScopeName: 'read', ScopeDescription: 'Read fraud signals' }]],
    ]);
  });

  it('refers only to what is there, and in no circle', () => {
    const references = new Map(Object.entries(resources).map(([id, resource]) => [id, referencesIn(resource)]));
    for (const [id, names] of references) {
      for (const name of names) expect(Object.keys(resources), `${id} refers to ${name}`).toContain(name);
    }
    const done = new Set<string>();
    const visit = (id: string, path: readonly string[]): void => {
      if (path.includes(id)) throw new Error(`a circle: ${[...path, id].join(' → ')}`);
      if (done.has(id)) return;
      for (const name of references.get(id) ?? []) visit(name, [...path, id]);
      done.add(id);
    };
    for (const id of references.keys()) visit(id, []);
  });

  it('gives every function a role of its own', () => {
    const roles = ofType('AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties['Role']));
    expect(new Set(roles).size).toBe(Object.keys(environments).length);
  });

  it('allows nothing by wildcard but what is explained here', () => {
    const wildcards = Object.entries(resources).flatMap(([id, { Properties }]) =>
      allowedIn(Properties).filter((text) => text.includes('*')).map((text) => `${id}: ${text}`));
    expect(wildcards.sort()).toEqual([
      // Executions of this machine get their names when they are started.
      'ExecutionEndedRole: arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${OnboardingStateMachine.Name}:*',
      // API keys get their ids when they are made.
      'FinishRollbackRole: arn:${AWS::Partition}:apigateway:${AWS::Region}::/apikeys/*',
      'GatewayMappingRole: arn:${AWS::Partition}:apigateway:${AWS::Region}::/apikeys/*',
      // Reads only, whether a key is on a plan.
      'GatewayMappingRole: arn:${AWS::Partition}:apigateway:${AWS::Region}::/usageplans/*/keys/*',
      // In a key's own policy: this key, and whoever IAM allows.
      'MacKey: *',
      'MacKey: kms:*',
    ]);
  });
});
