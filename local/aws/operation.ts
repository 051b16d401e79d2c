import type * as z from 'zod';

/**
 * Returns an operation that validates its input with a schema. The wire turns a `ZodError` into the service's
 * error for invalid input.
 */
export const operation =
  <Input>(schema: z.ZodType<Input>, run: (input: Input) => unknown) =>
  (input: unknown): unknown =>
    run(schema.parse(input));
