import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { Defect, StepError } from '../core/errors.ts';
import { createLog, describeDefect, type Log } from './log.ts';

/** Answers hold ids and the kind of a request, if anything. */
const mostAnswerBytes = 4096;

/**
 * A Lambda that acts on one onboarding, as a task of the state machine or beside it. Errors leave it as the classes of `core/errors.ts`, by whose
 * names the state machine retries and catches; anything else becomes a `Defect` that gives nothing away. So does an
 * answer that could grow towards what Step Functions takes, 256 KiB.
 */
export function taskLambda<Event extends { readonly onboardingId: string }, Result>(
  name: string,
  schema: z.core.$ZodType<Event>,
  run: (event: Event) => Promise<Result>,
): (event: unknown, context: Context) => Promise<Result> {
  const log = createLog(name);
  // Out of time, middy would say so itself, as a defect. Lambda ends the process, and its word for it is retried.
  return middy<unknown, Result>({ timeoutEarlyInMillis: 0 })
    .use(taskErrors(name, log, schema))
    .handler(async (event, context) => {
      const task = z.parse(schema, event);
      const result = await run(task);
      const bytes = Buffer.byteLength(JSON.stringify(result ?? null));
      if (bytes > mostAnswerBytes) {
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
    // Thrown from here, middy would tie the original to it, and Lambda logs what is tied to an error.
    request.error = new Defect({
      service: 'sallyport',
      operation: name,
      detail: 'an unexpected fault; see the log',
    });
  },
});
