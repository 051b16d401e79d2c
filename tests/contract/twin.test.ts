import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addedByTheGateway } from '../support/gateway.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';

const root = join(import.meta.dirname, '../..');

/** Runs the twin where it cannot start. */
async function refusal(
  environment: Record<string, string>,
): Promise<{ code: unknown; stderr: string; stdout: string }> {
  try {
    await promisify(execFile)(process.execPath, ['local/main.ts'], {
      cwd: root,
      env: { ...process.env, ...environment },
      timeout: 60_000,
    });
  } catch (error) {
    return Object(error) as { code: unknown; stderr: string; stdout: string };
  }
  throw new Error('the twin started and ended by itself');
}

/** Lists the sockets that a process has open. A descriptor may be closed between its listing and its reading. */
async function socketInodes(pid: number): Promise<ReadonlySet<string>> {
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all(
    (await readdir(folder)).map((descriptor) => readlink(join(folder, descriptor)).catch(() => '')),
  );
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

describe('X-13 the twin', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await startTestTwin({
      fromSources: true,
      environment: { AWS_PROFILE: 'a-real-account', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' },
    });
  });
  afterAll(() => twin.stop());

  test('says that it is ready, and where', async () => {
    await vi.waitFor(
      () => expect(twin.log()).toMatch(new RegExp(`^ready ${twin.urls.gateway}$`, 'm')),
      100_000,
    );
    const health = await fetch(`${twin.urls.gateway}/_twin/health`);
    expect({ status: health.status, body: await health.json() }).toEqual({
      status: 200,
      body: { status: 'ready', urls: twin.urls },
    });
  });

  test('listens on five ports, of 127.0.0.1 only', async () => {
    const inodes = await socketInodes(twin.pid);
    const sockets = (
      await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${twin.pid}/net/${table}`, 'utf8')))
    ).join('\n');
    const listening = sockets
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === '0A' && inodes.has(inode))
      .map(([, address = '']) => address);
    const loopback = '0100007F';
    const expected = Object.values(twin.urls).map(
      (url) => `${loopback}:${Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')}`,
    );
    expect(listening.toSorted()).toEqual(expected.toSorted());
  });

  test("serves the deployment's routes and no others", async () => {
    const webhook = await rawRequest(twin.urls.gateway, {
      method: 'POST',
      path: '/webhooks/servicenow',
      body: '{}',
    });
    expect(webhook.status).toBe(401);
    const unauthenticated = await rawRequest(twin.urls.gateway, { path: '/apis/credit-reports/reports' });
    expect(unauthenticated).toEqual({
      status: 401,
      headers: {
        'content-type': 'application/problem+json',
        'www-authenticate': 'Bearer realm="sallyport", error="invalid_token"',
        'strict-transport-security': 'max-age=63072000',
        'x-amzn-errortype': 'UnauthorizedException',
        'content-length': '80',
        ...addedByTheGateway,
      },
      body: '{"type":"about:blank","title":"Unauthorized","status":401,"code":"unauthorized"}',
    });
    const nowhere = await rawRequest(twin.urls.gateway, { path: '/apis/credit-reports/nowhere' });
    expect(nowhere).toEqual({
      status: 404,
      headers: {
        'content-type': 'application/problem+json',
        'strict-transport-security': 'max-age=63072000',
        'x-amzn-errortype': 'MissingAuthenticationTokenException',
        'content-length': expect.any(String) as unknown,
        link: '</docs>; rel="help"',
        ...addedByTheGateway,
      },
      body: '{"type":"about:blank","title":"Not Found","status":404,"code":"not_found","documentation":"/docs"}',
    });
  });

  test.each([
    ['/.well-known/jwks.json', 'GET, HEAD'],
    ['/apis/credit-reports/openapi.json', 'GET, HEAD'],
    ['/.well-known/oauth-authorization-server', 'GET, HEAD'],
    ['/credentials/a-link', 'GET, HEAD, POST'],
    ['/oauth2/introspect', 'POST'],
    ['/oauth2/revoke', 'POST'],
    ['/oauth2/token', 'POST'],
    ['/operator/clients/abc/keys', 'PUT, DELETE'],
    ['/operator/explain', 'POST'],
    ['/operator/openapi.json', 'GET, HEAD'],
    ['/operator/partners', 'GET, HEAD, POST'],
    ['/session', 'GET, POST'],
    ['/webhooks/servicenow', 'POST'],
  ])('%s takes %s, and says so to every other method', async (path, allow) => {
    const others = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'].filter(
      (method) => !allow.split(', ').includes(method),
    );
    for (const method of others) {
      const { status, headers } = await rawRequest(twin.urls.gateway, { method, path });
      expect([method, status, headers.allow, headers['strict-transport-security']]).toEqual([
        method,
        405,
        allow,
        'max-age=63072000',
      ]);
    }
  });

  // RFC 9110 §9.3.2
  test.each([
    '/',
    '/docs',
    '/docs/credit-reports',
    '/docs/nothing',
    '/.well-known/jwks.json',
    '/.well-known/oauth-authorization-server',
    '/apis/credit-reports/openapi.json',
    '/credentials/a-link',
    '/operator/openapi.json',
    '/operator/partners',
  ])('HEAD %s is answered as GET, without the body', async (path) => {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => rawRequest(twin.urls.gateway, { method, path })),
    );
    const lasting = ({ status, headers }: NonNullable<typeof get>) => ({
      status,
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) => !/^(?:date|x-amz|x-sallyport)/u.test(name)),
      ),
    });
    expect(get && lasting(get)).toBeDefined();
    expect(head && lasting(head)).toEqual(get && lasting(get));
    expect([head?.body, get?.body === '']).toEqual(['', false]);
  });

  test('lists the operations of every stand-in for faults', async () => {
    const { operations } = Object(await (await fetch(`${twin.urls.gateway}/_twin/faults`)).json()) as {
      operations: unknown;
    };
    expect(operations).toEqual(
      expect.arrayContaining([
        'apigateway CreateApiKey',
        'cognito CreateUserPoolClient',
        'dynamodb PutItem',
        'kms GenerateMac',
        'lambda okta-profile',
        'okta CreateUser',
        'servicenow UpdateRecord',
        'ses SendEmail',
        'stepfunctions StartExecution',
      ]),
    );
  });

  test('moves every clock of the process, libraries included', async () => {
    const webhook = new Webhook(
      parseEnv(await readFile(join(root, '.env.example'), 'utf8'))['SERVICENOW_WEBHOOK_SECRET'] ?? '',
    );
    const send = async (at: Date): Promise<number> => {
      const headers = {
        'webhook-id': 'msg-1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': webhook.sign('msg-1', at, 'no json'),
      };
      return (
        await rawRequest(twin.urls.gateway, {
          method: 'POST',
          path: '/webhooks/servicenow',
          headers: Object.entries(headers),
          body: 'no json',
        })
      ).status;
    };
    const today = new Date();
    const tomorrow = new Date(today.getTime() + 86_400_000);
    // 401 is a stale or early signature, 400 a good one over a body that is no JSON.
    expect([await send(today), await send(tomorrow)]).toEqual([400, 401]);
    await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'PUT', body: '{"offsetSeconds":86400}' });
    expect([await send(today), await send(tomorrow)]).toEqual([401, 400]);
    await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'DELETE' });
    expect([await send(today), await send(tomorrow)]).toEqual([400, 401]);
  });

  test('is alone on its data folder and its ports', async () => {
    expect(await refusal({ SALLYPORT_PORT: '0', SALLYPORT_DATA: twin.dataFolder })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `✗ another twin is running on the data folder ${twin.dataFolder}; stop it, or set SALLYPORT_DATA to another folder\n`,
    });
  });

  test('keeps who Sallyport is, and its ports, over a crash', async () => {
    const before = await twin.kill('SIGKILL');
    expect(before).toBe('SIGKILL');
    await twin.restart();
    expect((await fetch(`${twin.urls.gateway}/_twin/health`)).status).toBe(200);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly on %s', async (signal) => {
    expect(await twin.kill(signal)).toBe(0);
    await twin.restart();
  });
});

