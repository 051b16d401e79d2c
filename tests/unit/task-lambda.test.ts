import { inspect } from 'node:util';
import type { Context } from 'aws-lambda';
import { afterAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { Defect, Throttled } from '../../core/errors.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';

vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
afterAll(() => vi.unstubAllEnvs());

/** Of Lambda's context only what is used. */
const context = z.custom<Context>().parse({ awsRequestId: 'request-1', functionName: 'a-task' });
const event = z.object({ onboardingId: z.string() });
const ending = (error: Error) => taskLambda('a-task', event, () => Promise.reject(error));

describe('WF-8 a task of the state machine', () => {
  test('ends with the class that the state machine knows, as it was raised', async () => {
    const patience = new Throttled({ service: 'okta', operation: 'GetUser', detail: 'HTTP 429' });
    await expect(ending(patience)({ onboardingId: 'onb-1' }, context)).rejects.toBe(patience);
  });

  test('answers with 4 KiB at most, far below what Step Functions takes', async () => {
    const answering = (text: string) =>
      taskLambda('a-task', event, async () => Promise.resolve({ text }))({ onboardingId: 'onb-1' }, context);
    expect(await answering('x'.repeat(4085))).toEqual({ text: 'x'.repeat(4085) });
    await expect(answering('x'.repeat(4086))).rejects.toThrow(
      new Defect({ service: 'sallyport', operation: 'a-task', detail: 'an answer of 4097 bytes' }),
    );
  });

  test.each([
    ['anything else that is thrown', { onboardingId: 'onb-1' }],
    ['an event that it does not understand', { onboarding: 'dana.li' }],
  ])('makes a Defect that gives nothing away of %s', async (_what, given) => {
    const end: unknown = await ending(new TypeError('dana.li is no function'))(given, context).catch(
      (error: unknown) => error,
    );
    expect(end).toEqual(
      new Defect({
        service: 'sallyport',
        operation: 'a-task',
        detail: 'an unexpected fault; see the log',
      }),
    );
    expect(end).toHaveProperty('cause', undefined);
    expect(inspect(end)).not.toContain('dana.li');
    expect(end).not.toHaveProperty('originalError');
  });
});
