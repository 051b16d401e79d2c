import type * as z from 'zod';

/** An operation whose input is checked by a schema; the wire answers a `ZodError` as the service words wrong input. */
export const operation =
  <Input>(schema: z.ZodType<Input>, run: (input: Input) => unknown) =>
  (input: unknown): unknown =>
    run(schema.parse(input));
