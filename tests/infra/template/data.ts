import { describe, expect, it } from 'vitest';
import { idsOfType, ofType, resource, resources } from './packaged.ts';

const dataKey = { 'Fn::GetAtt': ['DataKey', 'Arn'] };

describe('what is kept', () => {
  // Threat T-83
  it("is encrypted with the customer's key: the table, the failed events, the alerts, every log", () => {
    expect(ofType('AWS::DynamoDB::Table').map(({ Properties }) => Properties['SSESpecification'])).toEqual([
      { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: dataKey },
    ]);
    for (const [type, property] of [
      ['AWS::SQS::Queue', 'KmsMasterKeyId'],
      ['AWS::SNS::Topic', 'KmsMasterKeyId'],
      ['AWS::Logs::LogGroup', 'KmsKeyId'],
    ] as const) {
      for (const id of idsOfType(type)) expect(resources[id]?.Properties[property], id).toEqual(dataKey);
    }
  });

  it('can be restored: the table to any second, and the key turns itself over', () => {
    expect(resource('Table').Properties['PointInTimeRecoverySpecification']).toEqual({
      PointInTimeRecoveryEnabled: true,
    });
    expect(resource('DataKey').Properties['EnableKeyRotation']).toBe(true);
  });

  it('is forgotten in time: every log has an end', () => {
    for (const id of idsOfType('AWS::Logs::LogGroup')) {
      expect(resources[id]?.Properties['RetentionInDays'], id).toBeOneOf([90, 365]);
    }
  });

  it('has a log group for every function, so that none makes one without an end', () => {
    const groups = ofType('AWS::Logs::LogGroup').map(({ Properties }) => Properties['LogGroupName']);
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      expect(groups).toContain(`/aws/lambda/${String(Properties['FunctionName'])}`);
      expect(Properties['TracingConfig'], String(Properties['FunctionName'])).toEqual({ Mode: 'Active' });
    }
  });
});
