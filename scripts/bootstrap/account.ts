import { GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { readFileSync } from 'node:fs';
import { findStack } from './stack.ts';
import type { BootstrapStep } from './step.ts';

/**
 * Checks that the credentials belong to the stage's account. All later steps would otherwise change another
 * account.
 */
export const account: BootstrapStep = {
  name: 'account',
  check: async ({ aws, parameters }) => {
    const { Account = '', Arn = '' } = await aws.sts.send(new GetCallerIdentityCommand({}));
    if (Account !== parameters.account) {
      return {
        problems: [
          {
            what: `The credentials belong to account ${Account} (${Arn}), but the parameter account is ${parameters.account}.`,
            remedy: 'Log in to the account that the parameter names, or correct the parameter.',
          },
        ],
      };
    }
    return { facts: [`account ${Account}, Region ${parameters.region}, as ${Arn}`] };
  },
};

const logsStack = 'api-gateway-logs';
const logsTemplate = 'resources/account/api-gateway-logs.yml';

/**
 * Gives API Gateway the role with which it writes the logs of all APIs of an account and Region. Without it,
 * no stage can be created.
 */
export const logRole: BootstrapStep = {
  name: 'log-role',
  check: async ({ aws }) => {
    const { cloudwatchRoleArn = '' } = await aws.apiGateway.send(new GetAccountCommand({}));
    if (cloudwatchRoleArn !== '') return { facts: [`API Gateway writes its logs as ${cloudwatchRoleArn}`] };
    if ((await findStack({ aws, stack: logsStack })) !== undefined) {
      return {
        problems: [
          {
            what: `API Gateway has no role to write logs by, although the stack ${logsStack} has given it one: somebody has taken it away.`,
            remedy: `Delete the stack ${logsStack}, which keeps its role, and run the command again.`,
          },
        ],
      };
    }
    return {
      changes: [
        `create the stack ${logsStack} from ${logsTemplate}: the role by which API Gateway writes its logs`,
      ],
    };
  },
  run: async ({ aws: { cloudFormation } }) => {
    await cloudFormation.send(
      new CreateStackCommand({
        StackName: logsStack,
        TemplateBody: readFileSync(logsTemplate, 'utf8'),
        Capabilities: ['CAPABILITY_IAM'],
      }),
    );
    await waitUntilStackCreateComplete(
      { client: cloudFormation, maxWaitTime: 300, minDelay: 1, maxDelay: 5 },
      { StackName: logsStack },
    );
    return [`created the stack ${logsStack}`];
  },
};

/** A new account may be limited to ten concurrent executions. AWS raises the limit on request. */
const sufficientConcurrency = 100;

export const concurrency: BootstrapStep = {
  name: 'concurrency',
  check: async ({ aws }) => {
    const { AccountLimit } = await aws.lambda.send(new GetAccountSettingsCommand({}));
    const limit = AccountLimit?.ConcurrentExecutions ?? 0;
    const fact = `Lambda runs up to ${limit} functions at once in this account and Region`;
    if (limit >= sufficientConcurrency) return { facts: [fact] };
    return {
      facts: [fact],
      warnings: [
        `${limit} at once is enough to try Sallyport, not to run it. Ask for 1,000 in Service Quotas: ` +
          'AWS Lambda, Concurrent executions (L-B99A9384).',
      ],
    };
  },
};
