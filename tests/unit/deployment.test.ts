import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeploymentInvalid, type Deployment } from '../../local/deployment/deployment.ts';
import { readDeployment } from '../../local/deployment/read-deployment.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';

const project: Record<string, string> = {
  'serverless.yml': `
service: sallyport
functions:
  - \${file(functions/authorizer/function.yml):functions}
  - \${file(functions/okta-profile/function.yml):functions}
resources:
  - \${file(functions/okta-profile/function.yml):resources}
  - \${file(resources/api.yml)}
  - \${file(resources/catalogue.cjs):template}
`,
  'functions/authorizer/function.yml': `
functions:
  authorizer:
    handler: functions/authorizer/handler.handler
    timeout: 10
    memorySize: 256
    environment:
      CATALOGUE_FILE: \${param:catalogueFile}
      SALLYPORT_ENVIRONMENT: \${param:environment}
      STATE_MACHINE_ARN: { Ref: Live }
`,
  'functions/okta-profile/function.yml': `
functions:
  okta-profile:
    handler: functions/okta-profile/handler.handler
    timeout: 30
    memorySize: 512
    environment: { OKTA_URL: '\${param:oktaUrl}', TABLE_NAME: { Ref: Table } }
    events:
      - http: { method: post, path: 'profiles/{id}' }
      - eventBridge: { pattern: { source: [aws.states], detail-type: [Changed], detail: { machine: [{ Ref: Onboarding }] } } }
resources:
  Resources:
    OnboardingRole: { Type: AWS::IAM::Role, Properties: {} }
`,
  'resources/api.yml': `
Resources:
  Authorizer:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      Type: REQUEST
      IdentitySource: method.request.header.Authorization, context.identity.sourceIp
      AuthorizerResultTtlInSeconds: 300
      AuthorizerUri: { Fn::Sub: 'arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${AuthorizerLambdaFunction.Arn}/invocations' }
  Denied:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      ResponseType: ACCESS_DENIED
      StatusCode: '403'
      ResponseParameters: { gatewayresponse.header.X-Reason: "'denied'" }
      ResponseTemplates: { application/json: '{"code":"$context.authorizer.denyCode"}' }
  Other:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      ResponseType: DEFAULT_4XX
      ResponseParameters: {}
      ResponseTemplates: { application/json: '{}' }
  Onboarding:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: \${self:service}-\${sls:stage}-onboarding
      RoleArn: { Fn::GetAtt: [OnboardingRole, Arn] }
      Definition: \${file(onboarding.asl.json)}
      DefinitionSubstitutions: { OktaProfileFunctionArn: { Fn::GetAtt: [OktaDashprofileLambdaFunction, Arn] } }
  Newest:
    Type: AWS::StepFunctions::StateMachineVersion
    Properties: { StateMachineArn: { Ref: Onboarding } }
  Live:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties: { Name: live, DeploymentPreference: { Type: '\${param:deploymentType}', StateMachineVersionArn: { Ref: Newest } } }
`,
  'onboarding.asl.json': '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${OktaProfileFunctionArn}","End":true}}}',
};

const { catalogue } = readCatalogueSource('catalogue.yml');
let root: string;
const put = async (path: string, content: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
};
const read = (locals: Record<string, string> = { catalogueFile: '/data/catalogue.json', oktaUrl: 'http://127.0.0.1:3002', Table: 'sallyport-dev' }): Deployment =>
  readDeployment({ root, catalogue, environment: 'UAT', backendUrl: 'http://127.0.0.1:3004', locals });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sallyport-deployment-'));
  for (const [path, content] of Object.entries(project)) await put(path, content);
});
afterEach(() => rm(root, { recursive: true }));

