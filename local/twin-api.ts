import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { roles } from '../core/operators/roles.ts';
import { type Problem, problemBody } from '../core/problem.ts';
import type { PoolUser } from './aws/cognito/operator-pool.ts';
import { identityChange, type KnownIdentities } from './seed/identities.ts';
import { operatorName, operatorNameForm } from './seed/names.ts';
import { frontPage, recordsPage } from './twin-pages.ts';
import type { TwinClock } from './kernel/clock.ts';
import { type Faults, functionFaultModes, type SetFault, UnknownOperation } from './kernel/faults.ts';
import type { InboxMail } from './kernel/inbox.ts';
import { operationsOf, type Quotas } from './kernel/quotas.ts';

export interface TwinApiParts {
  readonly inbox: { all(): readonly InboxMail[] };
  /** Returns the ServiceNow records that `GET /_twin/tickets` lists. */
  readonly tickets: () => readonly unknown[];
  /** Returns the executions of Step Functions, the oldest first. */
  readonly executions: () => readonly unknown[];
  /** Returns the events that Sallyport has put on the event bus. */
  readonly events: () => readonly unknown[];
  /** Returns every permission of the functions' roles, and how often it was used. */
  readonly permissions: () => readonly unknown[];
  /** The credentials of Sallyport in Okta and ServiceNow. */
  readonly identities: KnownIdentities;
  /** Returns an access token for a person with this name in this group of the operators' pool. */
  readonly operatorToken: (user: PoolUser) => Promise<string>;
  /** The lifetime of such a token in seconds. */
  readonly operatorTokenSeconds: number;
  readonly faults: Faults;
  readonly quotas: Quotas;
  readonly clock: TwinClock;
  /** The URL of each stand-in. */
  readonly urls: Readonly<Record<string, string>>;
}

const faultList = z.array(
  z
    .strictObject({
      service: z.string().min(1),
      operation: z.string().min(1),
      mode: z.enum(functionFaultModes),
      times: z.int().min(1).default(1),
      after: z.int().min(0).optional(),
      during: z
        .strictObject({
          functionName: z.string().optional(),
          event: z.record(z.string(), z.string()).optional(),
        })
        .optional(),
      partition: z.string().optional(),
    })
    .refine(({ service, partition }) => partition === undefined || service === 'dynamodb', {
      path: ['partition'],
      error: 'only for the service dynamodb',
    }),
);

const callsPerSecond = { error: 'A number of calls per second, above 0 and up to 1000000.' };

/**
 * Calls per second, by the names that faults use. A map keeps names like `__proto__`, which are then refused
 * as unknown.
 */
const quotaSettings = z.preprocess(
  (body) =>
    typeof body === 'object' && body !== null && !Array.isArray(body) ? new Map(Object.entries(body)) : body,
  z.map(z.string(), z.number(callsPerSecond).positive(callsPerSecond).max(1_000_000, callsPerSecond), {
    error: 'An object: {"apigateway CreateApiKey":5}.',
  }),
);

/** Far enough for every deadline, and still within the range of a Date. */
const aCentury = 100 * 366 * 86_400;
const operatorRequest = z.strictObject({
  role: z.enum(roles, { error: `one of ${roles.join(', ')}` }),
  name: z.string().regex(operatorName, { error: operatorNameForm }).optional(),
  emailVerified: z.boolean().optional(),
});
const clockSetting = z.strictObject({ offsetSeconds: z.number().min(-aCentury).max(aCentury) });

/**
 * Creates the twin's own API under `/_twin`: inspection of what the twin has sent, faults, and the clock.
 * Errors are problem+json.
 */
