import * as z from 'zod/mini';
import { parseCode } from '../../core/credentials/links.ts';
import type { Problem } from '../../core/problem.ts';

const maxBodyBytes = 4 * 1024;
/** The longest text that is searched for a code. */
const maxCodeCharacters = 64;

const field = z.object({ code: z.string().check(z.minLength(1)) });

/**
 * Returns the code in the field `code` of a form or JSON body, or the problem if there is none. A text that
 * cannot be a code is a problem too, so that it uses up no try.
 */
export function readCode(
  contentType: string | undefined,
  body: Buffer,
): { readonly code: string } | { readonly refusal: Problem } {
  if (body.length > maxBodyBytes) {
    return { refusal: { status: 413, code: 'too_large', title: 'The body is larger than 4 KB.' } };
  }
  const parse = parsers.get(contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  if (parse === undefined) {
    return {
      refusal: {
        status: 415,
        code: 'unsupported_media_type',
        title: `The body must be one of: ${[...parsers.keys()].join(', ')}.`,
      },
    };
  }
  const { data } = field.safeParse(parse(body.toString('utf8')));
  if (data === undefined) {
    return { refusal: missingCode };
  }
  const code = data.code.length > maxCodeCharacters ? undefined : parseCode(data.code);
  return code === undefined ? { refusal: malformedCode } : { code };
}

/** The problem with a body without a code. */
export const missingCode: Problem = {
  status: 422,
  code: 'code_missing',
  title: 'The code is missing: eight letters and digits, with or without the hyphen.',
};

/** The problem with a text that cannot be a code. */
export const malformedCode: Problem = {
  status: 422,
  code: 'code_malformed',
  title:
    'That cannot be a code, so no try was used up. A code has eight letters and digits, such as 7K3M-9QXZ.',
};

const parsers = new Map<string, (text: string) => unknown>([
  ['application/x-www-form-urlencoded', (text) => Object.fromEntries(new URLSearchParams(text))],
  [
    'application/json',
    (text) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return undefined;
      }
    },
  ],
]);
