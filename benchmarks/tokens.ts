import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { sampleEnvironment } from '../packaging/sample-environment.ts';
import type { Figure } from './figure.ts';
import { load, type Load, type Post } from './http-load.ts';
import { type OwnProcess, startProcess } from './own-process.ts';
import { installPeer } from './peers/install.ts';
import { interleaved, median } from './rounds.ts';
import { startTokenTwin } from './token-twin.ts';

const rounds = 9;
/** Rounds before the measured ones, in which runtimes optimise and connections are opened. */
const warmUps = 2;
const tokens = 300;

const algorithm = 'RS256';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const grant = { grant_type: 'client_credentials', scope: 'credit-reports/read' };

type AuthMethod = 'secret' | 'private-key-jwt';

/** A token endpoint and how to send it requests. */
interface Contestant {
  readonly url: string;
  /** The processor time, if the process does nothing else. */
  readonly cpu?: OwnProcess['cpu'];
  /** Creates this many requests. Each can be used once. */
  readonly posts: (count: number) => Promise<readonly Post[]>;
}

/** The result of one round, with the milliseconds of processor time for one token. */
interface Run extends Load {
  readonly cpu: number;
}

async function run({ url, cpu = () => Promise.resolve(Number.NaN), posts }: Contestant): Promise<Run> {
  const all = await posts(tokens);
  const before = await cpu();
  const measured = await load(url, all);
  return { ...measured, cpu: ((await cpu()) - before) / tokens };
}

/**
 * Measures how many access tokens (RS256) a token endpoint issues in a second, and the 99th percentile of the
 * waiting time. Clients authenticate by secret and by `private_key_jwt`, with the grant `client_credentials`.
 * Eight connections request tokens, each the next as soon as it has one. All processes share this machine's
 * processors.
 *
 * - `token-…`: the token function alone, behind a server that turns requests into events. Table, Cognito and
 *   KMS are stand-ins in another process that only sign. By secret, Cognito checks and signs. By
 *   `private_key_jwt`, the function checks the assertion and records its `jti` in the table, and KMS signs.
 * - `twin-token-…`: the complete twin in one process: gateway, roles, table, and the stand-in of Cognito or
 *   KMS.
 *
 * Each is compared with `oidc-provider` for a client of the same kind on the same stores: KMS signs, and the ids
 * of used assertions are in the table. Beside it stands one that keeps clients, used ids and signing key in
 * memory. That is the fastest way to a token, but not allowed here, so no target belongs to it.
 */
export async function figures(): Promise<readonly Figure[]> {
  const peer = `oidc-provider ${installPeer('oidc-provider')}`;
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const keys = [{ ...(await exportJWK(publicKey)), alg: algorithm, use: 'sig', kid: 'benchmark' }];

  const bySecret =
    (clientId: string, secret: string): Contestant['posts'] =>
    (count) =>
      Promise.resolve(
        Array.from({ length: count }, () => ({
          headers: {
            ...form,
            authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
          },
          body: new URLSearchParams(grant).toString(),
        })),
      );
  const byKey =
    (clientId: string, audience: string): Contestant['posts'] =>
    (count) =>
      Promise.all(
        Array.from({ length: count }, async () => ({
          headers: form,
          body: new URLSearchParams({
            ...grant,
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: await new SignJWT({
              iss: clientId,
              sub: clientId,
              aud: audience,
              jti: randomUUID(),
            })
              .setProtectedHeader({ alg: algorithm, kid: 'benchmark' })
              .setIssuedAt()
              .setExpirationTime('4m')
              .sign(privateKey),
          }).toString(),
        })),
      );

  const CLIENT_KEYS = JSON.stringify(keys);
  const CLIENT_SECRET = randomUUID();
  const neighbours = await startProcess('benchmarks/token-neighbours.ts', { CLIENT_KEYS });
  const aws = {
    AWS_ENDPOINT_URL: neighbours.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'benchmark',
    AWS_SECRET_ACCESS_KEY: 'benchmark',
  };
  const issuer = 'https://api.benchmark.example';
  const ours = await startProcess('benchmarks/token-function.ts', {
    ...sampleEnvironment([
      'SALLYPORT_ENVIRONMENT',
      'TABLE_NAME',
      'GRANTS_ON',
      'SIGNING_KEY_IDS',
      'TOKEN_ISSUER',
      'OKTA_URL',
      'OKTA_LOGIN_CLIENT_ID',
      'OKTA_LOGIN_SIGNER',
    ]),
    ...aws,
    PUBLIC_URL: issuer,
    COGNITO_TOKEN_URL: `${neighbours.url}/oauth2/token`,
  });
  const provider = await startProcess('benchmarks/peers/oidc-provider-process.ts', {
    CLIENT_KEYS,
    CLIENT_SECRET,
  });
  const providerOnStores = await startProcess('benchmarks/peers/oidc-provider-process.ts', {
    CLIENT_KEYS,
    CLIENT_SECRET,
    ...aws,
  });
  const twin = await startTokenTwin(keys);
  try {
    const of = ({ url, cpu }: OwnProcess, path: string, posts: Contestant['posts']): Contestant => ({
      url: `${url}${path}`,
      cpu,
      posts,
    });
    const { client_id: clientId, client_secret: clientSecret, token_url: url } = twin.client;
    const measured = await measure({
      secret: {
        ours: of(ours, '/oauth2/token', bySecret('benchmark', CLIENT_SECRET)),
        twin: { url, posts: bySecret(clientId, clientSecret) },
        provider: of(provider, '/token', bySecret('with-secret', CLIENT_SECRET)),
        providerOnStores: of(providerOnStores, '/token', bySecret('with-secret', CLIENT_SECRET)),
      },
      'private-key-jwt': {
        ours: of(ours, '/oauth2/token', byKey('benchmark', issuer)),
        twin: { url, posts: byKey(clientId, twin.issuer) },
        provider: of(provider, '/token', byKey('with-keys', provider.url)),
        providerOnStores: of(providerOnStores, '/token', byKey('with-keys', providerOnStores.url)),
      },
    });
    return (['secret', 'private-key-jwt'] as const).flatMap((by) => figuresOf(by, measured[by], peer));
  } finally {
    await Promise.all([ours, provider, providerOnStores, neighbours, twin].map(({ stop }) => stop()));
  }
}

