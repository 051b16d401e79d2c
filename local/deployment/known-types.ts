import type { Template } from '../cloudformation/template.ts';

/** The properties of a resource type: those that the twin uses, and those that have no effect here. */
interface KnownType {
  readonly acts?: readonly string[];
  readonly ignores?: readonly string[];
}

/** Types whose resources have no effect on the twin, whatever their properties. */
const withoutEffect = [
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::ClientCertificate',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::DomainName',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Cognito::ManagedLoginBranding',
  'AWS::Cognito::UserPoolDomain',
  'AWS::Cognito::UserPoolGroup',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Route53::RecordSet',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SES::EmailIdentity',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
] as const;

/**
 * The CloudFormation types and properties that the twin knows. `docs/differences.md` describes the
 * consequences of those it ignores, and a test compares that page with these lists.
 */
export const knownTypes: Readonly<Record<string, KnownType>> = {
  'AWS::ApiGateway::Authorizer': {
    acts: ['AuthorizerResultTtlInSeconds', 'AuthorizerUri', 'IdentitySource', 'RestApiId', 'Type'],
    ignores: ['Name'],
  },
  'AWS::ApiGateway::GatewayResponse': {
    acts: ['ResponseParameters', 'ResponseTemplates', 'ResponseType', 'RestApiId', 'StatusCode'],
  },
  'AWS::ApiGateway::Method': {
    acts: [
      'ApiKeyRequired',
      'AuthorizationType',
      'AuthorizerId',
      'HttpMethod',
      'Integration',
      'ResourceId',
      'RestApiId',
    ],
    ignores: ['MethodResponses', 'RequestParameters'],
  },
  'AWS::ApiGateway::Resource': { acts: ['ParentId', 'PathPart', 'RestApiId'] },
  'AWS::ApiGateway::RestApi': {
    acts: ['ApiKeySourceType', 'BinaryMediaTypes', 'Name'],
    ignores: ['DisableExecuteApiEndpoint', 'EndpointConfiguration', 'Policy'],
  },
  'AWS::ApiGateway::Stage': {
    acts: ['RestApiId', 'StageName'],
    ignores: ['AccessLogSetting', 'ClientCertificateId', 'DeploymentId', 'MethodSettings', 'TracingEnabled'],
  },
  'AWS::ApiGateway::UsagePlan': { acts: ['Quota', 'Throttle', 'UsagePlanName'], ignores: ['ApiStages'] },
  'AWS::Cognito::UserPool': {
    acts: ['LambdaConfig', 'UserPoolName', 'UserPoolTier'],
    ignores: [
      'AccountRecoverySetting',
      'AdminCreateUserConfig',
      'AutoVerifiedAttributes',
      'DeletionProtection',
      'EnabledMfas',
      'IssuerConfiguration',
      'MfaConfiguration',
      'Policies',
      'UsernameAttributes',
      'UsernameConfiguration',
    ],
  },
  'AWS::Cognito::UserPoolClient': {
    acts: ['AccessTokenValidity', 'ClientName', 'TokenValidityUnits', 'UserPoolId'],
    ignores: [
      'AllowedOAuthFlows',
      'AllowedOAuthFlowsUserPoolClient',
      'AllowedOAuthScopes',
      'CallbackURLs',
      'EnableTokenRevocation',
      'ExplicitAuthFlows',
      'GenerateSecret',
      'IdTokenValidity',
      'LogoutURLs',
      'PreventUserExistenceErrors',
      'RefreshTokenValidity',
      'SupportedIdentityProviders',
    ],
  },
  'AWS::Cognito::UserPoolResourceServer': { acts: ['Identifier', 'Name', 'Scopes', 'UserPoolId'] },
  'AWS::DynamoDB::Table': {
    acts: ['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema', 'TableName'],
    ignores: [
      'DeletionProtectionEnabled',
      'PointInTimeRecoverySpecification',
      'SSESpecification',
      'TimeToLiveSpecification',
    ],
  },
  'AWS::Events::Rule': { acts: ['EventPattern', 'Name', 'ScheduleExpression', 'State', 'Targets'] },
  'AWS::IAM::ManagedPolicy': { acts: ['PolicyDocument'], ignores: ['Description'] },
  'AWS::IAM::Role': { acts: ['ManagedPolicyArns', 'Policies'], ignores: ['AssumeRolePolicyDocument'] },
  'AWS::IAM::RolePolicy': { acts: ['PolicyDocument', 'PolicyName', 'RoleName'] },
  'AWS::KMS::Alias': { acts: ['AliasName', 'TargetKeyId'] },
  'AWS::KMS::Key': {
    acts: ['KeySpec', 'KeyUsage', 'MultiRegion'],
    ignores: ['Description', 'EnableKeyRotation', 'KeyPolicy'],
  },
  'AWS::Lambda::Function': {
    acts: ['Environment', 'FunctionName', 'Handler', 'MemorySize', 'Role', 'Timeout'],
    ignores: [
      'Architectures',
      'Code',
      'Description',
      'ReservedConcurrentExecutions',
      'Runtime',
      'TracingConfig',
    ],
  },
  'AWS::Lambda::Permission': { acts: ['FunctionName', 'Principal'], ignores: ['Action', 'SourceArn'] },
  'AWS::SES::ConfigurationSet': {
    acts: ['Name'],
    ignores: ['DeliveryOptions', 'ReputationOptions', 'SuppressionOptions'],
  },
  'AWS::StepFunctions::StateMachine': {
    acts: [
      'DefinitionString',
      'DefinitionSubstitutions',
      'EncryptionConfiguration',
      'RoleArn',
      'StateMachineName',
      'StateMachineType',
    ],
    ignores: ['LoggingConfiguration', 'TracingConfiguration'],
  },
  'AWS::StepFunctions::StateMachineAlias': { acts: ['DeploymentPreference', 'Name'] },
  'AWS::StepFunctions::StateMachineVersion': {
    acts: ['StateMachineArn'],
    ignores: ['StateMachineRevisionId'],
  },
  'AWS::WAFv2::WebACL': {
    acts: ['CustomResponseBodies', 'DefaultAction', 'Name', 'Rules'],
    ignores: ['Scope', 'VisibilityConfig'],
  },
  'AWS::WAFv2::WebACLAssociation': { acts: ['WebACLArn'], ignores: ['ResourceArn'] },
  ...Object.fromEntries(withoutEffect.map((type) => [type, {}])),
};

/** Tells whether a type has no effect. Such a type may have any property. */
export const isWithoutEffect = (type: string): boolean => withoutEffect.some((known) => known === type);

/**
 * Returns the parts of a template that the twin does not know, each with the number of resources that have
 * it.
 */
export function unknownIn({ Resources }: Template): string[] {
  const counts = new Map<string, number>();
  for (const { Type, Properties } of Object.values(Resources)) {
    const known = knownTypes[Type];
    if (known === undefined) count(counts, Type);
    else if (!isWithoutEffect(Type)) {
      const names = new Set([...(known.acts ?? []), ...(known.ignores ?? [])]);
      for (const name of Object.keys(Properties)) if (!names.has(name)) count(counts, `${Type} ${name}`);
    }
  }
  return [...counts].map(([what, times]) => (times === 1 ? what : `${what} (${times} ×)`));
}

const count = (counts: Map<string, number>, what: string): void => {
  counts.set(what, (counts.get(what) ?? 0) + 1);
};
