import * as z from 'zod';
import type { Permit } from '../../iam/iam.ts';
import type { Need } from '../../iam/role.ts';
import type { Faults } from '../../kernel/faults.ts';
import { AwsError, type AwsService } from '../service.ts';
import { errorsOf } from '../vendor-errors.ts';

/** How an AWS protocol writes an answer or an error as an HTTP response. */
export interface Wire {
  answer(operation: string, output: unknown): Response;
  error(error: AwsError): Response;
}

/** Returns AWS's error for an operation that a service does not have. The message names the operation. */
export const notOffered = (what: string): AwsError =>
  new AwsError(
    'UnknownOperationException',
    `${what} is not among the operations that this twin of AWS offers.`,
  );

/** Returns the answers to injected faults, with the service's error codes and in the protocol's format. */
export function faultAnswers(service: string, wire: Wire) {
  const errors = errorsOf(service);
  return {
    unavailable: () => wire.error(errors.unavailable()),
    throttled: () => wire.error(errors.throttled()),
    rejected: () => wire.error(errors.rejected()),
  };
}

/** What is needed to handle a request before its operation runs. */
export interface WireCall {
  readonly faults: Faults;
  readonly permit: Permit;
  readonly needs: readonly Need[];
}

/** Runs one operation if its caller has the permission, with the fault that is set for it. */
export async function perform(
  { faults, permit, needs }: WireCall,
  service: AwsService,
  operation: string,
  input: unknown,
  wire: Wire,
): Promise<Response> {
  const run = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
  if (run === undefined) return wire.error(notOffered(`${service.name} ${operation}`));
  return attempt(service.name, wire, async () => {
    permit(service.name, needs);
    return faults.around(service.name, operation, faultAnswers(service.name, wire), () =>
      attempt(service.name, wire, async () =>
        // Each operation validates its own input.
        wire.answer(operation, await run(input as never)),
      ),
    );
  });
}

/** Runs an effect and turns an `AwsError` or invalid input into the service's error answer. */
export async function attempt(
  service: string,
  wire: Wire,
  effect: () => Promise<Response>,
): Promise<Response> {
  try {
    return await effect();
  } catch (error) {
    if (error instanceof AwsError) return wire.error(error);
    if (error instanceof z.ZodError) {
      const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return wire.error(
        errorsOf(service).invalid(
          `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${faults.join('; ')}`,
        ),
      );
    }
    throw error;
  }
}
