import { createHash } from 'node:crypto';
import { account, arnOf, region } from '../aws/service.ts';
import { stateMachineArn } from '../aws/step-functions/arns.ts';

/** The values by which the rest of a template refers to a resource: those of `Ref` and of `Fn::GetAtt`. */
export interface Identity {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A resource whose identity is needed. */
export interface Named {
  readonly logicalId: string;
  readonly stackName: string;
  /** Returns the evaluated text of a property, or undefined if the resource does not have it. */
  property(name: string): string | undefined;
}

/** The URL of the twin's Cognito, which user pools name in their attributes. */
export interface IdentityPlace {
  readonly awsUrl: string;
}

type Identify = (resource: Named, place: IdentityPlace) => Identity;

/**
 * Returns an id that AWS would generate: digits and lower-case letters. Here it is the same at every start.
 */
const generatedId = ({ stackName, logicalId }: Named, length: number): string =>
  createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, length);

/** Returns a generated id like `generatedId`, in the format of a UUID. Key ids have this format. */
function generatedUuid(resource: Named): string {
  const digits = generatedId(resource, 32);
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20),
  ];
  return parts.join('-');
}

/**
 * Returns the name from a property, or the one that CloudFormation derives from the stack and the resource.
 */
const nameOf = (resource: Named, property: string): string =>
  resource.property(property) ?? `${resource.stackName}-${resource.logicalId}`;

/** Identifies a resource by its name. The ARN contains the name. */
const named =
  (property: string, arn: (name: string) => string): Identify =>
  (resource) => {
    const name = nameOf(resource, property);
    return { id: name, attributes: { Arn: arn(name) } };
  };

/** Identifies a resource by a generated id of ten digits. */
const numbered =
  (attribute: string): Identify =>
  (resource) => {
    const id = generatedId(resource, 10);
    return { id, attributes: { [attribute]: id } };
  };

/**
 * Removes the stack's name, so that generated ids are readable: `sallyport-dev-operators` becomes
 * `operators`.
 */
const shortName = ({ stackName }: Named, name: string): string =>
  name === stackName ? serviceName(stackName) : name.replace(`${stackName}-`, '');
const serviceName = (stackName: string): string => stackName.replace(/-[^-]+$/, '');

/**
 * The resource types whose identities the twin knows: all that other resources refer to. Names and ARNs have
 * AWS's format. Ids that AWS generates are the same at every start.
 */
