import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** An empty AWS account on this machine: moto, which runs functions and state machines. */
export interface AwsServer {
  /** The value for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** The URL of the deployed stage's API, once it is deployed. */
  readonly apiUrl: string;
  /** Changes the account's settings in SES and Lambda. */
  settings(changed: AccountSettings): Promise<void>;
  stop(): Promise<void>;
}

export interface AccountSettings {
  readonly productionAccess?: boolean;
  readonly sending?: boolean;
  readonly concurrency?: number;
  /** Whether the mail domains' DNS records exist. */
  readonly verified?: boolean;
}

/** Returns the environment variables of a command that uses this account. */
export const credentialsFor = ({ url }: AwsServer): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_REGION: 'eu-west-1',
});

const root = join(import.meta.dirname, '../..');

/** Returns the folder of the moto harness that runs functions. The harness is not part of this repository. */
export function awsCheckFolder(): string | undefined {
  const given = process.env['SALLYPORT_AWS_CHECK'];
  return [given, '../shared/aws-check', '../../shared/aws-check']
    .filter((folder) => folder !== undefined)
    .map((folder) => resolve(root, folder))
    .find((folder) => existsSync(join(folder, 'aws_check.py')));
}

/**
 * Starts the server.
 *
 * @param callsFrom the source address that the API assumes for its callers
 */
export async function startAwsServer(callsFrom: string): Promise<AwsServer> {
  const harness = awsCheckFolder();
  if (harness === undefined) throw new Error('there is no harness of moto: SALLYPORT_AWS_CHECK names none');
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-aws-'));
  const child = spawn(
    'python3',
    [join(import.meta.dirname, 'moto/server.py'), harness, process.execPath, folder, callsFrom],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    },
  );
  const [url, apiUrl] = await addressesOf(child);
  return {
    url,
    apiUrl,
    settings: async (changed) => {
      const answer = await fetch(`${url}/_account/settings`, {
        method: 'PUT',
        body: JSON.stringify(changed),
      });
      if (!answer.ok) throw new Error(`the account's settings were answered ${answer.status}`);
    },
    stop: async () => {
      const ended = new Promise((done) => {
        child.once('exit', done);
      });
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function addressesOf(child: ChildProcess): Promise<readonly [url: string, apiUrl: string]> {
  const complaints: string[] = [];
  return new Promise((found, fail) => {
    if (child.stdout === null || child.stderr === null) throw new TypeError('it has no output');
    createInterface({ input: child.stderr }).on('line', (line) => {
      complaints.push(line);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, url, apiUrl] = /^READY (\S+) (\S+)$/u.exec(line) ?? [];
      if (url !== undefined && apiUrl !== undefined) found([url, apiUrl]);
    });
    child.once('exit', () => {
      fail(new Error(`moto ended before it was ready: ${complaints.slice(-5).join('\n')}`));
    });
  });
}
