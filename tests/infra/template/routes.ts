import * as z from 'zod';
import type { PackagedResource } from '../../../scripts/packaged-template.ts';
import { ofType, resources } from './packaged.ts';

const ref = z.object({ Ref: z.string() });

function pathOf(resourceId: unknown): string {
  const parent = ref.safeParse(resourceId);
  const resource = parent.success ? resources[parent.data.Ref] : undefined;
  return resource === undefined
    ? ''
    : `${pathOf(resource.Properties['ParentId'])}/${String(resource.Properties['PathPart'])}`;
}

/** Returns a method's route: `GET /credentials/{token}`. */
export const routeOf = ({ Properties }: PackagedResource): string =>
  `${String(Properties['HttpMethod'])} ${pathOf(Properties['ResourceId']) || '/'}`;

/** Returns the methods that are integrated with functions, or those that are passed on to backends. */
export const methodsTo = (integration: 'AWS_PROXY' | 'HTTP_PROXY'): readonly PackagedResource[] =>
  ofType('AWS::ApiGateway::Method').filter(
    ({ Properties }) => z.object({ Type: z.string() }).parse(Properties['Integration']).Type === integration,
  );
