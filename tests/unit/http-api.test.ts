import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createApi } from '../../middleware/http-api/answer.ts';
import type { HttpApi } from '../../middleware/http-api/api.ts';
import { ApiProblem, stale } from '../../middleware/http-api/api-problem.ts';
import { createComponents, page, pageOf, problemSchema } from '../../middleware/http-api/components.ts';
import { openApiOf } from '../../middleware/http-api/openapi.ts';
import { protectedOperation, publicOperation } from '../../middleware/http-api/operation.ts';
import {
  createdResponse,
  existing,
  pageRequest,
  pageResponse,
  recordResponse,
} from '../../middleware/http-api/responses.ts';
import { type HttpRequest, jsonResponse } from '../../middleware/http-lambda.ts';
import type { Log, LogFields, LogMessage } from '../../middleware/log.ts';

/** A second API, which has nothing in common with the operators': a library, whose readers have a card. */
interface Book {
  readonly isbn: string;
  readonly title: string;
  readonly version: number;
}
interface LibraryDependencies {
  readonly address: string;
  readonly books: Map<string, Book>;
  readonly cards: ReadonlyMap<string, Reader>;
}
interface Reader {
  readonly subject: string;
  readonly borrows: boolean;
  readonly writes: boolean;
}
type LibraryRole = 'borrower' | 'librarian';

const components = createComponents();
const book = components.component(
  'Book',
  z.strictObject({ isbn: z.string(), title: z.string(), version: z.int() }),
);
const title = components.component('Title', z.strictObject({ title: z.string().min(1).max(20) }));

const library: HttpApi<LibraryDependencies, Reader, LibraryRole> = {
  title: 'Library',
  version: '3',
  description: 'Books and who reads them.',
  basePath: '/library',
  descriptionResource: '/library/description',
  publicUrl: ({ address }) => address,
  operations: [
    publicOperation<LibraryDependencies>({
      method: 'GET',
      resource: '/library/hours',
      operationId: 'readHours',
      summary: 'When it is open.',
      kind: 'result',
      answer: z.strictObject({ opens: z.string() }),
      run: () => Promise.resolve(jsonResponse(200, { opens: '09:00' })),
    }),
    protectedOperation<LibraryDependencies, Reader, LibraryRole, z.infer<typeof page>>({
      method: 'GET',
      resource: '/library/books',
      operationId: 'listBooks',
      summary: 'The books.',
      role: 'borrower',
      kind: 'page',
      query: page,
      answer: pageOf(components, 'BookPage', book),
      run: ({ books }, { query }) => {
        const { limit } = pageRequest(query);
        const items = [...books.values()].slice(0, limit);
        return Promise.resolve(
          pageResponse({ items, ...(items.length < books.size && { next: 'b' }) }, (item) => item, query),
        );
      },
    }),
    protectedOperation<LibraryDependencies, Reader, LibraryRole, undefined, Book>({
      method: 'POST',
      resource: '/library/books',
      operationId: 'addBook',
      summary: 'A new book.',
      role: 'librarian',
      status: 201,
      body: book,
      answer: book,
      run: ({ books }, { body }) => {
        const isNew = !books.has(body.isbn);
        if (isNew) books.set(body.isbn, body);
        return Promise.resolve(createdResponse(isNew, body, 'books', body.isbn));
      },
    }),
    protectedOperation<LibraryDependencies, Reader, LibraryRole, undefined, z.infer<typeof title>>({
      method: 'PUT',
      resource: '/library/books/{isbn}',
      operationId: 'retitleBook',
      summary: 'Another title.',
      role: 'librarian',
      changes: true,
      body: title,
      answer: book,
      run: ({ books }, call) => {
        const record = existing(books.get(call.id('isbn')));
        if (!call.seen(record.version)) throw stale();
        const changed = { ...record, title: call.body.title, version: record.version + 1 };
        books.set(changed.isbn, changed);
        return Promise.resolve(recordResponse(changed));
      },
    }),
  ],
  security: {
    name: 'card',
    scheme: { type: 'apiKey', in: 'header', name: 'library-card' },
    refusals: { 401: 'No card', 403: 'A card of another kind is needed' },
    authenticate: ({ cards }, { headers }) => {
      const reader = cards.get(headers['library-card'] ?? '');
      if (reader === undefined) {
        throw new ApiProblem({ status: 401, code: 'no_card', title: 'Show your card.' });
      }
      return Promise.resolve(reader);
    },
    hasRole: ({ borrows, writes }, role) => (role === 'borrower' ? borrows : writes),
  },
  components,
  problem: problemSchema(components),
  logMessages: { served: 'request_answered', refused: 'token_refused' },
};

