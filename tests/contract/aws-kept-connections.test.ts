import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createMacKey, createMacVerifier } from '../../adapters/aws/kms-mac.ts';
import { createTokenSigner } from '../../adapters/aws/kms-token-signer.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createTableReader } from '../../adapters/aws/table-reader.ts';
import { OutcomeUnknown } from '../../core/errors.ts';
import { awsEnvironment } from '../support/table.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

const answers: Readonly<Record<string, object>> = {
  GetItem: { Item: { note: { S: 'there' } } },
  Query: { Items: [{ note: { S: 'there' } }] },
  UpdateItem: { Attributes: { note: { S: 'there' } } },
  Sign: { Signature: 'c2lnbmF0dXJl' },
  GenerateMac: { Mac: 'bWFj' },
  VerifyMac: { MacValid: true },
};

/** An AWS that cuts each connection at its second request, like one that was kept while a function was asleep. */
async function startForgetfulAws() {
  const counts = new WeakMap<Socket, number>();
  let cut = 0;
  const operationOf = ({ headers }: IncomingMessage): string =>
    String(headers['x-amz-target']).split('.').at(-1) ?? '';
  const server = createServer((request, response) => {
    const number = (counts.get(request.socket) ?? 0) + 1;
    counts.set(request.socket, number);
    if (number > 1) {
      cut += 1;
      request.socket.resetAndDestroy();
    } else void text(request).then(() => response.end(JSON.stringify(answers[operationOf(request)])));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    env: awsEnvironment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    cuts: () => cut,
  };
}

const kept = 9;
const atOnce = <T>(run: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: kept }, run));
const key = { pk: 'a', sk: 'b' };

describe('X-2 nine kept connections that died in a freeze use up no try of', () => {
  type Env = NodeJS.ProcessEnv;
  const table = (env: Env) => createTable({ tableName: 'table', env, attempts: 1 });
  const item = { note: 'there' };
  test.each([
    [
      'GetItem',
      (env: Env) => {
        const its = table(env);
        return () => its.get(key);
      },
      item,
    ],
    [
      'Query',
      (env: Env) => {
        const its = table(env);
        return () => its.query('a', '');
      },
      [item],
    ],
    [
      'Query of what is pending',
      (env: Env) => {
        const its = table(env);
        return () => its.queryPending('a', 'b');
      },
      [item],
    ],
    [
      'Query of an index',
      (env: Env) => {
        const its = table(env);
        return () => its.queryIndexAbove('a', 'b', 1);
      },
      [item],
    ],
    [
      'kms Sign',
      (env: Env) => {
        const signer = createTokenSigner({ keyId: 'key', attempts: 1, env });
        return () => signer.sign({}).then((token) => token.split('.')[2]);
      },
      'c2lnbmF0dXJl',
    ],
    [
      'kms GenerateMac',
      (env: Env) => {
        const macKey = createMacKey({ keyId: 'key', attempts: 1, env });
        return () => macKey.generate('a');
      },
      new Uint8Array(Buffer.from('mac')),
    ],
    [
      'kms VerifyMac',
      (env: Env) => {
        const macs = createMacVerifier({ keyId: 'key', attempts: 1, env });
        return () => macs.verify('a', new Uint8Array(1));
      },
      true,
    ],
  ] as const)('%s', async (_, make, answer) => {
    const { env, cuts } = await startForgetfulAws();
    const call: () => Promise<unknown> = make(env);
    await atOnce(call);
    expect(await call()).toEqual(answer);
    expect(cuts()).toBe(1);
    expect(await atOnce(call)).toEqual(Array.from({ length: kept }, () => answer));
  });

  test('a read of the authorizer, which has three', async () => {
    const { env } = await startForgetfulAws();
    const reader = createTableReader({ tableName: 'table', requestTimeout: 1000, env });
    await atOnce(() => reader.get(key));
    expect(await atOnce(() => reader.get(key))).toEqual(
      Array.from({ length: kept }, () => ({ note: 'there' })),
    );
  });
});

describe('X-2 nine kept connections that died in a freeze use up one try of', () => {
  test('a write, which may have been done', async () => {
    const { env, cuts } = await startForgetfulAws();
    const [once, twice] = [1, 2].map((attempts) => createTable({ tableName: 'table', env, attempts }));
    const change = { update: 'SET #note = :note', values: { note: 'there' } };
    await atOnce(async () => once?.update(key, change));
    await expect(once?.update(key, change)).rejects.toThrow(
      new OutcomeUnknown({ service: 'dynamodb', operation: 'UpdateItem', detail: 'ECONNRESET' }),
    );
    await atOnce(async () => twice?.update(key, change));
    expect(await twice?.update(key, change)).toEqual({ note: 'there' });
    expect(cuts()).toBe(2);
  });
});
