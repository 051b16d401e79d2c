import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const peers = import.meta.dirname;
const peerNames = ['oidc-provider', 'serverless-offline'] as const;
const peersPackage = z.object({ dependencies: z.record(z.enum(peerNames), z.string()) });
const installedPackage = z.object({ version: z.string() });

/**
 * Installs the versions in the package.json of this folder, unless the requested peer is installed already.
 * @returns the version of that peer
 * @throws {Error} if npm fails
 */
export function installPeer(name: (typeof peerNames)[number]): string {
  const {
    dependencies: { [name]: version },
  } = peersPackage.parse(readJson(join(peers, 'package.json')));
  const installed = join(peers, 'node_modules', name, 'package.json');
  if (existsSync(installed) && installedPackage.parse(readJson(installed)).version === version) {
    return version;
  }
  // npm's output goes to stderr, because stdout may be read line by line.
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts'], {
    cwd: peers,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return version;
  throw new Error(
    `cannot compare with ${name} ${version}: npm ci in benchmarks/peers, which needs the package registry, ended with ${error?.message ?? String(status)}`,
  );
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