describe('X-13 the deployment as the twin reads it', () => {
  it('has functions, authorizer, gateway responses and state machines with local values', () => {
    const { productRoutes, ...rest } = read();
    expect(productRoutes.length).toBeGreaterThan(0);
    expect(rest).toEqual({
      functions: [
        {
          name: 'authorizer', functionName: 'sallyport-dev-authorizer', timeoutSeconds: 10, memorySize: 256, http: [], patterns: [], schedules: [],
          handlerFile: 'functions/authorizer/handler.ts', handlerExport: 'handler',
          environment: {
            CATALOGUE_FILE: '/data/catalogue.json',
            SALLYPORT_ENVIRONMENT: 'UAT',
            STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding:live',
          },
        },
        {
          name: 'okta-profile', functionName: 'sallyport-dev-okta-profile', timeoutSeconds: 30, memorySize: 512,
          handlerFile: 'functions/okta-profile/handler.ts', handlerExport: 'handler',
          environment: { OKTA_URL: 'http://127.0.0.1:3002', TABLE_NAME: 'sallyport-dev' },
          http: [{ method: 'POST', path: '/profiles/{id}' }],
          patterns: [{
            'source': ['aws.states'], 'detail-type': ['Changed'],
            'detail': { machine: ['arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding'] },
          }],
          schedules: [],
        },
      ],
      binaryMediaTypes: [],
      firewallRules: [],
      authorizer: {
        functionName: 'authorizer', ttlSeconds: 300,
        identitySources: ['method.request.header.Authorization', 'context.identity.sourceIp'],
      },
      gatewayResponses: {
        ACCESS_DENIED: { status: 403, headers: { 'X-Reason': "'denied'" }, template: '{"code":"$context.authorizer.denyCode"}' },
        DEFAULT_4XX: { headers: {}, template: '{}' },
      },
      stateMachines: [{
        name: 'sallyport-dev-onboarding',
        roleArn: 'arn:aws:iam::000000000000:role/sallyport-dev-OnboardingRole',
        aliases: ['live'],
        definition: {
          StartAt: 'A',
          States: { A: { Type: 'Task', Resource: 'arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-okta-profile', End: true } },
        },
      }],
    });
  });

  it('has the routes of the catalogue, in front of the sample backend', () => {
    expect(read().productRoutes).toContainEqual({
      method: 'GET',
      path: '/apis/credit-reports/reports/{id}',
      product: 'credit-reports',
      upstream: 'http://127.0.0.1:3004/credit-reports/reports/{id}',
      headers: {
        'X-Sallyport-Partner-Id': 'context.authorizer.partnerId',
        'X-Sallyport-Client-Id': 'context.authorizer.clientId',
        'X-Sallyport-Contract-Id': 'context.authorizer.contractId',
        'X-Sallyport-User-Id': 'context.authorizer.userId',
        'X-Sallyport-Request-Id': 'context.requestId',
        'Content-Encoding': 'method.request.header.Content-Encoding',
      },
    });
  });

  it('names every expression that has no local value, and where it stands', () => {
    expect(() => read({ catalogueFile: 'catalogue.json' })).toThrow(new DeploymentInvalid([
      'function okta-profile, OKTA_URL: ${param:oktaUrl} means nothing here; locals may say what',
      'function okta-profile, TABLE_NAME: Ref Table means nothing here; locals may say what',
    ]));
  });

  it('names an alias of a version that is not there', async () => {
    await put('resources/api.yml', project['resources/api.yml']?.replace('  Newest:', '  Oldest:') ?? '');
    expect(() => read()).toThrow(new DeploymentInvalid(['alias Live: there is no version Newest of a state machine']));
  });

  it('names placeholders of a state machine that nothing fills', async () => {
    await put('onboarding.asl.json', '{"Comment":"${Missing}"}');
    expect(() => read()).toThrow(new DeploymentInvalid([
      'state machine Onboarding: onboarding.asl.json has the placeholder Missing, for which there is no substitution',
    ]));
  });

  it('refuses a file that it cannot stand in for, naming it', async () => {
    await put('functions/authorizer/function.yml', 'functions: { authorizer: { handler: functions/authorizer/handler.handler, timeout: soon, memorySize: 256, environment: {}, events: [{ sqs: queue }] } }');
    expect(() => read()).toThrow(/^functions\/authorizer\/function\.yml .*\n.*timeout[^]*an event is http with method and path, eventBridge with a pattern of source, detail-type and values of the detail, or schedule: rate\(N minutes\)[^]*events\[0\]/s);
  });

  it('refuses an include that it does not understand', async () => {
    await put('serverless.yml', 'service: sallyport\nfunctions: ["${ssm:/functions}"]\nresources: []');
    expect(() => read()).toThrow('serverless.yml includes ${ssm:/functions}; the twin reads ${file(path)} and ${file(path):section}');
  });
});
