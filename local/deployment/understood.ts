import type * as z from 'zod';
import { DeploymentInvalid, type StackResource } from '../cloudformation/stack.ts';

/**
 * Returns the properties of a resource that a schema describes.
 *
 * @throws {DeploymentInvalid} with the resource and everything that the schema does not allow
 */
export function understood<Properties>(resource: StackResource, schema: z.ZodType<Properties>): Properties {
  const { success, data, error } = schema.safeParse(resource.properties);
  if (success) return data;
  throw new DeploymentInvalid(
    error.issues.map(
      ({ path, message }) => `${resource.type} ${resource.logicalId}, ${path.join('.')}: ${message}`,
    ),
  );
}
