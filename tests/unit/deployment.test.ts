import { describe, expect, it } from 'vitest';
import { DeploymentInvalid } from '../../local/cloudformation/stack.ts';
import { template, type Template } from '../../local/cloudformation/template.ts';
import type { Deployment } from '../../local/deployment/deployment.ts';
import { readDeployment } from '../../local/deployment/read-deployment.ts';
import { deployment, deploymentSource, packaged } from '../support/deployed.ts';
import { backendPathOf, creditReports } from '../support/shipped-catalogue.ts';

type Changeable = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/** The deployment of the packaged template after a change. */
function deployChanged(change: (resources: Changeable) => void): Deployment {
  const changed: Template = template.parse(JSON.parse(JSON.stringify(packaged.template)));
  change(changed.Resources);
  return readDeployment({ ...deploymentSource, package: { ...packaged, template: changed } });
}

const functionArn = (name: string): string =>
  `arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-${name}`;

describe('X-13 what the twin makes of the packaged template', () => {
  it('runs a function from its sources, with its environment evaluated', () => {
    expect(deployment.functions.find(({ name }) => name === 'okta-profile')).toEqual({
      name: 'okta-profile',
      functionName: 'sallyport-dev-okta-profile',
      handler: 'functions/okta-profile/handler.handler',
      handlerFile: `${process.cwd()}/functions/okta-profile/handler.ts`,
      handlerExport: 'handler',
      timeoutSeconds: 30,
      memorySize: 512,
      isBehindApi: false,
      environment: {
        TABLE_NAME: 'sallyport-dev',
        OKTA_URL: 'http://127.0.0.1:3002',
        OKTA_CLIENT_ID: 'sallyport',
        OKTA_SIGNER: 'secret:sallyport-dev/okta-manager',
        QUOTA_OKTA_USERS: '10',
      },
      taskRoot: expect.any(String) as string,
    });
    const webhook = deployment.functions.find(({ name }) => name === 'servicenow-webhook');
    expect(webhook).toEqual({
      name: 'servicenow-webhook',
      functionName: 'sallyport-dev-servicenow-webhook',
      handler: 'functions/servicenow-webhook/handler.handler',
      handlerFile: expect.stringMatching(/\/functions\/servicenow-webhook\/handler\.ts$/u) as string,
      handlerExport: 'handler',
      taskRoot: expect.any(String) as string,
      timeoutSeconds: 10,
      memorySize: 512,
      isBehindApi: true,
      environment: {
        SALLYPORT_ENVIRONMENT: 'DEV',
        TABLE_NAME: 'sallyport-dev',
        STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding:live',
        CATALOGUE_FILE: `${webhook?.taskRoot ?? ''}/catalogue.json`,
        SERVICENOW_WEBHOOK_SECRET_ID: 'sallyport-dev/webhook',
        MOST_APP_CLIENTS: '1000',
        MOST_API_KEYS: '10000',
      },
    });
  });

  it("sends a product's route to the sample backend, with the headers that the gateway sets", () => {
    expect(deployment.api.routes).toContainEqual({
      method: 'GET',
      resource: '/apis/credit-reports/reports/{id}',
      protected: true,
      integration: {
        kind: 'http',
        uri: `http://127.0.0.1:3004/credit-reports${backendPathOf(creditReports, '/reports')}/{id}`,
        timeoutMillis: 29_000,
        headers: expect.objectContaining({
          'X-Sallyport-Partner-Id': 'context.authorizer.partnerId',
          'X-Sallyport-Client-Id': 'context.authorizer.clientId',
          'X-Sallyport-Contract-Id': 'context.authorizer.contractId',
          'X-Sallyport-User-Id': 'context.authorizer.userId',
          'X-Sallyport-User-Partner-Id': 'context.authorizer.userPartnerId',
          'X-Sallyport-Request-Id': 'context.requestId',
          'Content-Encoding': 'method.request.header.Content-Encoding',
          Authorization: 'method.request.header.Authorization',
        }) as Record<string, string>,
      },
    });
  });

  it('carries bytes, and stands behind the rules of its web ACL, if it is associated', () => {
    expect(deployment.api.binaryMediaTypes).toEqual(['*/*']);
    expect(deployment.api.firewallRules.map(({ Name }) => Name)).toEqual([
      'guessing',
      'guessing-elsewhere',
      'flood',
      'paths',
      'authorizations',
      'reserved-headers',
    ]);
    expect(
      deployChanged((resources) => {
        delete resources['FirewallOfStage'];
      }).api.firewallRules,
    ).toEqual([]);
  });

  it('knows the configuration set, the text of a definition and whose key encrypts it', () => {
    expect(deployment.configurationSets).toEqual(['sallyport-dev']);
    const [machine] = deployment.stateMachines;
    expect(machine?.keyArn).toMatch(/^arn:aws:kms:eu-west-1:000000000000:key\//u);
    expect(JSON.parse(machine?.definitionString ?? '')).toEqual(machine?.definition);
  });

  it('invokes functions by route, by rule and by schedule', () => {
    expect(deployment.api.routes).toContainEqual({
      method: 'ANY',
      resource: '/oauth2/token',
      protected: false,
      integration: { kind: 'lambda', functionName: 'token', timeoutMillis: 29_000 },
    });
    expect(deployment.rules.find(({ functionName }) => functionName === 'mail-events')?.pattern).toEqual({
      source: ['aws.ses'],
      'detail-type': [
        'Email Sent',
        'Email Delivered',
        'Email Bounced',
        'Email Complaint Received',
        'Email Rejected',
        'Email Rendering Failed',
      ],
      detail: {},
    });
    const machine = deployment.stateMachines[0]?.name ?? '';
    const arn = `arn:aws:states:eu-west-1:000000000000:stateMachine:${machine}`;
    expect(
      deployment.rules.find(({ functionName }) => functionName === 'execution-ended')?.pattern.detail,
    ).toEqual({
      stateMachineArn: [arn, { prefix: `${arn}:` }],
      status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
    });
    expect(deployment.schedules).toEqual([
      { functionName: 'onboarding-sweep', everySeconds: 300 },
      { functionName: 'trust-sweep', everySeconds: 3600 },
      { functionName: 'user-sweep', everySeconds: 600 },
    ]);
  });

  it('has the state machine of the template, its placeholders filled', () => {
    const [machine] = deployment.stateMachines;
    expect(machine).toMatchObject({
      name: 'sallyport-dev-onboarding',
      aliases: ['live'],
      roleArn: 'arn:aws:iam::000000000000:role/sallyport-dev-OnboardingStateMachineRole',
    });
    expect(machine?.definition.States['ReportAccepted']).toMatchObject({
      ResultPath: null,
      Parameters: { FunctionName: functionArn('ticket-report') },
    });
  });

  it('knows everything that is in the template', () => {
    expect(deployment.unknown).toEqual([]);
  });

  it('names what it does not know, and starts all the same', () => {
    const { unknown } = deployChanged((resources) => {
      resources['Queue'] = { Type: 'AWS::Kinesis::Stream', Properties: {} };
      resources['TokenLambdaFunction'] = {
        ...(resources['TokenLambdaFunction'] ?? { Type: 'AWS::Lambda::Function', Properties: {} }),
        Properties: { ...resources['TokenLambdaFunction']?.Properties, Layers: ['arn'] },
      };
    });
    expect(unknown.toSorted()).toEqual(['AWS::Kinesis::Stream', 'AWS::Lambda::Function Layers']);
  });

  it.each<[string, (resources: Changeable) => void, string]>([
    [
      'a pattern that its bus does not match',
      (resources) => {
        Object.assign(resources['Sallyportdevmaileventsrule1EventBridgeRule']?.Properties ?? {}, {
          EventPattern: { source: [{ suffix: 'ses' }], 'detail-type': ['Email Sent'] },
        });
      },
      'AWS::Events::Rule Sallyportdevmaileventsrule1EventBridgeRule, EventPattern.source.0: Invalid input',
    ],
    [
      'a placeholder that nothing fills',
      (resources) => {
        Object.assign(resources['OnboardingStateMachine']?.Properties ?? {}, {
          DefinitionString: '{"Comment":"${Missing}"}',
        });
      },
      'AWS::StepFunctions::StateMachine OnboardingStateMachine: DefinitionSubstitutions has nothing for the placeholder Missing',
    ],
    [
      'an alias of a version that is not there',
      (resources) => {
        delete resources['OnboardingVersion'];
      },
      'the twin cannot evaluate Ref OnboardingVersion',
    ],
    [
      'a route to a function that the API may not invoke',
      (resources) => {
        delete resources['TokenLambdaPermissionApiGateway'];
      },
      `ApiGatewayMethodOauth2TokenAny: no AWS::Lambda::Permission lets apigateway.amazonaws.com invoke ${functionArn('token')}`,
    ],
    [
      'a rule for a function that EventBridge may not invoke',
      (resources) => {
        delete resources['MailDasheventsEventBridgeLambdaPermission1'];
      },
      `no AWS::Lambda::Permission lets events.amazonaws.com invoke ${functionArn('mail-events')}`,
    ],
    [
      'a function without a role',
      (resources) => {
        delete resources['TokenRole'];
      },
      'AWS::Lambda::Function TokenLambdaFunction, Role: the twin cannot evaluate Fn::GetAtt TokenRole.Arn',
    ],
  ])('does not start with %s', (_what, change, message) => {
    expect(() => deployChanged(change)).toThrow(DeploymentInvalid);
    expect(() => deployChanged(change)).toThrow(message);
  });
});
