import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeployedFunction } from '../../local/deployment/deployment.ts';
import { createClock } from '../../local/kernel/clock.ts';
import { createFaults, type SetFault } from '../../local/kernel/faults.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { createLambda } from '../../local/lambda/create-lambda.ts';

/** Calls a vendor by fetch and by Node's own client, as the SDKs do, and counts its own runs. */
const caller = `import { get } from 'node:http';
  let runs = 0;
  const byNode = (url) => new Promise((resolve) => get(url, (answer) => { answer.resume(); resolve(answer.statusCode); }));
  export const handler = async ({ url }) => { runs += 1; return { runs, answers: [(await fetch(url)).status, await byNode(url)] }; };`;

const deployed =
  (root: string) =>
  (name: string): DeployedFunction => ({
    name,
    functionName: `sallyport-dev-${name}`,
    handler: `functions/${name}/handler.handler`,
    handlerExport: 'handler',
    handlerFile: join(root, `functions/${name}/handler.mjs`),
    taskRoot: root,
    timeoutSeconds: 10,
    memorySize: 512,
    environment: {},
    isBehindApi: false,
  });
const status = (code: number) => () => new Response(null, { status: code });
const answers = { unavailable: status(503), throttled: status(429), rejected: status(403) };

describe('faults of one run of a function', () => {
  const faults = createFaults();
  let [root, vendor]: [string, Served | undefined] = ['', undefined];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sallyport-faults-'));
    for (const name of ['one', 'other']) {
      await mkdir(join(root, 'functions', name), { recursive: true });
      await writeFile(join(root, 'functions', name, 'handler.mjs'), caller);
    }
    faults.register('okta', ['GetUser']);
    vendor = await serve({ fetch: () => faults.around('okta', 'GetUser', answers, status(200)) }, 0);
  });
  afterAll(async () => {
    await vendor?.close();
    await rm(root, { recursive: true });
  });

  const started = () =>
    createLambda({ functions: ['one', 'other'].map(deployed(root)), clock: createClock(), faults });
  const event = (onboardingId: string) => ({ url: vendor?.url, onboardingId });
  const statuses = (...codes: number[]) => ({
    ok: true,
    payload: { runs: expect.any(Number) as unknown, answers: codes },
  });
  const set = (fault: Partial<SetFault>) => {
    faults.replace([{ service: 'okta', operation: 'GetUser', mode: 'reject', times: 1, ...fault }]);
  };

  test("befall its calls, by whatever client, and nobody else's", async () => {
    const lambda = started();
    set({ times: 2, during: { functionName: 'one', event: { onboardingId: 'A' } } });
    const runs = [
      lambda.invoke('other', event('A')),
      lambda.invoke('one', event('B')),
      lambda.invoke('one', event('A')),
    ];
    expect(await Promise.all(runs)).toEqual([statuses(200, 200), statuses(200, 200), statuses(403, 403)]);
    expect(faults.pending()).toEqual([]);
    set({ during: { functionName: 'one' } });
    expect((await fetch(vendor?.url ?? '')).status).toBe(200);
  });

  test('spare the first calls', async () => {
    set({ after: 1, during: { functionName: 'one' } });
    expect(await started().invoke('one', event('A'))).toEqual(statuses(200, 403));
  });

  test('may be that it starts anew, or cannot start', async () => {
    const lambda = started();
    const begin = async () =>
      ((await lambda.invoke('other', event('A'))) as { readonly payload?: { readonly runs: number } }).payload
        ?.runs;
    const warm = (await begin()) ?? 0;
    faults.replace([
      {
        service: 'lambda',
        operation: 'other',
        mode: 'cold-start',
        times: 1,
        during: { event: { onboardingId: 'A' } },
      },
    ]);
    expect([await begin(), await begin()]).toEqual([1, warm + 1]);
    faults.replace([{ service: 'lambda', operation: 'other', mode: 'import-error', times: 1 }]);
    expect(await lambda.invoke('other', event('A'))).toEqual({
      ok: false,
      error: {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringContaining("Cannot find module 'handler'") as string,
        trace: [],
      },
    });
  });

  test("of a vendor's call are those that any call may have", () => {
    expect(() => {
      set({ mode: 'cold-start' });
    }).toThrow('only functions have: cold-start');
  });
});