export function createTwinApi({
  inbox,
  tickets,
  executions,
  events,
  permissions,
  identities,
  operatorToken,
  operatorTokenSeconds,
  faults,
  quotas,
  clock,
  urls,
}: TwinApiParts): Hono {
  const faultsNow = () => ({ operations: faults.operations(), pending: faults.pending() });
  const clockNow = () => ({
    offsetSeconds: clock.offsetSeconds(),
    now: clock.now().toISOString(),
    timeScale: clock.timeScale,
  });

  const app = new Hono();
  const listed = (path: string, title: string, list: () => readonly unknown[]): void => {
    app.get(path, (context) =>
      wantsPage(context) ? context.html(recordsPage(title, list())) : context.json(list()),
    );
  };
  app.on('GET', ['/_twin', '/_twin/'], (context) =>
    wantsPage(context) ? context.html(frontPage(urls, settable)) : context.json(index(urls)),
  );
  app.get('/_twin/health', (context) => context.json({ status: 'ready', urls }));
  listed('/_twin/inbox', 'Mails', () => inbox.all());
  listed('/_twin/tickets', 'Tickets', tickets);
  listed('/_twin/executions', 'Executions', executions);
  listed('/_twin/events', 'Events', events);
  listed('/_twin/permissions', 'Permissions', permissions);

  app.get('/_twin/identities', (context) => context.json(identities.now()));
  app.put('/_twin/identities', async (context) => {
    const change = await parsed(context.req.raw, identityChange);
    if ('status' in change) return problem(change);
    return context.json(identities.change(change.value));
  });

  app.post('/_twin/operator-tokens', async (context) => {
    const request = await parsed(context.req.raw, operatorRequest);
    if ('status' in request) return problem(request);
    const { role, name = role, emailVerified = true } = request.value;
    return context.json({
      access_token: await operatorToken({ group: role, name, emailVerified }),
      token_type: 'Bearer',
      expires_in: operatorTokenSeconds,
    });
  });

  app.get('/_twin/faults', (context) => context.json(faultsNow()));
  const unknownOperation = (title: string): Response =>
    problem({ status: 422, code: 'unknown_operation', title, extensions: { allowed: faults.operations() } });
  const faultsFrom = (change: (faults: readonly SetFault[]) => void) => async (context: Context) => {
    const request = await parsed(context.req.raw, faultList);
    if ('status' in request) return problem(request);
    try {
      change(request.value);
    } catch (error) {
      if (!(error instanceof UnknownOperation)) throw error;
      return unknownOperation(error.message);
    }
    return context.json(faultsNow());
  };
  app.post(
    '/_twin/faults',
    faultsFrom((wanted) => faults.add(wanted)),
  );
  app.put(
    '/_twin/faults',
    faultsFrom((wanted) => faults.replace(wanted)),
  );
  app.delete('/_twin/faults', (context) => {
    faults.clear();
    return context.json(faultsNow());
  });

  app.get('/_twin/quotas', (context) => context.json(quotas.uses()));
  app.put('/_twin/quotas', async (context) => {
    const request = await parsed(context.req.raw, quotaSettings);
    if ('status' in request) return problem(request);
    const known = new Set(faults.operations());
    const names = [...request.value.keys()];
    const unknown = names.flatMap(operationsOf).filter((operation) => !known.has(operation));
    if (unknown.length > 0) return unknownOperation(`no such operation: ${unknown.join(', ')}`);
    const operations = names.flatMap(operationsOf);
    const repeated = operations.filter((operation, index) => operations.indexOf(operation) !== index);
    if (repeated.length > 0) {
      const title = `an operation has one quota, and these have several: ${[...new Set(repeated)].join(', ')}`;
      return problem({ status: 422, code: 'repeated_operation', title });
    }
    quotas.replace(Object.fromEntries(request.value));
    return context.json(quotas.uses());
  });
  app.delete('/_twin/quotas', (context) => {
    quotas.replace({});
    return context.json(quotas.uses());
  });

  app.get('/_twin/clock', (context) => context.json(clockNow()));
  app.put('/_twin/clock', async (context) => {
    const setting = await parsed(context.req.raw, clockSetting);
    if ('status' in setting) return problem(setting);
    clock.move(setting.value.offsetSeconds);
    return context.json(clockNow());
  });
  app.delete('/_twin/clock', (context) => {
    clock.move(0);
    return context.json(clockNow());
  });

  for (const [path, methods] of Object.entries(methodsByPath)) {
    app.all(path, () => {
      const answer = problem({
        status: 405,
        code: 'method_not_allowed',
        title: `${path} has only ${methods.join(', ')}`,
        extensions: { allowed: methods },
      });
      answer.headers.set('allow', methods.join(', '));
      return answer;
    });
  }
  app.notFound(() =>
    problem({ status: 404, code: 'not_found', title: 'No such page of the twin; GET /_twin/ lists them' }),
  );
  return app;
}

