import { unzipSync } from 'fflate';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, declaredFunction, modulesOf } from '../packaging/bundle.ts';
import { sampleEnvironment } from '../packaging/sample-environment.ts';
import { functionNames } from '../resources/functions.ts';
import { eventWith, startNeighbours } from './authorizer-neighbours.ts';
import { type Importable, timeStart, writeFiles } from './cold-start.ts';
import type { Figure } from './figure.ts';
import { interleaved, median } from './rounds.ts';

const spawns = 20;
const largest = 500;
const authorizerImport = 15;

interface Bundle extends Importable {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly zipSize: number;
}

async function bundles(folder: string): Promise<readonly Bundle[]> {
  const zips = await bundle(functionNames);
  return [...zips].map(([name, zip]) => {
    const { handler, variables } = declaredFunction(name);
    const files = unzipSync(zip);
    const module = `${handler.slice(0, handler.lastIndexOf('.'))}.mjs`;
    const root = join(folder, name);
    writeFiles(root, files);
    return {
      name,
      root,
      module,
      environment: sampleEnvironment(variables),
      size: files[module]?.length ?? 0,
      zipSize: zip.length,
    };
  });
}

/**
 * Returns the medians of the time that each takes longer than `empty`, which is started in the same round.
 */
async function timesOver(empty: Importable, starts: readonly Importable[]): Promise<readonly number[]> {
  const [base = [], ...times] = await interleaved(
    spawns,
    [empty, ...starts].map((start) => () => timeStart(start)),
  );
  return times.map((own) => median(own.map((time, round) => time - (base[round] ?? Number.NaN))));
}

/**
 * Measures how large each bundle is, and how much longer than an empty handler a new process takes to import
 * it. The process has only the environment that the function declares. For the authorizer it also measures
 * the time until the first decision, which reads the issuer's keys and an item of the table. That is compared
 * with the same authorizer on the SDK's DynamoDB client.
 */
export async function figures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const neighbours = await startNeighbours();
  try {
    const all = await bundles(folder);
    writeFiles(folder, {
      'empty.mjs': Buffer.from('export const handler = async () => {};'),
      ...(await modulesOf(['benchmarks/authorizer-with-sdk'])),
    });
    const imports = await timesOver({ root: folder, module: 'empty.mjs', environment: {} }, all);

    const { environment } = neighbours;
    const event = eventWith((await neighbours.tokens('cognito', 1)).join());
    const [ours = [], withSdk = []] = await interleaved(
      spawns,
      ['authorizer/functions/authorizer/handler.mjs', 'benchmarks/authorizer-with-sdk.mjs'].map(
        (module) => () => timeStart({ root: folder, module, environment }, event),
      ),
    );
    const first = median(ours);
    const firstWithSdk = median(withSdk);
    return [
      ...all.map(({ name, size }): Figure => ({
        name: `bundle-${name}`,
        value: size / 1000,
        unit: 'KB',
        reach: { wanted: `≤ ${largest} KB`, reached: size <= largest * 1000 },
      })),
      ...all.map(({ name, zipSize }): Figure => ({ name: `zip-${name}`, value: zipSize / 1000, unit: 'KB' })),
      ...all.map(({ name }, index): Figure => {
        const value = imports[index] ?? Number.NaN;
        return {
          name: `cold-import-${name}`,
          value,
          unit: 'ms',
          ...(name === 'authorizer' && {
            reach: { wanted: `≤ ${authorizerImport} ms`, reached: value <= authorizerImport },
          }),
        };
      }),
      {
        name: 'cold-first-decision',
        value: first,
        unit: 'ms',
        peer: { name: "with the SDK's DynamoDB client", value: firstWithSdk },
        reach: { wanted: '≥ 2 × quicker', reached: first * 2 <= firstWithSdk },
      },
    ];
  } finally {
    await neighbours.close();
    rmSync(folder, { recursive: true });
  }
}
