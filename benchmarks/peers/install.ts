import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const peers = import.meta.dirname;
const peerNames = ['oidc-provider', 'serverless-offline'] as const;
const peersPackage = z.object({ dependencies: z.record(z.enum(peerNames), z.string()) });
const installedPackage = z.object({ version: z.string() });

/**
 * Installs the versions that package.json here wants, unless the one that is asked for is there.
 * @returns the version of that peer
 * @throws {Error} if npm cannot
 */
export function installPeer(name: (typeof peerNames)[number]): string {
  const {
    dependencies: { [name]: wanted },
  } = peersPackage.parse(readJson(join(peers, 'package.json')));
  const installed = join(peers, 'node_modules', name, 'package.json');
  if (existsSync(installed) && installedPackage.parse(readJson(installed)).version === wanted) return wanted;
  // Nothing to standard output, which may be read line by line.
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts'], {
    cwd: peers,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return wanted;
  throw new Error(
    `cannot compare with ${name} ${wanted}: npm ci in benchmarks/peers, which needs the package registry, ended with ${error?.message ?? String(status)}`,
  );
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
