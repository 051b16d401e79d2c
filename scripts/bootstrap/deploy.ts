import { DescribeStackEventsCommand, type StackEvent } from '@aws-sdk/client-cloudformation';
import { GetConfigurationSetCommand, GetEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mailDomains, type Origin } from '../../resources/mail-identities.ts';
import { unlessMissing } from './aws.ts';
import { serverlessParams } from './parameters.ts';
import { isProtected, protectionParams, wantsProtection } from './protection.ts';
import { findStack, resourcesOf } from './stack.ts';
import { type BootstrapContext, type StepProblem, type BootstrapStep, StepFailed } from './step.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Deploys the stack with the Serverless Framework, as every later deployment does. An existing deletion
 * protection stays.
 */
export const deploy: BootstrapStep = {
  name: 'deploy',
  check: async (context) => {
    const {
      stack,
      parameters: { stage },
    } = context;
    const origins = await mailOrigins(context);
    if ('problem' in origins) return { problems: [origins.problem] };
    const protectedAlready = await isProtected(context);
    let how = '';
    if (protectedAlready) how = ', protected as it is';
    else if (wantsProtection(stage)) how = ', without protection until the smoke test has passed';
    return {
      changes: [`${(await findStack(context)) === undefined ? 'create' : 'update'} the stack ${stack}${how}`],
    };
  },
  run: async (context) => runDeployment(context, await isProtected(context)),
};

/**
 * Packages and deploys the stage.
 * @throws {StepFailed} naming the resources that could not be created, and why
 */
export async function runDeployment(
  context: BootstrapContext,
  withProtection: boolean,
): Promise<readonly string[]> {
  const { stack, parameters, say } = context;
  const { stage, region } = parameters;
  const origins = await mailOrigins(context);
  if ('problem' in origins) throw new StepFailed(origins.problem);
  const params = {
    ...origins.params,
    ...serverlessParams(parameters),
    ...protectionParams(stage, withProtection),
  };
  const logFile = join(root, 'build', `deploy-${stage}.log`);
  say(`packaging and deploying; every line is in ${logFile}`);
  const started = context.clock.now();
  const { exitCode, lastLines } = await runServerless(
    [
      'deploy',
      '--stage',
      stage,
      '--region',
      region,
      '--verbose',
      ...Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
    ],
    logFile,
  );
  if (exitCode !== 0) {
    const failures = await failedResources(context, started);
    const reasons = failures.length > 0 ? failures : lastLines;
    throw new StepFailed({
      what: `The deployment of ${stack} failed: ${reasons.join('; ')}`,
      remedy: `Mend that, and run the same command again: it goes on from here. Every line of the deployment: ${logFile}`,
    });
  }
  return [`the stack ${stack} is deployed`];
}

function runServerless(
  args: readonly string[],
  logFile: string,
): Promise<{ readonly exitCode: number; readonly lastLines: readonly string[] }> {
  mkdirSync(join(root, 'build'), { recursive: true });
  const log = createWriteStream(logFile);
  const child = spawn(process.execPath, [join(root, 'node_modules/serverless/bin/serverless.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      if (line.trim() !== '') lines.push(line.trim());
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      log.end(() => {
        resolve({ exitCode: code ?? 1, lastLines: errorLines(lines) });
      }),
    );
  });
}

/**
 * Returns the lines after the framework's heading `Error:`, or the last lines if there is no such heading.
 */
function errorLines(lines: readonly string[]): readonly string[] {
  const heading = lines.findLastIndex((line) => line === 'Error:');
  return heading === -1 ? lines.slice(-3) : lines.slice(heading + 1, heading + 4);
}

/**
 * Returns the resources that have failed since then, the first one first. Resources that were cancelled
 * because of another failure are left out.
 */
async function failedResources({ aws, stack }: BootstrapContext, since: Date): Promise<readonly string[]> {
  const answer = await unlessMissing(
    aws.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stack })),
  );
  const isFailure = ({ ResourceStatus, ResourceStatusReason = '', Timestamp }: StackEvent): boolean =>
    ResourceStatus?.endsWith('_FAILED') === true &&
    !ResourceStatusReason.includes('cancelled') &&
    (Timestamp ?? since) >= since;
  return (answer?.StackEvents ?? [])
    .filter(isFailure)
    .reverse()
    .slice(0, 5)
    .map(
      ({ LogicalResourceId = '', ResourceType = '', ResourceStatusReason = '' }) =>
        `${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason}`,
    );
}

/**
 * Decides whether the stack creates the mail domains and their configuration set, or uses existing ones. What
 * the stack has created stays in the stack. What SES has from elsewhere is used as it is. A choice in the
 * parameter file takes precedence.
 */
async function mailOrigins(
  context: BootstrapContext,
): Promise<{ readonly params: Readonly<Record<string, string>> } | { readonly problem: StepProblem }> {
  const { aws, stack, catalogue, parameters } = context;
  const types = new Set([...(await resourcesOf(context, stack)).values()].map(({ type }) => type));
  const domains = mailDomains(catalogue);
  const known = await Promise.all(
    domains.map(
      async (domain) =>
        (await unlessMissing(aws.ses.send(new GetEmailIdentityCommand({ EmailIdentity: domain })))) !==
        undefined,
    ),
  );
  const configurationSet = await unlessMissing(
    aws.ses.send(new GetConfigurationSetCommand({ ConfigurationSetName: stack })),
  );

  const own = types.has('AWS::SES::EmailIdentity');
  const some = known.some(Boolean);
  if (!own && some && !known.every(Boolean) && parameters.serverless['mailIdentities'] === undefined) {
    const missing = domains.filter((_, index) => known[index] === false);
    return {
      problem: {
        what: `SES knows some mail domains of catalogue.yml, and not ${missing.join(', ')}; a stack creates all of them or none.`,
        remedy: 'Create the missing ones in the SES console, or delete the others if nothing uses them.',
      },
    };
  }
  const origin = (isOwn: boolean, exists: boolean): Origin => (!isOwn && exists ? 'existing' : 'create');
  return {
    params: {
      mailIdentities: origin(own, some),
      mailConfigurationSet: origin(types.has('AWS::SES::ConfigurationSet'), configurationSet !== undefined),
    },
  };
}
