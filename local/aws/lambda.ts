import { type Context, Hono } from 'hono';
import { functionArn } from '../lambda/context.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { AwsError } from './service.ts';
import { shortName } from './step-functions/arns.ts';
import { restWire } from './wire/rest-wire.ts';
import { attempt, type WireCall, faultAnswers } from './wire/wire.ts';

/**
 * Creates Lambda's API with Invoke and ListFunctions. Functions have their deployed names: the prefix and the
 * short name.
 */
export function lambdaApp({
  lambda,
  functionNames,
  functionPrefix: prefix,
  callOf,
}: {
  readonly lambda: Lambda;
  /** The short names of the functions. */
  readonly functionNames: readonly string[];
  readonly functionPrefix: string;
  readonly callOf: (context: Context, action: string) => WireCall;
}): Hono {
  const wire = restWire(200);
  const around = (context: Context, operation: string, action: string, effect: () => Promise<Response>) =>
    attempt('lambda', wire, () => {
      const { faults, permit, needs } = callOf(context, action);
      permit('lambda', needs);
      return faults.around('lambda', operation, faultAnswers('lambda', wire), () =>
        attempt('lambda', wire, effect),
      );
    });
  const app = new Hono();

  app.post('/2015-03-31/functions/:function/invocations', (context) =>
    around(context, 'Invoke', 'InvokeFunction', async () => {
      const type = context.req.header('x-amz-invocation-type') ?? 'RequestResponse';
      if (type !== 'RequestResponse') {
        throw new AwsError(
          'InvalidParameterValueException',
          `The twin invokes functions by RequestResponse only, not ${type}.`,
        );
      }
      const name = shortName(context.req.param('function'), prefix);
      if (!functionNames.includes(name)) {
        throw new AwsError(
          'ResourceNotFoundException',
          `Function not found: ${functionArn(`${prefix}${name}`)}`,
          404,
        );
      }
      const text = await context.req.text();
      const invocation = await lambda.invoke(name, text === '' ? {} : parsed(text));
      return new Response(JSON.stringify(invocation.ok ? (invocation.payload ?? null) : invocation.error), {
        headers: {
          'content-type': 'application/json',
          'x-amz-executed-version': '$LATEST',
          ...(!invocation.ok && { 'x-amz-function-error': 'Unhandled' }),
        },
      });
    }),
  );

  // The CLI sends a slash at the end of the path; the SDK does not.
  for (const path of ['/2015-03-31/functions', '/2015-03-31/functions/']) {
    app.get(path, (context) =>
      around(context, 'ListFunctions', 'ListFunctions', () =>
        Promise.resolve(
          wire.answer('ListFunctions', {
            Functions: functionNames.map((name) => ({
              FunctionName: `${prefix}${name}`,
              FunctionArn: functionArn(`${prefix}${name}`),
              Runtime: 'nodejs24.x',
              Handler: `functions/${name}/handler.handler`,
              Version: '$LATEST',
            })),
          }),
        ),
      ),
    );
  }
  return app;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json');
  }
}