function openLibrary() {
  const lines: [LogMessage, LogFields | undefined][] = [];
  const note = (message: LogMessage, fields?: LogFields): void => {
    lines.push([message, fields]);
  };
  const log: Log = { info: note, warn: note, error: note };
  const answer = createApi(library, {
    address: 'https://library.example',
    books: new Map([
      ['1', { isbn: '1', title: 'Emma', version: 4 }],
      ['2', { isbn: '2', title: 'Persuasion', version: 1 }],
    ]),
    cards: new Map([
      ['red', { subject: 'ada', borrows: true, writes: false }],
      ['gold', { subject: 'bob', borrows: true, writes: true }],
    ]),
  });
  return { lines, call: (request: HttpRequest) => answer(request, log) };
}

const request = (
  method: string,
  resource: string,
  {
    headers = {},
    body = '',
    ...more
  }: Partial<Pick<HttpRequest, 'headers' | 'query' | 'pathParameters'>> & { readonly body?: string } = {},
): HttpRequest => ({
  method,
  resource,
  pathParameters: {},
  query: {},
  repeatedQuery: [],
  requestId: 'r1',
  sourceIp: '192.0.2.1',
  headers,
  body: Buffer.from(body),
  ...more,
});

const problemOf = (status: number, code: string, problemTitle: string, members: object = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  body: JSON.stringify({ type: 'about:blank', title: problemTitle, status, code, ...members }),
});
const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const gold = { 'library-card': 'gold', 'content-type': 'application/json' };
const retitle = (headers: HttpRequest['headers'], isbn = '1', body = '{"title":"Emma II"}'): HttpRequest =>
  request('PUT', '/library/books/{isbn}', { headers, pathParameters: { isbn }, body });

describe('an API on the table of operations', () => {
  test('answers a public operation without authentication', async () => {
    const { call, lines } = openLibrary();
    expect(await call(request('GET', '/library/hours'))).toEqual({
      status: 200,
      headers: json,
      body: '{"opens":"09:00"}',
    });
    expect(lines).toEqual([['request_answered', { requestId: 'r1', operation: 'readHours' }]]);
  });

  test('authenticates in its own way, before anything of the request is read', async () => {
    const { call, lines } = openLibrary();
    expect(await call(request('POST', '/library/books', { body: 'no JSON' }))).toEqual(
      problemOf(401, 'no_card', 'Show your card.'),
    );
    expect(lines).toEqual([
      ['token_refused', { requestId: 'r1', route: 'POST /library/books', reason: 'no_card' }],
    ]);
  });

  test('demands the role of the operation', async () => {
    const { call } = openLibrary();
    expect(await call(request('POST', '/library/books', { headers: { 'library-card': 'red' } }))).toEqual(
      problemOf(403, 'role_needed', 'This takes the role librarian.', { role: 'librarian' }),
    );
  });

  test('answers a page that links to the next one with the same query', async () => {
    const { call, lines } = openLibrary();
    const headers = { 'library-card': 'red' };
    expect(await call(request('GET', '/library/books', { headers, query: { limit: '1' } }))).toEqual({
      status: 200,
      headers: { ...json, link: '<?limit=1&after=b>; rel="next"' },
      body: '{"items":[{"isbn":"1","title":"Emma","version":4}],"next":"b"}',
    });
    expect(lines).toEqual([['request_answered', { requestId: 'r1', operation: 'listBooks', card: 'ada' }]]);
  });

  test('refuses an unknown parameter of the query', async () => {
    const { call } = openLibrary();
    const query = { titel: 'Emma', ['__proto__']: 'x' };
    expect(await call(request('GET', '/library/books', { headers: gold, query }))).toEqual(
      problemOf(400, 'invalid_query', 'The query breaks the rules listed in errors.', {
        errors: ['?titel', '?__proto__'].map((path) => ({
          path,
          code: 'unknown_member',
          allowed: 'There is no member of this name.',
        })),
      }),
    );
  });

  test('creates a record once', async () => {
    const { call } = openLibrary();
    const body = '{"isbn":"3","title":"Sanditon","version":1}';
    const create = request('POST', '/library/books', { headers: gold, body });
    expect(await call(create)).toEqual({
      status: 201,
      headers: { ...json, etag: '"1"', location: 'books/3' },
      body,
    });
    expect(await call(create)).toEqual(problemOf(409, 'exists', 'There is one with this id.'));
  });

  test('changes the version that If-Match names, and no other', async () => {
    const { call } = openLibrary();
    const headers = { ...gold, 'if-match': '"4"' };
    expect(await call(retitle(gold))).toEqual(
      problemOf(
        428,
        'if_match_needed',
        'A change needs If-Match with the ETag of the record that it is meant for.',
      ),
    );
    expect(await call(retitle(headers))).toEqual({
      status: 200,
      headers: { ...json, etag: '"5"' },
      body: '{"isbn":"1","title":"Emma II","version":5}',
    });
    expect(await call(retitle(headers))).toEqual(
      problemOf(
        412,
        'changed_meanwhile',
        'The record is of another version than If-Match names. Read it again.',
      ),
    );
  });

  // Threat T-112
  test.each([
    ['{"title":"Emma","__proto__":{"by":"Austen"}}', ['/__proto__']],
    ['{"title":"Emma","constructor":1,"prototype":1}', ['/constructor', '/prototype']],
    ['{"title":"Emma","by":{"constructor":1,"__proto__":1}}', ['/by', '/by/__proto__']],
    [
      `{"title":"Emma","by":${'[{"a":'.repeat(5000)}{"__proto__":1}${'}]'.repeat(5000)}}`,
      ['/by', `/by${'/0/a'.repeat(5000)}/__proto__`],
    ],
  ])('refuses a member that is named like one of a prototype, by its name: %#', async (body, paths) => {
    const { call } = openLibrary();
    const errors = paths.map((path) => ({
      path,
      code: 'unknown_member',
      allowed: 'There is no member of this name.',
    }));
    expect(await call(retitle({ ...gold, 'if-match': '*' }, '1', body))).toEqual(
      problemOf(422, 'invalid_request', 'The request breaks the rules listed in errors.', { errors }),
    );
  });

  test('names every error of a body, and answers 404 for what it does not have', async () => {
    const { call } = openLibrary();
    const headers = { ...gold, 'if-match': '*' };
    expect(await call(retitle(headers, '1', '{"title":"","by":"Austen"}'))).toEqual(
      problemOf(422, 'invalid_request', 'The request breaks the rules listed in errors.', {
        errors: [
          { path: '/title', code: 'too_small', allowed: 'At least 1 characters.' },
          { path: '/by', code: 'unknown_member', allowed: 'There is no member of this name.' },
        ],
      }),
    );
    const missing = problemOf(404, 'not_found', 'No record has this id.');
    expect(await call(retitle(headers, '9'))).toEqual(missing);
    expect(await call(request('DELETE', '/library/magazines'))).toEqual(missing);
  });

  test('says which methods a path takes, to whoever asks with another', async () => {
    const { call } = openLibrary();
    for (const [method, path, allow] of [
      ['DELETE', '/library/books', 'GET, HEAD, POST'],
      ['POST', '/library/description', 'GET, HEAD'],
    ] as const) {
      expect(await call(request(method, path))).toEqual({
        ...problemOf(405, 'method_not_allowed', `This path takes ${allow}.`),
        headers: { ...problemOf(405, '', '').headers, allow },
      });
    }
  });
});

