import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeployedFunction } from '../../local/deployment/deployment.ts';
import { createClock } from '../../local/kernel/clock.ts';
import { createContext } from '../../local/lambda/context.ts';
import { createFaults, type FunctionFaultMode } from '../../local/kernel/faults.ts';
import { serve } from '../../local/kernel/serve.ts';
import { createLambda } from '../../local/lambda/create-lambda.ts';
import { eventually } from '../support/eventually.ts';

const slowStart = `const before = process.env.TABLE_NAME;
  await new Promise((resolve) => setTimeout(resolve, 20));
  const after = process.env.TABLE_NAME;
  export const handler = () => [before, after];`;

const sources: Record<string, string> = {
  echo: 'export const handler = async (event, context) => ({ event, context, remaining: context.getRemainingTimeInMillis() });',
  count: 'let calls = 0; export const handler = () => { calls += 1; return calls; };',
  'as-is':
    'export const handler = (event) => ({ absent: event.absent ?? "absent", at: new Date(0), nothing: undefined });',
  silent: 'export const handler = async () => undefined;',
  failing:
    'class Lost extends Error { name = "OutcomeUnknown"; } export const handler = () => { throw new Lost("okta CreateUser: no answer"); };',
  'throwing-text': 'export const handler = () => { throw "no"; };',
  never: 'export const handler = () => new Promise(() => undefined);',
  // It makes a second call after its time-out, and leaves a file that tells what became of it.
  late: `import { writeFileSync } from 'node:fs';
    export const handler = async ({ url, file }) => {
      await fetch(url + '/first');
      writeFileSync(file, await fetch(url + '/second').then(() => 'answered', () => 'no answer'));
    };`,
  environment:
    'const seen = { ...process.env }; export const handler = () => ({ seen, later: process.env.TABLE_NAME ?? null });',
  slow: slowStart,
  'also-slow': slowStart,
  broken: 'throw new TypeError("TABLE_NAME is missing");',
  nameless: 'export const other = 1;',
};

const deployed = (name: string): DeployedFunction => ({
  name,
  functionName: `sallyport-dev-${name}`,
  handler: `functions/${name}/handler.handler`,
  handlerFile: join(root, `functions/${name}/handler.mjs`),
  handlerExport: 'handler',
  taskRoot: root,
  timeoutSeconds: 10,
  memorySize: 512,
  environment: { TABLE_NAME: `table-of-${name}` },
  isBehindApi: false,
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sallyport-lambda-'));
  for (const [name, source] of Object.entries(sources)) {
    await mkdir(join(root, 'functions', name), { recursive: true });
    await writeFile(join(root, 'functions', name, 'handler.mjs'), source);
  }
});
afterAll(() => rm(root, { recursive: true }));

function started(...names: string[]) {
  const clock = createClock();
  const faults = createFaults();
  return { clock, faults, lambda: createLambda({ functions: names.map(deployed), clock, faults }) };
}

