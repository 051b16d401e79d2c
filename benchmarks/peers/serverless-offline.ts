import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openPackage } from '../../local/deployment/package.ts';
import { readDeployment } from '../../local/deployment/read-deployment.ts';
import { localParameters } from '../../local/seed/local-parameters.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { productMethods, productRoutes } from '../../resources/product-routes.ts';

/** Credentials, which every Lambda function has. */
const credentials = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nobody' };

const peers = import.meta.dirname;
const root = join(peers, '../..');

export interface StartedPeer {
  readonly url: string;
  readonly pid: number;
  /** Stops it as Ctrl-C does, and waits until it has ended. */
  readonly stop: () => Promise<void>;
}

/**
 * Turns `folder` into a service with the routes of the deployment. Routes of functions have the same
 * handlers, from source, and the environment that each declares. Routes of products are passed on. Other
 * parts of the deployment are left out, because serverless-offline does not read them, and the framework need
 * not either.
 */
export async function writeService(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { catalogue } = readCatalogueSource(join(root, 'catalogue.yml'));
  // The calls that are compared need none of these services.
  const nobody = 'http://127.0.0.1:9';
  const urls = { gateway: nobody, aws: nobody, okta: nobody, servicenow: nobody, backend: nobody };
  const {
    functions,
    api: { routes },
  } = readDeployment({
    package: await openPackage({ root, environment: 'DEV', bundles: false }),
    awsUrl: nobody,
    backendUrl: nobody,
    parameters: localParameters(urls),
  });
  const routesOf = (functionName: string) =>
    routes.filter(
      ({ integration }) => integration.kind === 'lambda' && integration.functionName === functionName,
    );

  // The framework looks for the plugin next to serverless.json. It also decides there whether a handler is an
  // ES module.
  symlinkSync(join(peers, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['functions', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  writeFileSync(
    join(folder, 'serverless.json'),
    JSON.stringify({
      service: 'sallyport',
      provider: { name: 'aws', runtime: 'nodejs24.x', region: 'eu-west-1', stage: 'dev' },
      plugins: ['serverless-offline'],
      functions: Object.fromEntries(
        functions
          .filter(({ isBehindApi }) => isBehindApi)
          .map((fn) => [
            fn.name,
            {
              handler: fn.handler,
              timeout: fn.timeoutSeconds,
              memorySize: fn.memorySize,
              environment: { ...fn.environment, ...credentials },
              events: routesOf(fn.name).map(({ method, resource }) => ({
                http: { method: method.toLowerCase(), path: resource.slice(1) },
              })),
            },
          ]),
      ),
      resources: { Resources: productMethods(productRoutes(catalogue, 'DEV')) },
    }),
  );
}

/**
 * Starts `serverless offline` in a folder of {@link writeService}, and waits until it reports that it is
 * ready.
 * @throws {Error} with its output, if it ends before that
 */
export async function startServerlessOffline(folder: string): Promise<StartedPeer> {
  const httpPort = await freePort();
  const lambdaPort = await freePort();
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/serverless/bin/serverless.js'),
      'offline',
      '--host',
      '127.0.0.1',
      '--httpPort',
      httpPort,
      '--lambdaPort',
      lambdaPort,
      '--noPrependStageInUrl',
      '--resourceRoutes',
      '--noSponsor',
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const printed: string[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        printed.push(line);
        if (line.startsWith('Server ready: ')) resolve();
      });
    }
    child.once('exit', () => {
      reject(new Error(`serverless-offline ended before it was ready: ${printed.join('\n')}`));
    });
  });
  return {
    url: `http://127.0.0.1:${httpPort}`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Returns a free port. Given port 0, serverless-offline would report port 0. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(typeof address === 'object' ? address?.port : undefined);
}
