import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type Unzipped, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, declaredFunction, modulesOf } from '../../packaging/bundle.ts';
import { sampleEnvironment } from '../../packaging/sample-environment.ts';
import { functionNames } from '../../resources/functions.ts';
import { deployment } from '../support/deployed.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bundles-'));
afterAll(() => rmSync(folder, { recursive: true }));

const declared = functionNames.map(declaredFunction);
let zips: ReadonlyMap<string, Uint8Array>;
beforeAll(async () => {
  zips = await bundle(functionNames);
});
const zipOf = (name: string): Uint8Array => zips.get(name) ?? new Uint8Array();

test('WF-12 every function is part of the deployment', () => {
  expect(deployment.functions.map(({ name }) => name).toSorted()).toEqual(functionNames);
});

describe.each(declared)('WF-12 the bundle of $name', ({ name, handler, variables }) => {
  const dot = handler.lastIndexOf('.');
  const handlerFile = `${handler.slice(0, dot)}.mjs`;
  let files: Unzipped;
  beforeAll(() => {
    files = unzipSync(zipOf(name));
  });

  test('has a module of at most 500 KB', () => {
    expect(files[handlerFile]?.length).toBeLessThanOrEqual(500_000);
  });

  test('holds its handler, and starts with nothing but the environment that is declared', async () => {
    expect(Object.keys(files).sort()).toEqual([
      ...(variables.includes('CATALOGUE_FILE') ? ['catalogue.json'] : []),
      handlerFile,
      `${handlerFile}.map`,
    ]);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true });
      writeFileSync(join(folder, name, path), content);
    }
    const started = new Worker(
      `import { parentPort, workerData } from 'node:worker_threads';
       const { [workerData.name]: handler } = await import(workerData.module);
       parentPort.postMessage(typeof handler);`,
      {
        eval: true,
        execArgv: ['--input-type=module'],
        env: {
          ...sampleEnvironment(variables),
          // On AWS the working directory is the function's own. Threads share theirs.
          ...(variables.includes('CATALOGUE_FILE') && {
            CATALOGUE_FILE: join(folder, name, 'catalogue.json'),
          }),
        },
        workerData: {
          module: pathToFileURL(join(folder, name, handlerFile)).href,
          name: handler.slice(dot + 1),
        },
      },
    );
    expect(await once(started, 'message')).toEqual(['function']);
    await started.terminate();
  });
});

test('WF-12 a bundle has the same bytes each time, whatever is bundled with it', async () => {
  const backwards = await modulesOf(functionNames.toReversed().map((name) => `functions/${name}/handler`));
  const modules = functionNames.flatMap((name) => Object.entries(unzipSync(zipOf(name))));
  const differing = modules.filter(
    ([path, content]) => path !== 'catalogue.json' && !isDeepStrictEqual(content, backwards[path]),
  );
  expect(differing.map(([path]) => path)).toEqual([]);
  expect(isDeepStrictEqual((await bundle(['token'])).get('token'), zips.get('token'))).toBe(true);
});

test('X-2 an error keeps the name that the state machine matches, however small its class has become', () => {
  const code = Buffer.from(
    unzipSync(zipOf('request-intake'))['functions/request-intake/handler.mjs'] ?? [],
  ).toString('utf8');
  for (const name of [
    'Throttled',
    'Unavailable',
    'OutcomeUnknown',
    'Rejected',
    'Conflict',
    'NotFound',
    'Defect',
  ]) {
    expect(code).toContain(`name="${name}"`);
  }
});
