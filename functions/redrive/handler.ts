import * as z from 'zod';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { type MendedInput, redrive } from '../../core/onboarding/redrive.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

/**
 * The events of this function. Operators send them with `npm run redrive -- ONBOARDING [--input FILE]`.
 * `input` is a request body as ServiceNow sends it to the webhook.
 */
const event = z.object({
  onboardingId: z.string().min(1),
  input: z
    .string()
    .max(64 * 1024)
    .optional(),
});

const redriving = dependencies(process.env);
export const handler = taskLambda('redrive', event, async ({ onboardingId, input }) => {
  const mended = input === undefined ? undefined : mendedInput(input);
  if (mended !== undefined && 'faults' in mended) return mended;
  return redrive(redriving, onboardingId, mended);
});

/** The fault of an input that is no request. */
const malformed = {
  path: '/',
  code: 'malformed',
  allowed: 'One JSON object whose type is sc_req_item.submitted.',
};

/** Parses corrected input. Anything that the webhook would refuse is refused here in the same words. */
function mendedInput(input: string): MendedInput | { readonly faults: readonly object[] } {
  const parsed = parseEvent(input, redriving.deployment);
  switch (parsed.outcome) {
    case 'request':
      return parsed;
    case 'invalid':
      return { faults: parsed.faults };
    case 'malformed':
      return { faults: [malformed] };
    case 'task-closed':
      return { faults: [{ ...malformed, path: '/type' }] };
  }
}