test('a port that is taken is named', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-twin-'));
  const answer = await refusal({ SALLYPORT_PORT: String(address.port), SALLYPORT_DATA: folder });
  await rm(folder, { recursive: true });
  await new Promise((resolve) => other.close(resolve));
  expect(answer).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `✗ port ${address.port}, where gateway is to answer, is in use; set SALLYPORT_PORT to a port with four free ones after it\n`,
  });
});

test('every fault of the configuration is named at once, and no value', async () => {
  expect(
    await refusal({
      SALLYPORT_PORT: '99999',
      SALLYPORT_DATA: '',
      SALLYPORT_ENVIRONMENT: 'TEST',
      SALLYPORT_TIME_SCALE: 'fast',
      SALLYPORT_VENDOR_PACE: 'slow',
      SERVICENOW_WEBHOOK_SECRET: 'hunter2',
      SALLYPORT_OKTA_SIGNING: 'vault',
      SALLYPORT_CALLER_ADDRESS: 'localhost',
    }),
  ).toMatchObject({
    code: 1,
    stdout: '',
    stderr: [
      '✗ The configuration has faults.',
      '  SALLYPORT_PORT must be a port from 0 (any free ones) to 65531',
      '  SALLYPORT_DATA must be the path of a folder',
      '  SALLYPORT_ENVIRONMENT must be DEV, UAT, PROD',
      '  SALLYPORT_TIME_SCALE must be a number from 0.001 to 100000',
      '  SALLYPORT_VENDOR_PACE must be usual or unlimited',
      '  SALLYPORT_OKTA_SIGNING must be secret or kms',
      '  SALLYPORT_CALLER_ADDRESS must be an IPv4 or IPv6 address',
      '  SERVICENOW_WEBHOOK_SECRET must be one or two whsec_… separated by a blank, each with base64 of at least 24 bytes',
      '',
    ].join('\n'),
  });
});