type Contest = 'ours' | 'twin' | 'provider' | 'providerOnStores';
type Of<Value> = Readonly<Record<AuthMethod, Readonly<Record<Contest, Value>>>>;

/** Measures all contestants, and returns the medians of the rounds. */
async function measure(contestants: Of<Contestant>): Promise<Of<Run>> {
  const named = Object.values(contestants).flatMap((each) => Object.values(each));
  const measured = await interleaved(
    warmUps + rounds,
    named.map((contestant) => () => run(contestant)),
  );
  const medians = new Map(
    named.map((contestant, index): [Contestant, Run] => {
      const of = (what: keyof Run): number =>
        median((measured[index] ?? []).slice(warmUps).map((each) => each[what]));
      return [contestant, { rate: of('rate'), p99: of('p99'), cpu: of('cpu') }];
    }),
  );
  const none = { rate: Number.NaN, p99: Number.NaN, cpu: Number.NaN };
  const of = (by: AuthMethod) => ({
    ours: medians.get(contestants[by].ours) ?? none,
    twin: medians.get(contestants[by].twin) ?? none,
    provider: medians.get(contestants[by].provider) ?? none,
    providerOnStores: medians.get(contestants[by].providerOnStores) ?? none,
  });
  return { secret: of('secret'), 'private-key-jwt': of('private-key-jwt') };
}

function figuresOf(
  by: AuthMethod,
  { ours, twin, provider, providerOnStores }: Readonly<Record<Contest, Run>>,
  peer: string,
): readonly Figure[] {
  const compare = (
    name: string,
    own: Run,
    what: keyof Run,
    unit: string,
    other: Run,
    peerName = peer,
  ): Figure => ({
    name: `${name}-by-${by}${what === 'rate' ? '' : `-${what}`}`,
    value: own[what],
    unit,
    peer: { name: peerName, value: other[what] },
  });
  const quickEnough = (figure: Figure): Figure => ({
    ...figure,
    reach: { wanted: '≥ 1.5 ×', reached: figure.value >= 1.5 * (figure.peer?.value ?? Number.NaN) },
  });
  const onStores = `${peer} on the same stores`;
  return [
    compare('token', ours, 'rate', '1/s', provider),
    quickEnough({
      ...compare('token', ours, 'rate', '1/s', providerOnStores, onStores),
      name: `token-by-${by}-on-the-same-stores`,
    }),
    compare('token', ours, 'p99', 'ms', provider),
    compare('token', ours, 'cpu', 'ms', provider),
    {
      ...compare('token', ours, 'cpu', 'ms', providerOnStores, onStores),
      name: `token-by-${by}-cpu-on-the-same-stores`,
    },
    compare('twin-token', twin, 'rate', '1/s', provider),
    compare('twin-token', twin, 'p99', 'ms', provider),
  ];
}
