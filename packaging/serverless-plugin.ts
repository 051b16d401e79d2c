import { DescribeTableCommand, DynamoDBClient, type DynamoDBClientConfig, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { join } from 'node:path';
import * as z from 'zod';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import { findSampleHosts, sampleHostsMessage } from '../resources/sample-hosts.ts';
import { bundleAll } from './bundle.ts';

/** What the plugin uses of the framework. */
export interface Framework {
  readonly processedInput: { readonly commands: readonly string[]; readonly options: { readonly param?: readonly string[] } };
  /** serverless.yml, with its variables resolved. */
  readonly configurationInput: { readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly service: { readonly service: string | null };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): { getStage(): string; getAwsSdkV3Config(): Promise<DynamoDBClientConfig> };
}

const environments = z.enum(['DEV', 'UAT', 'PROD']);

/**
 * Has `serverless package` and `serverless deploy` bundle the functions first, unless whoever calls has just had them
 * bundled: the bundles are the same for all stages. Refuses a deployment that could not work, before it begins.
 */
export default class SallyportPlugin {
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;

  constructor(framework: Framework) {
    this.hooks = {
      ...(process.env['SALLYPORT_BUNDLES'] !== 'made' && { 'before:package:createDeploymentArtifacts': bundleAll }),
      'initialize': () => {
        const deploys = framework.processedInput.commands.join(' ') === 'deploy';
        if (deploys && !isLoopback(process.env['AWS_ENDPOINT_URL'])) refuseSampleHosts(framework);
      },
      'before:deploy:deploy': () => refuseProtectedFirstDeployment(framework),
    };
  }
}

/** Whoever deploys to a stand-in of AWS on this machine has stand-ins of the others here, too. */
const isLoopback = (endpoint: string | undefined): boolean => /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(URL.parse(endpoint ?? '')?.hostname ?? '');

function refuseSampleHosts(framework: Framework): void {
  const stage = framework.getProvider('aws').getStage();
  const parameters = parametersOf(framework, stage);
  const { catalogue } = readCatalogueSource(join(import.meta.dirname, '../catalogue.yml'));
  const message = sampleHostsMessage(stage, findSampleHosts({ parameters, catalogue, environment: environments.parse(parameters['environment']) }));
  if (message !== undefined) throw new framework.classes.Error(message, 'SAMPLE_HOSTS');
}

/** CloudFormation could not take back a protected table or pool if the first deployment failed; the next would meet its name. */
async function refuseProtectedFirstDeployment(framework: Framework): Promise<void> {
  const provider = framework.getProvider('aws');
  const stage = provider.getStage();
  if (parametersOf(framework, stage)['deletionProtection'] !== 'on') return;
  const client = new DynamoDBClient(await provider.getAwsSdkV3Config());
  try {
    await client.send(new DescribeTableCommand({ TableName: `${String(framework.service.service)}-${stage}` }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new framework.classes.Error([
      `Stage ${stage} is not deployed. This is its first deployment: if it failed, a protected table could not be taken back.`,
      `Deploy it once without protection, and then again with it: serverless deploy --stage ${stage} --param="deletionProtection=off"`,
    ].join('\n'), 'PROTECTED_FIRST_DEPLOYMENT');
  } finally {
    client.destroy();
  }
}

/** The parameters as the framework takes them: the command line's before the stage's before the default ones. */
function parametersOf({ processedInput, configurationInput: { params = {} } }: Framework, stage: string): Readonly<Record<string, unknown>> {
  const given = (processedInput.options.param ?? []).map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1).trimEnd()] as const);
  return { ...params['default'], ...params[stage], ...Object.fromEntries(given) };
}
