import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { isGrantedResource } from './granted-resource.ts';
import { isOfTable, partitionsIn, tableActions, tableCondition } from './table-grant.ts';

/** Accepts no other members than these, and names them when it refuses one. */
function mappingOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      const members = Object.keys(shape).join(', ');
      if (issue.code === 'unrecognized_keys') return `found ${issue.keys.join(', ')}; allowed: ${members}`;
      return `found ${JSON.stringify(issue.input)}; allowed: a mapping of ${members}`;
    },
  });
}

/** Names one action. An asterisk is refused, so that every right can be read in the file. */
const actionName = z.string().regex(/^[a-z0-9-]+:[A-Za-z]+$/u);
const actionNames = z.union([actionName, z.array(actionName).min(1)]);
/** What a function may do to one resource. */
export interface Grant {
  readonly resource: string;
  readonly actions: string | readonly string[];
  readonly condition: Readonly<Record<string, unknown>> | undefined;
}

const grant = z.union([
  actionNames.transform((actions) => ({ actions, condition: undefined })),
  z.strictObject({ actions: actionNames, condition: z.record(z.string(), z.unknown()) }),
]);
const allowedGrants = 'an action such as kms:Sign, a list of actions, or a mapping of actions and condition';

const partitionNames = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);
const reach = z.strictObject({
  partitions: partitionNames,
  attributes: z.array(z.string()).min(1).optional(),
});
const tableGrant = z.partialRecord(
  z.enum(tableActions),
  z.union([
    partitionNames.transform((partitions) => [{ partitions, attributes: undefined }]),
    reach.transform((one) => [one]),
    z.array(reach).min(1),
  ]),
);
const allowedTableGrants = `a mapping of actions to partitions, such as dynamodb:GetItem: [CLIENT#*], or to one or several mappings of partitions and attributes; the actions are ${tableActions.join(', ')}`;
const allowedResources =
  'a logical id such as Table, a part of it such as Table/index/gsi1, or service and resource such as events:event-bus/default';

/** Reads each right in the form that its resource has: rights to the table name partitions. */
const grants = z.record(z.string(), z.unknown()).transform((rights, context): readonly Grant[] =>
  Object.entries(rights).flatMap(([resource, right]) => {
    const refuse = (found: string, allowed: string): readonly Grant[] => {
      context.addIssue({ code: 'custom', path: [resource], message: `found ${found}; allowed: ${allowed}` });
      return [];
    };
    if (!isGrantedResource(resource)) {
      return refuse(`the resource ${JSON.stringify(resource)}`, allowedResources);
    }
    if (!isOfTable(resource)) {
      const { data } = grant.safeParse(right);
      if (data === undefined) return refuse(JSON.stringify(right), allowedGrants);
      return [{ resource, ...data }];
    }
    const { data } = tableGrant.safeParse(right);
    if (data === undefined) return refuse(JSON.stringify(right), allowedTableGrants);
    const known = partitionsIn(resource);
    const readable = (data['dynamodb:GetItem'] ?? []).flatMap(({ partitions, attributes }) =>
      attributes === undefined ? partitions : [],
    );
    return Object.entries(data).flatMap(([action, reaches]) =>
      reaches.flatMap(({ partitions, attributes }) => {
        const unknown = partitions.filter((name) => !known.includes(name));
        if (unknown.length > 0) return refuse(`the partition ${unknown.join(', ')}`, known.join(', '));
        const condition = tableCondition(action, { partitions, attributes }, readable);
        return [{ resource, actions: action, condition }];
      }),
    );
  }),
);

const logicalId = z.string().regex(/^[A-Z][A-Za-z0-9]*$/u, {
  error: ({ input }) => `found ${JSON.stringify(input)}; allowed: the logical id of a managed policy`,
});

const positive = z.int().positive();

const functionFile = mappingOf({
  timeout: positive,
  memorySize: positive.default(512),
  /** A number, or an intrinsic function of CloudFormation. */
  reservedConcurrency: z.union([z.int().min(0), z.record(z.string(), z.unknown())]).optional(),
  maximumRetryAttempts: z.int().min(0).optional(),
  maximumEventAge: positive.optional(),
  destinations: z.record(z.string(), z.unknown()).optional(),
  environment: z.record(z.string(), z.unknown()).default({}),
  events: z.array(z.record(z.string(), z.unknown())).optional(),
  rights: mappingOf({ managed: z.array(logicalId).default([]), allow: grants.prefault({}) }),
  resources: z.record(z.string(), z.looseObject({ Type: z.string() })).default({}),
}).transform(({ rights, resources, ...settings }) => ({ settings, rights, resources }));

/**
 * What a function.yml declares: the framework's settings of the function, its rights in the short form of ADR 37,
 * and resources that only this function needs, as CloudFormation.
 */
export type FunctionFile = z.infer<typeof functionFile>;

/**
 * Parses the function.yml of a function.
 * @throws {Error} naming the file, and for every error its place, what was found and what is allowed
 */
export function parseFunctionFile(name: string, source: string): FunctionFile {
  const file = `functions/${name}/function.yml`;
  let content: unknown;
  try {
    content = parse(source);
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${String(cause)}`, { cause });
  }
  const parsed = functionFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
  );
  throw new Error(`${file} is invalid:\n${errors.join('\n')}`);
}

/** Reads the function.yml of a function. @throws {Error} if it does not exist or is invalid */
export function readFunctionFile(name: string): FunctionFile {
  return parseFunctionFile(
    name,
    readFileSync(join(import.meta.dirname, '../functions', name, 'function.yml'), 'utf8'),
  );
}
