import * as z from 'zod';

/** The schemas that have a name in the OpenAPI document of an API. */
export interface Components {
  readonly registry: z.core.$ZodRegistry<{ readonly id: string }>;
  /** Names a schema, and returns it. */
  readonly component: <Schema extends z.ZodType>(id: string, schema: Schema) => Schema;
}

/** Creates the components of one API. */
export function createComponents(): Components {
  const registry = z.registry<{ readonly id: string }>();
  return {
    registry,
    component: (id, schema) => {
      registry.add(schema, { id });
      return schema;
    },
  };
}

/** Names and returns the schema of a problem (RFC 9457), with the additional members that an API has. */
export const problemSchema = (
  { component }: Components,
  additionalMembers: Readonly<Record<string, z.ZodType>> = {},
): z.ZodType =>
  component(
    'Problem',
    z.looseObject({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      code: z.string().meta({ description: 'Stable, for programs.' }),
      errors: z.exactOptional(
        z.array(
          component(
            'Fault',
            z.strictObject({
              path: z
                .string()
                .meta({ description: 'JSON Pointer into the body; ?name for a parameter of the query.' }),
              code: z.string(),
              allowed: z.string().meta({ description: 'What is allowed there, in a sentence.' }),
            }),
          ),
        ),
      ),
      ...additionalMembers,
    }),
  );

const limit = z
  .string()
  .regex(/^\d{1,9}$/u, { error: 'A number from 1 to 100.' })
  .transform(Number)
  .pipe(z.int().min(1).max(100))
  .meta({ description: 'How many at most; 50 if left out.' });
const after = z.string().min(1).max(1000).meta({ description: 'next of the page before.' });

/** The query of a list without filters. */
export const page = z.strictObject({ limit: z.exactOptional(limit), after: z.exactOptional(after) });

/** Names and returns the schema of a page. */
export const pageOf = <Item extends z.ZodType>({ component }: Components, id: string, item: Item) =>
  component(
    id,
    z.strictObject({
      items: z.array(item),
      next: z.exactOptional(z.string()).meta({ description: 'after of the next page; absent on the last.' }),
    }),
  );