describe('its OpenAPI document', () => {
  const document = openApiOf(library, 'https://library.example');

  test('is valid, and is answered without authentication', async () => {
    expect(await new Validator().validate({ ...structuredClone(document) })).toEqual({ valid: true });
    expect(await openLibrary().call(request('GET', '/library/description'))).toEqual({
      status: 200,
      headers: json,
      body: JSON.stringify(document),
    });
  });

  test('describes its own security, and what is public', () => {
    expect(document).toMatchObject({
      info: { title: 'Library', version: '3', description: 'Books and who reads them.' },
      servers: [{ url: 'https://library.example' }],
      security: [{ card: [] }],
      components: {
        securitySchemes: { card: { type: 'apiKey', in: 'header', name: 'library-card' } },
        schemas: {
          Problem: { properties: { errors: { items: { $ref: '#/components/schemas/Fault' } } } },
        },
      },
      paths: {
        '/library/hours': {
          get: { tags: ['hours'], description: 'Needs no authentication.', security: [] },
        },
        '/library/books/{isbn}': {
          put: {
            tags: ['books'],
            description: 'Takes the role librarian.',
            responses: {
              200: { headers: { ETag: {} } },
              401: { description: 'No card' },
              403: { description: 'A card of another kind is needed' },
            },
          },
        },
      },
    });
    const { paths, components: described } = z
      .object({
        paths: z.record(z.string(), z.record(z.string(), z.looseObject({ responses: z.looseObject({}) }))),
        components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
      })
      .parse(document);
    expect(Object.keys(paths['/library/hours']?.['get']?.responses ?? {})).toEqual(['200', '400', '5XX']);
    expect(Object.keys(described.schemas).toSorted()).toEqual([
      'Book',
      'BookPage',
      'Fault',
      'Problem',
      'Title',
    ]);
  });
});
