import { InvokeCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { type BootstrapContext, StepFailed } from '../step.ts';

/**
 * Invokes a function of the stage.
 * @throws {StepFailed} with the message of the error that the function threw
 */
export async function invoke(
  { aws, stack }: BootstrapContext,
  name: string,
  event: object,
): Promise<unknown> {
  const { FunctionError, Payload } = await aws.lambda.send(
    new InvokeCommand({ FunctionName: `${stack}-${name}`, Payload: JSON.stringify(event) }),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  if (FunctionError === undefined) return answer;
  const { errorMessage = FunctionError } = z.object({ errorMessage: z.string().optional() }).parse(answer);
  throw new StepFailed({
    what: `The function ${name} failed: ${errorMessage}`,
    remedy: `Look at its log group, /aws/lambda/${stack}-${name}.`,
  });
}