const identities: Readonly<Record<string, Identify>> = {
  'AWS::ApiGateway::Authorizer': numbered('AuthorizerId'),
  'AWS::ApiGateway::ClientCertificate': numbered('ClientCertificateId'),
  'AWS::ApiGateway::Deployment': numbered('DeploymentId'),
  'AWS::ApiGateway::DomainName': (resource) => ({
    id: nameOf(resource, 'DomainName'),
    attributes: {
      RegionalDomainName: `d-${generatedId(resource, 10)}.execute-api.${region}.amazonaws.com`,
      RegionalHostedZoneId: `Z${generatedId(resource, 13).toUpperCase()}`,
    },
  }),
  'AWS::ApiGateway::Resource': numbered('ResourceId'),
  'AWS::ApiGateway::RestApi': (resource) => {
    const id = `${serviceName(resource.stackName)}1`;
    return { id, attributes: { RestApiId: id, RootResourceId: generatedId(resource, 10) } };
  },
  'AWS::ApiGateway::Stage': (resource) => ({ id: nameOf(resource, 'StageName'), attributes: {} }),
  'AWS::ApiGateway::UsagePlan': numbered('Id'),
  'AWS::CloudWatch::Alarm': named('AlarmName', (name) => arnOf('cloudwatch', `alarm:${name}`)),
  'AWS::Cognito::UserPool': (resource, { awsUrl }) => {
    const id = `${region}_${shortName(resource, nameOf(resource, 'UserPoolName'))}`;
    return {
      id,
      attributes: {
        Arn: arnOf('cognito-idp', `userpool/${id}`),
        UserPoolId: id,
        ProviderName: `cognito-idp.${region}.amazonaws.com/${id}`,
        ProviderURL: `${awsUrl}/${id}`,
      },
    };
  },
  'AWS::Cognito::UserPoolClient': (resource) => {
    const id = `${serviceName(resource.stackName)}${nameOf(resource, 'ClientName').replaceAll('-', '')}`;
    return { id, attributes: { ClientId: id } };
  },
  'AWS::Cognito::UserPoolDomain': (resource) => ({ id: nameOf(resource, 'Domain'), attributes: {} }),
  'AWS::DynamoDB::Table': named('TableName', (name) => arnOf('dynamodb', `table/${name}`)),
  'AWS::Events::Rule': named('Name', (name) => arnOf('events', `rule/${name}`)),
  'AWS::IAM::ManagedPolicy': (resource) => {
    const arn = `arn:aws:iam::${account}:policy/${nameOf(resource, 'ManagedPolicyName')}`;
    return { id: arn, attributes: { PolicyArn: arn } };
  },
  'AWS::IAM::Role': named('RoleName', (name) => `arn:aws:iam::${account}:role/${name}`),
  'AWS::KMS::Alias': (resource) => ({ id: nameOf(resource, 'AliasName'), attributes: {} }),
  'AWS::KMS::Key': (resource) => {
    // https://docs.aws.amazon.com/kms/latest/developerguide/mrk-how-it-works.html
    const id =
      resource.property('MultiRegion') === 'true'
        ? `mrk-${generatedId(resource, 32)}`
        : generatedUuid(resource);
    return { id, attributes: { Arn: arnOf('kms', `key/${id}`), KeyId: id } };
  },
  'AWS::Lambda::Function': named('FunctionName', (name) => arnOf('lambda', `function:${name}`)),
  'AWS::Logs::LogGroup': named('LogGroupName', (name) => arnOf('logs', `log-group:${name}:*`)),
  'AWS::S3::Bucket': named('BucketName', (name) => `arn:aws:s3:::${name}`),
  'AWS::SES::ConfigurationSet': (resource) => ({ id: nameOf(resource, 'Name'), attributes: {} }),
  'AWS::SNS::Topic': (resource) => {
    const name = nameOf(resource, 'TopicName');
    return { id: arnOf('sns', name), attributes: { TopicArn: arnOf('sns', name), TopicName: name } };
  },
  'AWS::SQS::Queue': (resource) => {
    const name = nameOf(resource, 'QueueName');
    const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    return { id: url, attributes: { Arn: arnOf('sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::StepFunctions::StateMachine': (resource) => {
    const name = nameOf(resource, 'StateMachineName');
    const arn = stateMachineArn(name);
    return { id: arn, attributes: { Arn: arn, Name: name, StateMachineRevisionId: generatedUuid(resource) } };
  },
  'AWS::StepFunctions::StateMachineAlias': (resource) => {
    const version = resource.property('DeploymentPreference.StateMachineVersionArn') ?? '';
    const arn = version.replace(/:\d+$/, `:${nameOf(resource, 'Name')}`);
    return { id: arn, attributes: { Arn: arn } };
  },
  'AWS::StepFunctions::StateMachineVersion': (resource) => {
    const arn = `${resource.property('StateMachineArn') ?? ''}:1`;
    return { id: arn, attributes: { Arn: arn } };
  },
  'AWS::WAFv2::WebACL': (resource) => {
    const id = generatedUuid(resource);
    return {
      id,
      attributes: { Arn: arnOf('wafv2', `regional/webacl/${nameOf(resource, 'Name')}/${id}`), Id: id },
    };
  },
};

/** Returns the identity of a resource, or undefined if the twin does not know the identities of its type. */
export const identify = (type: string, resource: Named, place: IdentityPlace): Identity | undefined =>
  identities[type]?.(resource, place);
