import * as z from 'zod';
import { rules } from '../../core/authorization/rules.ts';
import { component } from './schemas.ts';

/** A decision, and what each rule found. */
export const explanation = component(
  'Explanation',
  z.strictObject({
    decision: z.enum(['allow', 'deny', 'unauthorized']),
    rule: z
      .enum([...rules, 'all'])
      .meta({ description: 'The rule that decides, as the authorizer logs it; all where every one holds.' }),
    denyCode: z.exactOptional(z.string()).meta({ description: 'What the caller is told.' }),
    rules: z.array(
      z.strictObject({
        rule: z.enum(rules),
        outcome: z.enum(['passed', 'failed', 'not reached']),
        why: z.string(),
      }),
    ),
  }),
);
