import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import * as z from 'zod';
import type { OperatorRole } from '../../core/operators/roles.ts';
import { operatorApi } from '../../functions/operator-api/api.ts';
import { openApiOf } from '../../middleware/http-api/openapi.ts';
import { problem, wholeAnswer, type WholeAnswer } from './whole-answer.ts';

export interface Sent {
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the operator API on behalf of a person: `await ada('GET /operator/partners')`. */
export type AsOperator = (route: string, sent?: Sent) => Promise<WholeAnswer>;

/** How a person is named in records, and the access token. */
export interface NamedOperator {
  readonly subject: string;
  readonly mailbox: string;
  readonly token: string;
}

/**
 * Returns the calls of a person with this name in this group of the twin's operators. Every answer is
 * validated against the API's description.
 */
export async function operatorOf(
  gateway: string,
  role: OperatorRole,
  name: string,
): Promise<AsOperator & NamedOperator> {
  const answer = await fetch(`${gateway}/_twin/operator-tokens`, {
    method: 'POST',
    body: JSON.stringify({ role, name }),
  });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await answer.json());
  const { sub: subject, email: mailbox } = z
    .object({ sub: z.string(), email: z.string() })
    .parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  return Object.assign(operatorWith(gateway, { authorization: `Bearer ${token}` }), {
    subject,
    mailbox,
    token,
  });
}

export function operatorWith(gateway: string, credentials: Readonly<Record<string, string>>): AsOperator {
  return async (route, { body, ifMatch, headers = {} } = {}) => {
    const [method = '', path = ''] = route.split(' ');
    const answered = await wholeAnswer(
      await fetch(`${gateway}${path}`, {
        method,
        headers: {
          ...credentials,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(ifMatch !== undefined && { 'if-match': ifMatch }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    expectAsDescribed(method, path, answered);
    return answered;
  };
}

const document = z
  .object({
    paths: z.record(
      z.string(),
      z.record(
        z.string(),
        z.looseObject({
          responses: z.record(
            z.string(),
            z.looseObject({
              content: z.record(z.string(), z.object({ schema: z.looseObject({}) })).optional(),
            }),
          ),
        }),
      ),
    ),
    components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }),
  })
  .parse(openApiOf(operatorApi, 'https://api.example'));
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const pathPatterns = Object.keys(document.paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/gu, '[^/]+')}$`, 'u'),
}));

function expectAsDescribed(method: string, sentPath: string, { status, headers, body }: WholeAnswer): void {
  const { path = '' } = pathPatterns.find(({ pattern }) => pattern.test(sentPath.split('?')[0] ?? '')) ?? {};
  const responses = document.paths[path]?.[method.toLowerCase()]?.responses;
  // The gateway itself answers a request without a route.
  if (responses === undefined) return;
  const schema = (responses[status] ?? responses[`${String(status)[0] ?? ''}XX`])?.content?.[
    headers['content-type'] ?? ''
  ]?.schema;
  expect(schema, `${method} ${path} may answer ${status} as ${headers['content-type'] ?? ''}`).toBeDefined();
  const validate = ajv.compile({ ...schema, components: document.components });
  validate(body);
  expect(validate.errors, `${method} ${path} ${status}`).toBeNull();
}

export const invalid = (...errors: readonly object[]): WholeAnswer =>
  problem(422, 'invalid_request', 'The request breaks the rules listed in errors.', { errors });
export const notFound = problem(404, 'not_found', 'No record has this id.');
export const nothingProposed = problem(
  404,
  'not_found',
  'Nothing is proposed for this record, so there is nothing to withdraw.',
);
export const stale = problem(
  412,
  'changed_meanwhile',
  'The record is of another version than If-Match names. Read it again.',
);
export const roleNeeded = (role: OperatorRole): WholeAnswer =>
  problem(
    403,
    'role_needed',
    `This takes the role ${role}.`,
    { role },
    { 'www-authenticate': 'Bearer realm="sallyport operators", error="insufficient_scope"' },
  );
export const wrongStatus = (status: string, allowed: readonly string[]): WholeAnswer =>
  problem(409, 'wrong_status', `It is ${status}.`, { recordStatus: status, allowed });
export const done = (
  body: object,
  version: number,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): WholeAnswer => ({
  status,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    etag: `"${version}"`,
    ...headers,
  },
  body,
});
/** Matches any time. */
export const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u) as string;
