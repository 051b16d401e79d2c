import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import { findSampleHosts, isLoopback, sampleHostsMessage } from '../resources/sample-hosts.ts';
import { bundleAll } from './bundle.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** The parts of the framework that this plugin uses. */
export interface Framework {
  readonly serviceDir: string;
  readonly processedInput: {
    readonly commands: readonly string[];
    readonly options: { readonly param?: readonly string[] };
  };
  /** serverless.yml with its variables resolved. */
  readonly configurationInput: { readonly params?: Readonly<Record<string, Parameters>> };
  readonly service: {
    readonly service: string;
    readonly functions: Readonly<Record<string, { readonly package: { artifact: string } }>>;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): { getStage(): string; getAwsSdkV3Config(): Promise<DynamoDBClientConfig> };
}

/** A zip without files. It contains only the end record (APPNOTE.TXT section 4.3.16). */
const emptyZip = Buffer.concat([Buffer.from([0x50, 0x4b, 0x05, 0x06]), Buffer.alloc(18)]);

/**
 * Bundles the functions before `serverless package` and `serverless deploy`. A script that packages may set
 * SALLYPORT_BUNDLES: `made` uses the bundles in `build/`; `none` only creates the template.
 *
 * It also refuses a deployment that could not work, before it begins.
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

/** Uses an empty zip for every function, because the framework requires that each artifact exists. */
function useEmptyArtifacts({ serviceDir, service }: Framework): void {
  const artifact = join('build', 'empty.zip');
  mkdirSync(join(serviceDir, 'build'), { recursive: true });
  writeFileSync(join(serviceDir, artifact), emptyZip);
  for (const fn of Object.values(service.functions)) fn.package.artifact = artifact;
}

/**
 * Returns whether this deploys to AWS. With a stand-in of AWS on this machine, the other vendors are
 * stand-ins too.
 */
const deploysToAws = ({ processedInput }: Framework): boolean =>
  processedInput.commands.join(' ') === 'deploy' && !isLoopback(process.env['AWS_ENDPOINT_URL']);

function refuseSampleHosts(framework: Framework): void {
  const stage = framework.getProvider('aws').getStage();
  // `publicUrl` is never set, since it follows from domainName.
  const parameters = { ...parametersOf(framework, stage), publicUrl: undefined };
  const environment = z.enum(['DEV', 'UAT', 'PROD']).parse(parametersOf(framework, stage)['environment']);
  const { catalogue } = readCatalogueSource(join(import.meta.dirname, '../catalogue.yml'));
  const message = sampleHostsMessage(stage, findSampleHosts({ parameters, catalogue, environment }));
  if (message !== undefined) throw new framework.classes.Error(message, 'SAMPLE_HOSTS');
}

/**
 * Refuses deletion protection in a stage's first deployment. If that deployment failed, CloudFormation could
 * not delete a protected table or user pool, and the next deployment would find the names taken.
 */
async function refuseProtectedFirstDeployment(framework: Framework): Promise<void> {
  const provider = framework.getProvider('aws');
  const stage = provider.getStage();
  if (parametersOf(framework, stage)['deletionProtection'] !== 'on') return;
  // The import takes time, and packaging does not need it.
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

/** Returns the parameters with the framework's precedence: command line, then stage, then defaults. */
function parametersOf({ processedInput, configurationInput }: Framework, stage: string): Parameters {
  const { params = {} } = configurationInput;
  const given = (processedInput.options.param ?? []).map((item): [string, string] => {
    const end = item.indexOf('=');
    return [item.slice(0, end), item.slice(end + 1).trimEnd()];
  });
  return { ...params['default'], ...params[stage], ...Object.fromEntries(given) };
}
