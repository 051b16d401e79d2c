import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/client.ts';
import { isLoopback } from '../../resources/sample-hosts.ts';

/** Returns whether the AWS endpoint in the environment is a stand-in on this machine. */
export const isStandIn = (env: NodeJS.ProcessEnv): boolean => isLoopback(env['AWS_ENDPOINT_URL']);

/**
 * Creates the clients of every AWS API that bootstrap and teardown call. Credentials and endpoint come from
 * the usual AWS_* variables.
 */
export function createAwsClients(region: string) {
  // Retries are safe: each call only reads, or may be repeated.
  const settings = { ...clientSettings({ maxAttempts: 5, requestTimeout: 60_000 }), region };
  return {
    apiGateway: new APIGatewayClient(settings),
    cloudFormation: new CloudFormationClient(settings),
    cognito: new CognitoIdentityProviderClient(settings),
    dynamoDb: new DynamoDBClient(settings),
    kms: new KMSClient(settings),
    lambda: new LambdaClient(settings),
    logs: new CloudWatchLogsClient(settings),
    s3: new S3Client(settings),
    secrets: new SecretsManagerClient(settings),
    ses: new SESv2Client(settings),
    sfn: new SFNClient(settings),
    sns: new SNSClient(settings),
    sts: new STSClient(settings),
    /** Creates a client of SES in another Region. */
    sesIn: (other: string) => new SESv2Client({ ...settings, region: other }),
  };
}

export type BootstrapAwsClients = ReturnType<typeof createAwsClients>;

/** Returns AWS's answer, or undefined if the resource does not exist. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && isMissing(error)) return undefined;
    throw error;
  }
}

const isMissing = ({ name, message }: Error): boolean =>
  /^(?:ResourceNotFoundException|NotFoundException|NoSuchBucket|NotFound)$/u.test(name) ||
  (name === 'ValidationError' && message.includes('does not exist'));
