import * as z from 'zod';

/** The paging fields of every list operation. */
export const pagingFields = {
  maxResults: z.int().min(0).max(1000).optional(),
  nextToken: z.string().min(1).max(1024).optional(),
};

/** The error name and the cause that StopExecution and SendTaskFailure accept. */
export const failureFields = {
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
};
