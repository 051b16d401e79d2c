import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { Defect, StepError } from '../core/errors.ts';
import { createLog, describeDefect, type Log } from './log.ts';

/** The maximum size of a result, in bytes. Results contain at most ids and the kind of a request. */
const maxResultBytes = 4096;

/**
 * Creates a Lambda function that acts on one onboarding, as a task of the state machine or apart from it. It
 * throws the classes of `core/errors.ts`, by whose names the state machine retries and catches. Any other
 * error becomes a `Defect` that reveals nothing. So does a result that is too large, long before it reaches
 * the limit of Step Functions, 256 KiB.
 */
export function taskLambda<Event extends { readonly onboardingId: string }, Result>(
  name: string,
  schema: z.core.$ZodType<Event>,
  run: (event: Event) => Promise<Result>,
): (event: unknown, context: Context) => Promise<Result> {
  const log = createLog(name);
  // Middy would report a timeout as a defect. Without it, Lambda ends the process, and that error is retried.
  return middy<unknown, Result>({ timeoutEarlyInMillis: 0 })
    .use(taskErrors(name, log, schema))
    .handler(async (event, context) => {
      const task = z.parse(schema, event);
      const result = await run(task);
      const bytes = Buffer.byteLength(JSON.stringify(result ?? null));
      if (bytes > maxResultBytes) {
        throw new Defect({ service: 'sallyport', operation: name, detail: `an answer of ${bytes} bytes` });
      }
      log.info('step_ended', { onboardingId: task.onboardingId, requestId: context.awsRequestId });
      return result;
    });
}

const taskErrors = (
  name: string,
  log: Log,
  schema: z.core.$ZodType<{ readonly onboardingId: string }>,
): middy.MiddlewareObj => ({
  onError: (request) => {
    const { error, event, context } = request;
    const ids = {
      onboardingId: z.safeParse(schema, event).data?.onboardingId,
      requestId: context.awsRequestId,
    };
    if (error instanceof StepError) {
      log.warn('step_failed', {
        ...ids,
        error: error.name,
        vendor: error.service,
        operation: error.operation,
        detail: error.detail,
      });
      return;
    }
    log.error('defect', { ...ids, ...describeDefect(error) });
    // If it were thrown here, middy would attach the original error to it, and Lambda logs attached errors.
    request.error = new Defect({
      service: 'sallyport',
      operation: name,
      detail: 'an unexpected fault; see the log',
    });
  },
});
