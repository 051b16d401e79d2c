import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { runningTwin, type TwinUrls } from './twin-process.ts';

/**
 * Where an operator's command goes: to the running twin, or to the AWS account that AWS_REGION and the usual
 * credentials select.
 */
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

/** Returns the target of a command. Without AWS_REGION, it is the running twin. */
export async function target(): Promise<Target> {
  const stack = process.env['SALLYPORT_STACK'] ?? 'sallyport-dev';
  if (process.env['AWS_REGION'] !== undefined) return { client: {}, stack };
  const twin = await runningTwin();
  return {
    client: {
      endpoint: twin.aws,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
    },
    stack,
    twin,
  };
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

/** Runs a command. Prints an error that it throws, and sets the exit status 1. */
export async function run(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
