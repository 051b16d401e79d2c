import { readFileSync } from 'node:fs';
import * as z from 'zod';

/**
 * Reads a file of cases from public reports, as they were reported.
 * @param given the form of what is given. What the form leaves out is dropped.
 * @returns each case, with what is right for it in words
 */
export function casesOf<Given>(
  file: string,
  given: z.ZodType<Given>,
): readonly { readonly given: Given; readonly right: string }[] {
  return z
    .object({ inputs: z.array(z.object({ given, right: z.string() })).min(1) })
    .parse(JSON.parse(readFileSync(`tests/support/cases/${file}.json`, 'utf8'))).inputs;
}

/** The form of a request in which these variables differ from those of the sample. */
export const changedRequest = z.object({
  webhook: z.object({ variables: z.record(z.string(), z.string()) }),
});

/** The form of a third party's record and a token of it. */
export const thirdPartyCase = z.object({
  issuer: z.object({
    principalClaim: z.exactOptional(z.enum(['sub', 'upn'])),
    uses: z.array(z.enum(['bearer', 'assertion'])),
  }),
  token: z.object({ claims: z.record(z.string(), z.unknown()) }),
});