const readOnly = ['GET', 'HEAD'] as const;
const methodsByPath: Readonly<Record<string, readonly string[]>> = {
  '/_twin': readOnly,
  '/_twin/': readOnly,
  '/_twin/health': readOnly,
  '/_twin/inbox': readOnly,
  '/_twin/tickets': readOnly,
  '/_twin/executions': readOnly,
  '/_twin/events': readOnly,
  '/_twin/permissions': readOnly,
  '/_twin/identities': [...readOnly, 'PUT'],
  '/_twin/operator-tokens': ['POST'],
  '/_twin/faults': [...readOnly, 'POST', 'PUT', 'DELETE'],
  '/_twin/quotas': [...readOnly, 'PUT', 'DELETE'],
  '/_twin/clock': [...readOnly, 'PUT', 'DELETE'],
};

const settable = [
  { name: 'Faults', href: '/_twin/faults', about: 'what goes wrong next; set by PUT, removed by DELETE' },
  { name: 'Quotas', href: '/_twin/quotas', about: 'how often vendors may be called in a second' },
  { name: 'Clock', href: '/_twin/clock', about: 'every clock of the twin; moved by PUT, set back by DELETE' },
  { name: 'Identities', href: '/_twin/identities', about: 'what Okta and ServiceNow know Sallyport by' },
];

const index = (urls: TwinApiParts['urls']) => ({
  'GET /_twin/health': 'whether the twin is ready, and where its stand-ins answer',
  'GET /_twin/inbox': 'every mail sent by SES and Okta',
  'GET /_twin/tickets': 'the ServiceNow records with their journals',
  'GET /_twin/executions': 'the executions of Step Functions',
  'GET /_twin/events': 'what Sallyport has put on the event bus: alerts to the operators',
  'GET /_twin/permissions': "what the functions' roles allow, and how often each was used",
  'GET, PUT /_twin/identities':
    "what Okta and ServiceNow know Sallyport by; a change is the vendor's: Secrets Manager has its own value",
  'POST /_twin/operator-tokens': 'an access token for the operator API: {"role":"operator","name":"ada"}',
  'GET, POST, PUT, DELETE /_twin/faults':
    'what goes wrong next, added or in place of the rest: [{"service":"okta","operation":"CreateUser","mode":"fail-before","times":1}]',
  'GET, PUT, DELETE /_twin/quotas':
    'how often the vendors may be called in a second, and how often they were: {"apigateway CreateApiKey":5}',
  'GET, PUT, DELETE /_twin/clock': 'every clock of the twin: {"offsetSeconds":86400}',
  urls,
});

async function parsed<T>(request: Request, schema: z.ZodType<T>): Promise<{ readonly value: T } | Problem> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    return { status: 400, code: 'not_json', title: 'The body must be JSON' };
  }
  const { success, data, error } = schema.safeParse(body, { reportInput: true });
  if (success) return { value: data };
  const errors = error.issues.map(({ path, code, message, input }) => ({
    path: path.join('.'),
    code,
    detail: message,
    // What was given, if it is short enough to be repeated.
    ...(isShort(input) && { value: input }),
  }));
  return { status: 422, code: 'invalid', title: 'The body has faults', extensions: { errors } };
}

const isShort = (input: unknown): boolean =>
  typeof input === 'number' ||
  typeof input === 'boolean' ||
  (typeof input === 'string' && input.length <= 100);

/** Whether the caller is a browser. Programs get JSON. */
const wantsPage = ({ req }: Context): boolean => req.header('accept')?.includes('text/html') ?? false;

function problem(fault: Problem): Response {
  return Response.json(problemBody(fault), {
    status: fault.status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
