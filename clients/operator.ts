import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { runningTwin, type TwinUrls } from './twin-process.ts';

/** Where an operator's command goes: to the running twin, or to an AWS account. */
export interface Target {
  /** Settings to spread into an SDK client. */
  readonly client: {
    readonly region?: string;
    readonly endpoint?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The name of the stack, for example `sallyport-dev`. */
  readonly stack: string;
  readonly twin?: TwinUrls;
}

/** A target, and a line that tells a person which one it is. */
export interface NamedTarget extends Target {
  readonly name: string;
}

/**
 * Returns the target of a command.
 * @param aws whether it is the AWS account that the usual credentials and the usual Region setting select
 * @throws {RegionMissing} if no Region is set
 * @throws {RegionInvalid} if the environment names something that is no Region
 * @throws {Error} if no twin answers, or if AWS does not know the caller
 */
export async function findTarget({ aws }: { readonly aws: boolean }): Promise<NamedTarget> {
  const stack = process.env['SALLYPORT_STACK'] ?? 'sallyport-dev';
  if (aws) return findAccount(stack);
  return twinTarget(await runningTwin(), stack);
}

/** Returns a running twin as a target. */
export const twinTarget = (twin: TwinUrls, stack = 'sallyport-dev'): NamedTarget => ({
  client: {
    endpoint: twin.aws,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  },
  stack,
  twin,
  name: `twin at ${twin.gateway}`,
});

/** Neither the environment nor the profile says which Region to act in. */
export class RegionMissing extends Error {
  override readonly name = 'RegionMissing';
  constructor(cause: unknown) {
    super('No Region is set.', { cause });
  }
}

/** An environment variable has a value that is no Region. */
export class RegionInvalid extends Error {
  override readonly name = 'RegionInvalid';
  constructor(variable: string, value: string) {
    super(
      `${variable} is ${value === '' ? 'empty' : `"${value}", which is no Region`}. Set it to a Region such as eu-west-1, or unset it to use that of your AWS profile.`,
    );
  }
}

/**
 * Returns the Region that the environment names, if it does.
 * @throws {RegionInvalid} if a variable is empty or has another form than `eu-west-1`
 */
export function regionIn(environment: NodeJS.ProcessEnv): string | undefined {
  const variable = ['AWS_REGION', 'AWS_DEFAULT_REGION'].find((name) => environment[name] !== undefined);
  const region = variable === undefined ? undefined : environment[variable];
  if (variable !== undefined && region !== undefined && !/^[a-z]{2,}(?:-[a-z]+)+-\d+$/u.test(region)) {
    throw new RegionInvalid(variable, region);
  }
  return region;
}

async function findAccount(stack: string): Promise<NamedTarget> {
  const region = regionIn(process.env);
  const sts = new STSClient(region === undefined ? {} : { region });
  try {
    const usedRegion = await sts.config.region().catch((error: unknown) => {
      throw new RegionMissing(error);
    });
    const { Account = 'unknown' } = await sts.send(new GetCallerIdentityCommand({}));
    const endpoint = process.env['AWS_ENDPOINT_URL'];
    const at = endpoint === undefined ? '' : `, at AWS_ENDPOINT_URL ${endpoint}`;
    return {
      client: { region: usedRegion },
      stack,
      name: `AWS account ${Account}, Region ${usedRegion}, stack ${stack}${at}`,
    };
  } finally {
    sts.destroy();
  }
}

/**
 * Invokes one of Sallyport's functions and returns its result.
 * @throws {Error} with the function's own message
 */
export async function invoke(
  { client, stack }: Target,
  functionName: string,
  payload: object,
): Promise<unknown> {
  const lambda = new LambdaClient(client);
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: `${stack}-${functionName}`, Payload: JSON.stringify(payload) }),
  );
  lambda.destroy();
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  if (FunctionError === undefined) return answer;
  const { errorMessage = FunctionError } = answer as { readonly errorMessage?: string };
  throw new Error(errorMessage);
}
