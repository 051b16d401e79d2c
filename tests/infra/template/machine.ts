import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { stepFunctions } from '../../../resources/functions.ts';
import { faultsOfStateMachines } from '../../../scripts/state-machine-faults.ts';
import { packagedStage } from '../../support/packaged-stage.ts';
import { allowingStatements } from '../statements.ts';
import { ofType, resource, resources, template, uat } from './packaged.ts';

const { template: prod } = await packagedStage('prod');

const { DefinitionString, DefinitionSubstitutions, ...settings } = z
  .looseObject({
    DefinitionString: z.string(),
    DefinitionSubstitutions: z.record(
      z.string(),
      z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
    ),
  })
  .parse(resource('OnboardingStateMachine').Properties);
const { States } = z
  .object({
    States: z.record(
      z.string(),
      z.object({
        Type: z.string(),
        Parameters: z.object({ FunctionName: z.string().optional() }).optional(),
      }),
    ),
  })
  .parse(JSON.parse(DefinitionString));

const functionName = (id: string): string =>
  String(resources[id]?.Properties['FunctionName']).replace('sallyport-dev-', '');

describe('the packaged state machine', () => {
  it.each(Object.entries({ dev: template, uat, prod }))(
    "is the source's, nulls included, with every placeholder filled, in stage %s",
    (_stage, packaged) => {
      expect(faultsOfStateMachines(packaged)).toEqual([]);
    },
  );

  it('calls the functions that are steps, and its role may call no others', () => {
    const called = new Set(
      Object.values(States).flatMap(({ Type, Parameters }) =>
        Type === 'Task' ? [Parameters?.FunctionName] : [],
      ),
    );
    expect(called).toEqual(new Set(Object.keys(DefinitionSubstitutions).map((name) => `\${${name}}`)));
    expect(
      Object.values(DefinitionSubstitutions)
        .map(({ 'Fn::GetAtt': [id] }) => functionName(id))
        .toSorted(),
    ).toEqual(stepFunctions.toSorted());
    const statements = z
      .object({
        Policies: z.array(
          z.object({
            PolicyDocument: z.object({
              Statement: z.array(z.object({ Action: z.unknown(), Resource: z.unknown() })),
            }),
          }),
        ),
      })
      .parse(resource('OnboardingStateMachineRole').Properties)
      .Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements.filter(({ Action }) => JSON.stringify(Action).includes('lambda:'))).toEqual([
      { Action: 'lambda:InvokeFunction', Resource: Object.values(DefinitionSubstitutions) },
    ]);
  });

  it('is durable, encrypted, traced, and logs which state when, but no data', () => {
    expect(settings).toEqual({
      StateMachineName: 'sallyport-dev-onboarding',
      StateMachineType: 'STANDARD',
      RoleArn: { 'Fn::GetAtt': ['OnboardingStateMachineRole', 'Arn'] },
      EncryptionConfiguration: {
        Type: 'CUSTOMER_MANAGED_KMS_KEY',
        KmsKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] },
        KmsDataKeyReusePeriodSeconds: 900,
      },
      LoggingConfiguration: {
        Level: 'ALL',
        IncludeExecutionData: false,
        Destinations: [
          { CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['OnboardingLogGroup', 'Arn'] } } },
        ],
      },
      TracingConfiguration: { Enabled: true },
    });
  });
});

describe('X-1 the end of an execution', () => {
  it("is heard whether the event names the machine, its alias or a version, and no other machine's", () => {
    const patterns = ofType('AWS::Events::Rule').map(({ Properties }) => Properties['EventPattern']);
    const prefix = { 'Fn::Sub': '${OnboardingStateMachine}:' };
    expect(patterns).toContainEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [{ Ref: 'OnboardingStateMachine' }, { prefix }],
        status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    });
  });
});

describe('WF-12 a new version of the state machine', () => {
  const machine = { Ref: 'OnboardingStateMachine' };

  it('is made whenever the machine changes, and the old ones stay', () => {
    expect(resource('OnboardingVersion')).toEqual({
      Type: 'AWS::StepFunctions::StateMachineVersion',
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      DependsOn: [],
      Properties: {
        StateMachineArn: machine,
        StateMachineRevisionId: { 'Fn::GetAtt': ['OnboardingStateMachine', 'StateMachineRevisionId'] },
      },
    });
  });

  it('is tried with a part of the onboardings, but in dev', () => {
    expect(resource('OnboardingLive').Properties).toEqual({
      Name: 'live',
      DeploymentPreference: {
        StateMachineVersionArn: { Ref: 'OnboardingVersion' },
        Type: 'ALL_AT_ONCE',
        Percentage: 20,
        Interval: 45,
        Alarms: expect.any(Array) as unknown,
      },
    });
    const { params } = z
      .looseObject({ params: z.record(z.string(), z.looseObject({ deploymentType: z.string().optional() })) })
      .parse(parse(readFileSync('serverless.yml', 'utf8')));
    expect(Object.entries(params).map(([stage, { deploymentType }]) => [stage, deploymentType])).toEqual([
      ['default', 'CANARY'],
      ['dev', 'ALL_AT_ONCE'],
      ['uat', undefined],
      ['prod', undefined],
    ]);
  });

  it('is taken back by alarms that are there: of onboardings that fail, and of functions that it does not fit', () => {
    const { Alarms } = z
      .object({ Alarms: z.array(z.strictObject({ Ref: z.string() })) })
      .parse(resource('OnboardingLive').Properties['DeploymentPreference']);
    expect(Alarms.map(({ Ref }) => [resource(Ref).Type, resource(Ref).Properties['AlarmName']])).toEqual([
      ['AWS::CloudWatch::Alarm', 'sallyport-dev-onboardings-failed'],
      ['AWS::CloudWatch::Alarm', 'sallyport-dev-defects'],
    ]);
  });

  it('is what every function starts onboardings by that may start any', () => {
    const startedBy = ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
      const [role] = z
        .object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })
        .parse(Properties['Role'])['Fn::GetAtt'];
      const starting = allowingStatements(resource(role).Properties).filter(({ Action }) =>
        Action.includes('states:StartExecution'),
      );
      // Step Functions requires a permission for the machine, even if one of its aliases is named.
      for (const { Resource } of starting) expect(Resource, role).toEqual([`${machine.Ref}.Arn`]);
      const { Variables } = z
        .object({ Variables: z.record(z.string(), z.unknown()) })
        .parse(Properties['Environment']);
      return starting.length === 0
        ? []
        : [[String(Properties['FunctionName']), Variables['STATE_MACHINE_ARN']]];
    });
    expect(startedBy.toSorted()).toEqual(
      ['onboarding-sweep', 'redrive', 'servicenow-webhook'].map((name) => [
        `sallyport-dev-${name}`,
        { Ref: 'OnboardingLive' },
      ]),
    );
  });
});
