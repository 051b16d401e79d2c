import { SignJWT } from 'jose';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createJwtSigner } from '../adapters/aws/kms-token-signer.ts';
import type { Authorization } from '../core/authorization/authorize.ts';
import { decide } from '../functions/authorizer/decide.ts';
import { dependencies } from '../functions/authorizer/dependencies.ts';
import { serve } from '../local/kernel/serve.ts';
import { eventWith, startNeighbours } from './authorizer-neighbours.ts';
import type { Figure } from './figure.ts';
import { interleaved, median } from './rounds.ts';

const rounds = 60;
const warmUps = 60;
const decisions = 30;
/** How many microseconds the signature may add to the first sight of a token. */
const mostForSigning = 300;

type Sign = (claims: object) => string | Promise<string>;

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Signs with a key in memory, on the thread that decides. */
function signerInMemory(alg: 'EdDSA' | 'ES256', key: KeyObject): Sign {
  const header = encoded({ alg, kid: '2026-11' });
  return (claims) => {
    const input = `${header}.${encoded(claims)}`;
    const signature = sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), {
      key,
      dsaEncoding: 'ieee-p1363',
    });
    return `${input}.${signature.toString('base64url')}`;
  };
}

/** The claims of a context for one product: who calls, and nothing of the single call. */
const claimsOf = ({ context }: Authorization, lifetime: { readonly iat: number; readonly exp: number }) => ({
  aud: 'https://api.benchmark.example/apis/credit-reports',
  ...lifetime,
  client: context.clientId,
  partner: context.partnerId,
  contract: context.contractId,
  sub: context.userId,
  userPartner: context.userPartnerId,
});

/** Starts a stand-in for KMS in this process. It signs with RSA, as the twin's does, and has no network. */
async function startKms() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return serve(
    {
      fetch: async (request) => {
        const { Message } = (await request.json()) as { readonly Message: string };
        const signature = sign('sha256', Buffer.from(Message, 'base64'), privateKey);
        return Response.json({ Signature: signature.toString('base64') });
      },
    },
    0,
  );
}

/**
 * Measures what a context that backends can verify would cost (docs/adr/0048): the first sight of a token, with a
 * signature by each means and without one, in the same rounds; and the size of the JWT.
 */
export async function figures(): Promise<readonly Figure[]> {
  const [neighbours, kms] = await Promise.all([startNeighbours(), startKms()]);
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const byKms = createJwtSigner({
    keyId: 'key',
    env: { ...neighbours.environment, AWS_ENDPOINT_URL: kms.url },
  });
  const ways: Readonly<Record<string, Sign | undefined>> = {
    none: undefined,
    'eddsa-in-memory': signerInMemory('EdDSA', ed25519),
    'es256-in-memory': signerInMemory('ES256', p256),
    'eddsa-by-jose': (claims) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'EdDSA', kid: '2026-11' }).sign(ed25519),
    'rs256-by-stand-in-of-kms': (claims) => byKms.sign(claims),
  };
  const tokens = await neighbours.tokens('cognito', (warmUps + rounds) * decisions);
  const sizes = new Map<string, number>();
  const measured = await interleaved(
    warmUps + rounds,
    Object.entries(ways).map(([name, signContext]) => {
      const ours = dependencies(neighbours.environment);
      let round = 0;
      return async () => {
        const events = tokens.slice(round * decisions, (round + 1) * decisions).map(eventWith);
        round += 1;
        const startedAt = performance.now();
        for (const event of events) {
          const { authorization } = await decide(ours, event, 'invocation');
          if (authorization === undefined) throw new Error('a good token was refused');
          const iat = Math.floor(Date.now() / 1000);
          const signed = await signContext?.(claimsOf(authorization, { iat, exp: iat + 900 }));
          sizes.set(name, signed?.length ?? 0);
        }
        return ((performance.now() - startedAt) * 1000) / events.length;
      };
    }),
  );
  await Promise.all([neighbours.close(), kms.close()]);

  const medians = new Map(
    Object.keys(ways).map((name, index) => [name, median((measured[index] ?? []).slice(warmUps))]),
  );
  const without = medians.get('none') ?? Number.NaN;
  return Object.keys(ways)
    .filter((name) => name !== 'none')
    .flatMap((name): readonly Figure[] => {
      const value = medians.get(name) ?? Number.NaN;
      const size = sizes.get(name) ?? Number.NaN;
      return [
        {
          name: `signed-context-${name}`,
          value,
          unit: 'µs',
          peer: { name: 'unsigned', value: without },
          reach: { wanted: `≤ + ${mostForSigning} µs`, reached: value <= without + mostForSigning },
        },
        { name: `signed-context-${name}-size`, value: size, unit: 'count' },
      ];
    });
}
