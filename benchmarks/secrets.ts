import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { Webhook } from 'standardwebhooks';
import { serve } from '../local/kernel/serve.ts';
import { bundle, modulesOf } from '../packaging/bundle.ts';
import { sampleEnvironment } from '../packaging/sample-environment.ts';
import { measureStart, type StartCost, writeFiles } from './cold-start.ts';
import type { Figure } from './figure.ts';
import { interleaved, median } from './rounds.ts';

const spawns = 60;
const secret = `whsec_${Buffer.from('a secret of the benchmark').toString('base64')}`;

/**
 * Returns a correctly signed webhook about a task that no onboarding waits for, so that the table is read
 * once.
 */
function signedWebhook(): object {
  const id = 'msg_1';
  const sentAt = new Date();
  const body = readFileSync('events/samples/sc-task-closed.json', 'utf8');
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
  };
  return {
    httpMethod: 'POST',
    resource: '/webhooks/servicenow',
    path: '/webhooks/servicenow',
    body,
    isBase64Encoded: false,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { requestId: 'benchmark', identity: { sourceIp: '203.0.113.10' } },
  };
}

/**
 * Measures what it costs a new process to read a function's secret. It takes the time from the start of the
 * import until the first signed webhook is answered. It is compared with the same function that has its
 * secret in the environment. Both also read the table. Secrets Manager and the table answer at once here, so
 * network time is not in the figures.
 */
export async function figures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const aws = await serve(
    {
      fetch: ({ headers }) =>
        Response.json(
          headers.get('x-amz-target') === 'secretsmanager.GetSecretValue'
            ? { VersionId: 'benchmark', SecretString: JSON.stringify({ servicenowWebhookSecret: secret }) }
            : {},
        ),
    },
    0,
  );
  try {
    const webhook = (await bundle(['servicenow-webhook'])).get('servicenow-webhook') ?? new Uint8Array();
    const files = unzipSync(webhook);
    writeFiles(join(folder, 'ours'), files);
    writeFiles(join(folder, 'peer'), {
      ...(await modulesOf(['benchmarks/webhook-with-environment'])),
      'catalogue.json': files['catalogue.json'] ?? new Uint8Array(),
    });
    const environment = {
      ...sampleEnvironment([
        'SALLYPORT_ENVIRONMENT',
        'TABLE_NAME',
        'CATALOGUE_FILE',
        'STATE_MACHINE_ARN',
        'SERVICENOW_WEBHOOK_SECRET_ID',
      ]),
      AWS_ENDPOINT_URL: aws.url,
      SERVICENOW_WEBHOOK_SECRET: secret,
    };
    const ours = {
      root: join(folder, 'ours'),
      module: 'functions/servicenow-webhook/handler.mjs',
      environment,
    };
    const peer = {
      root: join(folder, 'peer'),
      module: 'benchmarks/webhook-with-environment.mjs',
      environment,
    };
    const event = signedWebhook();
    const [ourCosts = [], peerCosts = []] = await interleaved(
      spawns,
      [ours, peer].map((start) => () => measureStart(start, event, 404)),
    );
    const figuresOf = (kind: keyof StartCost): readonly Figure[] => [
      {
        name: `cold-first-webhook-${kind}`,
        value: median(ourCosts.map((cost) => cost[kind])),
        unit: 'ms',
        peer: { name: 'its secret in the environment', value: median(peerCosts.map((cost) => cost[kind])) },
      },
      {
        name: `cold-first-webhook-for-its-secret-${kind}`,
        unit: 'ms',
        value: median(ourCosts.map((cost, round) => cost[kind] - (peerCosts[round]?.[kind] ?? Number.NaN))),
      },
    ];
    return [...figuresOf('wall'), ...figuresOf('cpu')];
  } finally {
    await aws.close();
    rmSync(folder, { recursive: true });
  }
}
