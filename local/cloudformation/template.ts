import * as z from 'zod';

const parameter = z.looseObject({
  Type: z.enum(['String', 'Number'], {
    error: 'the twin knows parameters of the types String and Number only',
  }),
  // CloudFormation hands on numbers as text, too.
  Default: z.union([z.string(), z.number().transform(String)]).optional(),
  AllowedValues: z.array(z.string()).optional(),
});

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
});

/** A packaged CloudFormation template. Resources and parameters are listed by logical id. */
export const template = z.looseObject({
  Parameters: z.record(z.string(), parameter).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resource),
});

export type Template = z.infer<typeof template>;
export type TemplateResource = Template['Resources'][string];
