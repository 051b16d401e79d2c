import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import { findSampleHosts, isLoopback, sampleHostsMessage } from '../resources/sample-hosts.ts';
import { bundleAll } from './bundle.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** Of the framework, what this plugin touches. */
export interface Framework {
  readonly serviceDir: string;
  readonly processedInput: {
    readonly commands: readonly string[];
    readonly options: { readonly param?: readonly string[] };
  };
  /** serverless.yml, with its variables resolved. */
  readonly configurationInput: { readonly params?: Readonly<Record<string, Parameters>> };
  readonly service: {
    readonly service: string;
    readonly functions: Readonly<Record<string, { readonly package: { artifact: string } }>>;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): { getStage(): string; getAwsSdkV3Config(): Promise<DynamoDBClientConfig> };
}

/** A zip without files: only the record that ends one (APPNOTE.TXT section 4.3.16). */
const emptyZip = Buffer.concat([Buffer.from([0x50, 0x4b, 0x05, 0x06]), Buffer.alloc(18)]);

/**
 * Has `serverless package` and `serverless deploy` bundle the functions first. The variable SALLYPORT_BUNDLES says
 * otherwise where a script packages: `made`, the bundles lie in `build/`; `none`, only the template is wanted.
 * Refuses a deployment that could not work, before it begins.
 */
export default class SallyportPlugin {
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;

  constructor(framework: Framework) {
    const bundle =
      {
        made: () => undefined,
        none: () => {
          useEmptyArtifacts(framework);
        },
      }[process.env['SALLYPORT_BUNDLES'] ?? ''] ?? bundleAll;
    this.hooks = {
      'before:package:createDeploymentArtifacts': bundle,
      initialize: () => {
        if (deploysToAws(framework)) refuseSampleHosts(framework);
      },
      'before:deploy:deploy': () => refuseProtectedFirstDeployment(framework),
    };
  }
}

/** The framework wants each artifact to be there. */
function useEmptyArtifacts({ serviceDir, service }: Framework): void {
  const artifact = join('build', 'empty.zip');
  mkdirSync(join(serviceDir, 'build'), { recursive: true });
  writeFileSync(join(serviceDir, artifact), emptyZip);
  for (const fn of Object.values(service.functions)) fn.package.artifact = artifact;
}

/** Whoever deploys to a stand-in of AWS on this machine has stand-ins of the other vendors here, too. */
const deploysToAws = ({ processedInput }: Framework): boolean =>
  processedInput.commands.join(' ') === 'deploy' && !isLoopback(process.env['AWS_ENDPOINT_URL']);

function refuseSampleHosts(framework: Framework): void {
  const stage = framework.getProvider('aws').getStage();
  // Nobody sets publicUrl: it follows from domainName.
  const parameters = { ...parametersOf(framework, stage), publicUrl: undefined };
  const environment = z.enum(['DEV', 'UAT', 'PROD']).parse(parametersOf(framework, stage)['environment']);
  const { catalogue } = readCatalogueSource(join(import.meta.dirname, '../catalogue.yml'));
  const message = sampleHostsMessage(stage, findSampleHosts({ parameters, catalogue, environment }));
  if (message !== undefined) throw new framework.classes.Error(message, 'SAMPLE_HOSTS');
}

/**
 * If the first deployment failed, CloudFormation could not delete a protected table or user pool, and the
 * next deployment would find its name taken.
 */
async function refuseProtectedFirstDeployment(framework: Framework): Promise<void> {
  const provider = framework.getProvider('aws');
  const stage = provider.getStage();
  if (parametersOf(framework, stage)['deletionProtection'] !== 'on') return;
  // Takes time to load, and packaging does without.
  const { DescribeTableCommand, DynamoDBClient, ResourceNotFoundException } =
    await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient(await provider.getAwsSdkV3Config());
  try {
    await client.send(new DescribeTableCommand({ TableName: `${framework.service.service}-${stage}` }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new framework.classes.Error(
      [
        `Stage ${stage} is not deployed: if its first deployment failed, a protected table would stay.`,
        'Deploy it once without protection, and then again with it:',
        `serverless deploy --stage ${stage} --param="deletionProtection=off"`,
      ].join('\n'),
      'PROTECTED_FIRST_DEPLOYMENT',
    );
  } finally {
    client.destroy();
  }
}

/** As the framework takes them: the command line's before the stage's before the default ones. */
function parametersOf({ processedInput, configurationInput }: Framework, stage: string): Parameters {
  const { params = {} } = configurationInput;
  const given = (processedInput.options.param ?? []).map((item): [string, string] => {
    const end = item.indexOf('=');
    return [item.slice(0, end), item.slice(end + 1).trimEnd()];
  });
  return { ...params['default'], ...params[stage], ...Object.fromEntries(given) };
}