const uuid: unknown = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const text = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe('the Lambda runtime', () => {
  it('hands the handler its event and a context like that of AWS', async () => {
    const { lambda } = started('echo');
    expect(await lambda.invoke('echo', { onboardingId: 'o1' })).toEqual({
      ok: true,
      payload: {
        event: { onboardingId: 'o1' },
        context: {
          awsRequestId: uuid,
          callbackWaitsForEmptyEventLoop: true,
          functionName: 'sallyport-dev-echo',
          functionVersion: '$LATEST',
          invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-echo',
          logGroupName: '/aws/lambda/sallyport-dev-echo',
          logStreamName: 'twin',
          memoryLimitInMB: '512',
        },
        remaining: expect.toSatisfy((left: number) => left > 0 && left <= 10_000) as unknown,
      },
    });
  });

  it('passes events and answers through JSON', async () => {
    const { lambda } = started('as-is', 'silent');
    expect(await lambda.invoke('as-is', { absent: undefined })).toEqual({
      ok: true,
      payload: { absent: 'absent', at: '1970-01-01T00:00:00.000Z' },
    });
    expect(await lambda.invoke('silent', null)).toEqual({ ok: true, payload: null });
  });

  it('keeps a module between invocations', async () => {
    const { lambda } = started('count');
    const first = await lambda.invoke('count', {});
    expect([first, await lambda.invoke('count', {})]).toEqual([
      { ok: true, payload: 1 },
      { ok: true, payload: 2 },
    ]);
  });

  it('shows a function its declared environment and that of Lambda, its own credentials and nothing else', async () => {
    const { lambda } = started('environment');
    const own = process.env;
    expect(await lambda.invoke('environment', {})).toEqual({
      ok: true,
      payload: {
        seen: {
          AWS_REGION: 'eu-west-1',
          AWS_DEFAULT_REGION: 'eu-west-1',
          AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
          AWS_LAMBDA_FUNCTION_NAME: 'sallyport-dev-environment',
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
          AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
          AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
          AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/sallyport-dev-environment',
          AWS_LAMBDA_LOG_STREAM_NAME: 'twin',
          LAMBDA_TASK_ROOT: root,
          _HANDLER: 'functions/environment/handler.handler',
          TZ: ':UTC',
          TABLE_NAME: 'table-of-environment',
          ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'))),
          AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[0-9A-V]{16}$/) as string,
          AWS_SECRET_ACCESS_KEY: 'twin',
          AWS_SESSION_TOKEN: 'twin',
        },
        later: 'table-of-environment',
      },
    });
    expect(process.env).toBe(own);
  });

  it('starts functions one after the other, so that none sees the environment of another', async () => {
    const { lambda } = started('slow', 'also-slow');
    expect(await Promise.all([lambda.invoke('slow', {}), lambda.invoke('also-slow', {})])).toEqual([
      { ok: true, payload: ['table-of-slow', 'table-of-slow'] },
      { ok: true, payload: ['table-of-also-slow', 'table-of-also-slow'] },
    ]);
  });

  it('reports what a handler throws by its name', async () => {
    const { lambda } = started('failing', 'throwing-text');
    expect(await lambda.invoke('failing', {})).toEqual({
      ok: false,
      error: {
        errorType: 'OutcomeUnknown',
        errorMessage: 'okta CreateUser: no answer',
        trace: expect.arrayContaining([text(/handler\.mjs/)]) as unknown,
      },
    });
    expect(await lambda.invoke('throwing-text', {})).toEqual({
      ok: false,
      error: { errorType: 'string', errorMessage: 'no', trace: [] },
    });
  });

  it("ends a function that takes longer than its time-out, by the twin's clock", async () => {
    const { lambda, clock } = started('never');
    const invocation = lambda.invoke('never', {});
    await lambda.warm();
    await new Promise(setImmediate);
    clock.move(11);
    expect(await invocation).toEqual({
      ok: false,
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: text(/^RequestId: \S+ Error: Task timed out after 10\.00 seconds$/),
        trace: [],
      },
    });
  });

  it('lets no call of a function reach anybody after its time-out', async () => {
    const { lambda, clock } = started('late');
    const paths: string[] = [];
    const [called, answered] = [Promise.withResolvers<true>(), Promise.withResolvers<Response>()];
    const vendor = await serve(
      {
        fetch: ({ url }) => {
          paths.push(new URL(url).pathname);
          called.resolve(true);
          return answered.promise;
        },
      },
      0,
    );
    const file = join(root, 'second-call');
    const invocation = lambda.invoke('late', { url: vendor.url, file });
    await called.promise;
    clock.move(11);
    expect(await invocation).toEqual({
      ok: false,
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringContaining('Task timed out after 10.00 seconds') as string,
        trace: [],
      },
    });
    answered.resolve(new Response());
    const outcome = await eventually(async () => (await readFile(file, 'utf8').catch(() => '')) || undefined);
    await vendor.close();
    expect({ outcome, paths }).toEqual({ outcome: 'no answer', paths: ['/first'] });
  });

  it('gives a function of a workflow less time by the time scale, one behind the gateway all of its own', () => {
    const clock = createClock(10);
    const timeLeft = (isBehindApi: boolean): number =>
      createContext({ ...deployed('never'), isBehindApi }, 'request-1', clock).getRemainingTimeInMillis();
    expect(timeLeft(false)).toBeLessThanOrEqual(1000);
    expect(timeLeft(true)).toBeGreaterThan(1000);
  });

  it('reports a function that does not exist', async () => {
    const { lambda } = started();
    expect(await lambda.invoke('unheard-of', {})).toEqual({
      ok: false,
      refusedByService: true,
      error: {
        errorType: 'Lambda.ResourceNotFoundException',
        errorMessage: text(
          /^Function not found: arn:aws:lambda:eu-west-1:000000000000:function:unheard-of:\$LATEST \(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; /,
        ),
        trace: [],
      },
    });
  });

  it('reports a module that fails, and one without a handler', async () => {
    const { lambda } = started('broken', 'nameless');
    expect(await lambda.invoke('broken', {})).toEqual({
      ok: false,
      error: {
        errorType: 'TypeError',
        errorMessage: 'TABLE_NAME is missing',
        trace: expect.any(Array) as string[],
      },
    });
    expect(await lambda.invoke('nameless', {})).toEqual({
      ok: false,
      error: {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: `${root}/functions/nameless/handler.mjs does not export the function handler`,
        trace: expect.any(Array) as string[],
      },
    });
  });

  it('warms every function, and names each that cannot be imported', async () => {
    await started('echo', 'silent').lambda.warm();
    await expect(started('broken', 'echo', 'nameless').lambda.warm()).rejects.toThrow(
      `cannot import broken (TypeError: TABLE_NAME is missing), nameless (Runtime.HandlerNotFound: ${root}/functions/nameless/handler.mjs does not export the function handler)`,
    );
  });
});

