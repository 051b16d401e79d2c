import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const eventPattern = z.strictObject({
  'source': z.array(z.string()), 'detail-type': z.array(z.string()), 'detail': z.record(z.string(), z.array(z.unknown())).default({}),
});

const functionFile = z.object({
  functions: z.record(z.string(), z.object({
    handler: z.string().regex(/^[\w/-]+\.\w+$/),
    timeout: z.int(),
    memorySize: z.int(),
    role: z.string().optional(),
    environment: z.record(z.string(), z.unknown()),
    // The twin would be deaf to events of another kind, so it refuses to start with them.
    events: z.array(z.union([
      z.strictObject({ http: z.object({ method: z.string(), path: z.string() }) }),
      // Nothing that the twin's bus delivers is ever left over for a queue.
      z.strictObject({ eventBridge: z.strictObject({ pattern: eventPattern, deadLetterQueueArn: z.unknown().optional() }) }),
      z.strictObject({ schedule: z.string().regex(/^rate\(\d+ minutes?\)$/) }),
    ], { error: 'an event is http with method and path, eventBridge with a pattern of source, detail-type and values of the detail, or schedule: rate(N minutes)' })).default([]),
  })),
});

const resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) });
const resourceFile = z.object({ Resources: z.record(z.string(), resource) });

const index = z.looseObject({
  service: z.string(),
  functions: z.array(z.string()),
  resources: z.array(z.string()),
});

export type FunctionDescription = z.infer<typeof functionFile>['functions'][string] & { readonly name: string };
export type ResourceDescription = z.infer<typeof resource> & { readonly logicalId: string };

/** serverless.yml with everything that it includes; expressions stand as they are written. */
export interface Description {
  readonly index: z.infer<typeof index>;
  readonly functions: readonly FunctionDescription[];
  readonly resources: readonly ResourceDescription[];
}

/** Follows the index. Throws with the file and every fault in it where one cannot be read. */
export function readDescription(root: string, { oktaSigning = 'secret' }: { readonly oktaSigning?: string | undefined } = {}): Description {
  const read = <Content>(path: string, schema: z.ZodType<Content>, section?: string): Content => {
    const content: unknown = parse(readFileSync(join(root, path), 'utf8'));
    const result = schema.safeParse(section === undefined ? content : sectionOf(content, section));
    if (!result.success) throw new Error(`${path} does not describe what the twin can deploy:\n${z.prettifyError(result.error)}`);
    return result.data;
  };

  const described = read('serverless.yml', index);
  return {
    index: described,
    functions: described.functions.map(includedFile).flatMap(({ path }) =>
      Object.entries(read(path, functionFile).functions).map(([name, description]) => ({ name, ...description }))),
    resources: described.resources.map((each) => includedFile(each.replace('${param:oktaSigning}', oktaSigning)))
      // What the framework has made from the catalogue, the twin makes by the same functions.
      .filter(({ path }) => !path.endsWith('.cjs'))
      .flatMap(({ path, section }) => Object.entries(read(path, resourceFile, section).Resources)
        .map(([logicalId, description]) => ({ logicalId, ...description }))),
  };
}

/** `${file(path)}` or `${file(path):section}`, as the framework includes files. */
export function includedFile(expression: string): { readonly path: string; readonly section?: string } {
  const { path, section } = /^\$\{file\((?<path>[^)]+)\)(?::(?<section>\w+))?\}$/.exec(expression)?.groups ?? {};
  if (path === undefined) throw new Error(`serverless.yml includes ${expression}; the twin reads \${file(path)} and \${file(path):section}`);
  return section === undefined ? { path } : { path, section };
}

const sectionOf = (content: unknown, section: string): unknown => z.record(z.string(), z.unknown()).parse(content)[section];
