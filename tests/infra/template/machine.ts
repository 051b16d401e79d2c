import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stepFunctions } from '../../../resources/functions.ts';
import { faultsOfStateMachines } from '../../../scripts/state-machine-faults.ts';
import { resource, resources, template } from './packaged.ts';

const { Definition, DefinitionSubstitutions, ...settings } = z.looseObject({
  Definition: z.object({ States: z.record(z.string(), z.object({ Type: z.string(), Parameters: z.object({ FunctionName: z.string() }).optional() })) }),
  DefinitionSubstitutions: z.record(z.string(), z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })),
}).parse(resource('OnboardingStateMachine').Properties);

const functionName = (id: string): string => String(resources[id]?.Properties['FunctionName']).replace('sallyport-dev-', '');

describe('the packaged state machine', () => {
  it('is Amazon States Language with every placeholder filled', () => {
    expect(faultsOfStateMachines(template)).toEqual([]);
  });

  it('calls the functions that are steps, and its role may call no others', () => {
    const called = new Set(Object.values(Definition.States).flatMap(({ Type, Parameters }) => Type === 'Task' ? [Parameters?.FunctionName] : []));
    expect(called).toEqual(new Set(Object.keys(DefinitionSubstitutions).map((name) => `\${${name}}`)));
    expect(Object.values(DefinitionSubstitutions).map(({ 'Fn::GetAtt': [id] }) => functionName(id)).toSorted()).toEqual(stepFunctions.toSorted());
    const statements = z.object({ Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(z.object({ Action: z.unknown(), Resource: z.unknown() })) }) })) })
      .parse(resource('OnboardingStateMachineRole').Properties).Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements.filter(({ Action }) => JSON.stringify(Action).includes('lambda:')))
      .toEqual([{ Action: 'lambda:InvokeFunction', Resource: Object.values(DefinitionSubstitutions) }]);
  });

  it('is durable, encrypted, traced, and logs which state when, but no data', () => {
    expect(settings).toEqual({
      StateMachineName: 'sallyport-dev-onboarding',
      StateMachineType: 'STANDARD',
      RoleArn: { 'Fn::GetAtt': ['OnboardingStateMachineRole', 'Arn'] },
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] }, KmsDataKeyReusePeriodSeconds: 900 },
      LoggingConfiguration: {
        Level: 'ALL', IncludeExecutionData: false,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['OnboardingLogGroup', 'Arn'] } } }],
      },
      TracingConfiguration: { Enabled: true },
    });
  });
});