describe('faults of the service lambda', () => {
  const failed = (errorType: string, message: RegExp) => ({
    ok: false,
    error: { errorType, errorMessage: text(message), trace: [] },
  });
  const exit = failed(
    'Runtime.ExitError',
    /^RequestId: \S+ Error: Runtime exited with error: exit status 1$/,
  );
  const api = (name: string, status: number) => ({
    refusedByService: true,
    ...failed(
      `Lambda.${name}`,
      new RegExp(
        `\\(Service: AWSLambda; Status Code: ${status}; Error Code: ${name}; Request ID: \\S+; Proxy: null\\)$`,
      ),
    ),
  });

  it.each<[FunctionFaultMode, unknown, number]>([
    ['fail-before', exit, 0],
    ['crash', exit, 1],
    ['throttle', api('TooManyRequestsException', 429), 0],
    ['reject', api('AWSLambdaException', 400), 0],
    ['deploying', api('ResourceConflictException', 409), 0],
    ['too-large-for-lambda', failed('Function.ResponseSizeTooLarge', /^Response payload size exceeded/), 1],
    ['too-large-for-states', { ok: true, payload: 'x'.repeat(262_144) }, 1],
    ['fail-after', api('ServiceException', 500), 1],
    ['garbage', { ok: true, payload: '\u0000<<garbage' }, 1],
  ])('%s befalls one call', async (mode, outcome, effects) => {
    const { lambda, faults } = started('count');
    const before = await lambda.invoke('count', {});
    faults.add([{ service: 'lambda', operation: 'count', mode, times: 1 }]);
    expect(await lambda.invoke('count', {})).toEqual(outcome);
    expect(await lambda.invoke('count', {})).toEqual({
      ok: true,
      payload: Number(before.ok && before.payload) + effects + 1,
    });
  });

  it('hang lets the time-out pass without an effect', async () => {
    const { lambda, faults, clock } = started('count');
    const before = await lambda.invoke('count', {});
    faults.add([{ service: 'lambda', operation: 'count', mode: 'hang', times: 1 }]);
    const invocation = lambda.invoke('count', {});
    clock.move(11);
    expect(await invocation).toEqual(failed('Sandbox.Timedout', /Task timed out after 10\.00 seconds$/));
    expect(await lambda.invoke('count', {})).toEqual({
      ok: true,
      payload: Number(before.ok && before.payload) + 1,
    });
  });

  it('can be set for every function by its short name', () => {
    expect(started('echo', 'count').faults.operations()).toEqual(['lambda count', 'lambda echo']);
  });
});
