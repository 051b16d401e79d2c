import * as z from 'zod';

/** What every list operation takes. */
export const pagingFields = {
  maxResults: z.int().min(0).max(1000).optional(),
  nextToken: z.string().min(1).max(1024).optional(),
};

/** Error name and cause, as StopExecution and SendTaskFailure take them. */
export const failureFields = {
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
};
