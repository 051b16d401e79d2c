import { JwtVerifier } from 'aws-jwt-verify';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createPublicKey, verify } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { type Decision, decide } from '../functions/authorizer/decide.ts';
import type { VerifiedBearerToken } from '../adapters/tokens/bearer-tokens.ts';
import { dependencies } from '../functions/authorizer/dependencies.ts';
import type { Authorization } from '../core/authorization/authorize.ts';
import { logDecision } from '../functions/authorizer/log-decision.ts';
import { withEvaluationId } from '../functions/authorizer/with-evaluation-id.ts';
import { createLog } from '../middleware/log.ts';
import {
  eventWith,
  type Neighbours,
  startNeighbours,
  type TokenKind,
  tokenKinds,
} from './authorizer-neighbours.ts';
import type { Figure } from './figure.ts';
import { interleaved, median } from './rounds.ts';

const rounds = 80;
/** Rounds before the measured ones, because the runtime keeps optimising for some thousand calls. */
const warmUps = 80;
const decisions = 50;
const repetitions = 10;

/** Microseconds for one decision. */
interface Cost {
  readonly wall: number;
  /**
   * The time of the whole process, because signatures are verified on another thread than the one that waits.
   */
  readonly cpu: number;
}

type Contestant = (event: APIGatewayRequestAuthorizerEvent) => unknown;

/** Makes the calls one after the other, as Lambda does. */
async function costOf(tokens: readonly string[], contestant: Contestant): Promise<Cost> {
  const events = tokens.map(eventWith);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (const event of events) {
    if ((await contestant(event)) === undefined) throw new Error('a good token was refused');
  }
  const wall = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: (wall * 1000) / events.length, cpu: (user + system) / events.length };
}

/** Returns the medians of each contestant's rounds. All contestants get the same tokens. */
async function costs<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  tokensOf: (round: number) => readonly string[],
): Promise<Readonly<Record<Name, Cost>>> {
  const named = Object.entries<Contestant>(contestants);
  const measured = await interleaved(
    warmUps + rounds,
    named.map(([, contestant]) => {
      let round = 0;
      return () => costOf(tokensOf(round++), contestant);
    }),
  );
  const medianOf = (which: keyof Cost, all: readonly Cost[] = []): number =>
    median(all.slice(warmUps).map((cost) => cost[which]));
  return Object.fromEntries(
    named.map(([name], index) => [
      name,
      { wall: medianOf('wall', measured[index]), cpu: medianOf('cpu', measured[index]) },
    ]),
  ) as Record<Name, Cost>;
}

const id = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';

async function allowed(deciding: Promise<Decision>): Promise<Decision> {
  const decision = await deciding;
  if (decision.evaluation.decision !== 'allow') {
    throw new Error(`the call was refused by the rule ${decision.evaluation.rule}`);
  }
  return decision;
}

/** Decides, and seals the facts of the decision, as the handler does. */
async function sealedDecision(
  ours: ReturnType<typeof dependencies>,
  event: APIGatewayRequestAuthorizerEvent,
): Promise<Authorization> {
  const sealingKey = ours.sealingKey();
  const decision = await allowed(decide(ours, event, id));
  const { authorization } = decision;
  if (authorization === undefined) throw new Error('an allowed call has no authorization');
  const answer = await withEvaluationId({ ...decision, authorization }, event, await sealingKey, ours);
  if (answer === authorization) throw new Error('the evaluation was not sealed');
  return answer;
}

const tokenIn = ({ headers }: APIGatewayRequestAuthorizerEvent): string =>
  headers?.['Authorization']?.slice('Bearer '.length) ?? '';

/**
 * Returns what is compared: Sallyport's decision, the same with its facts sealed, `jose` alone with the same pinned issuer and algorithm, the
 * decision with another verifier, and the bare verification of the signature.
 * @param verified the result of verifying the token
 */
function contestants(
  kind: TokenKind,
  { issuers, keySet }: Neighbours,
  ours: ReturnType<typeof dependencies>,
  /** Those of the decision that is sealed, because a token is new only once to a process. */
  sealing: ReturnType<typeof dependencies>,
  verified: VerifiedBearerToken,
) {
  const issuer = issuers[kind];
  const keys = createRemoteJWKSet(new URL(`${issuers.own}/.well-known/jwks.json`));
  const options = { issuer, algorithms: ['RS256'], requiredClaims: ['exp', 'scope'] };
  const verifier = JwtVerifier.create({ issuer, jwksUri: 'https://nobody.example', audience: null });
  verifier.cacheJwks(keySet);
  const judge = async (token: string): Promise<VerifiedBearerToken> => {
    await verifier.verify(token);
    return verified;
  };
  const [jwk] = keySet.keys;
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return {
    sallyport: (event: APIGatewayRequestAuthorizerEvent) => allowed(decide(ours, event, id)),
    sealed: (event: APIGatewayRequestAuthorizerEvent) => sealedDecision(sealing, event),
    jose: (event: APIGatewayRequestAuthorizerEvent) => jwtVerify(tokenIn(event), keys, options),
    awsJwtVerify: (event: APIGatewayRequestAuthorizerEvent) => allowed(decide({ ...ours, judge }, event, id)),
    cryptoVerify: (event: APIGatewayRequestAuthorizerEvent) => {
      const token = tokenIn(event);
      const end = token.lastIndexOf('.');
      return (
        verify(
          'sha256',
          Buffer.from(token.slice(0, end)),
          key,
          Buffer.from(token.slice(end + 1), 'base64url'),
        ) || undefined
      );
    },
  };
}

/** Measures the log line after a decision, written to where nobody reads it. */
async function lineCost(tokens: readonly string[], decision: Decision): Promise<Cost> {
  const log = createLog('authorizer');
  const sink = openSync(devNull, 'w');
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => writeSync(sink, String(text)) > 0;
  const { line } = await costs(
    {
      line: ({ requestContext: { requestId } }) => {
        logDecision(log, decision, { invocationId: id, requestId });
        return true;
      },
    },
    () => tokens,
  );
  process.stdout.write = write;
  closeSync(sink);
  return line;
}

/**
 * Measures the authorizer's decision for each kind of token: for a token that is new to the process, and for
 * a known one. It is compared with `jose` alone, which verifies and decides nothing, with the same decision
 * on `aws-jwt-verify`, and with a bare `crypto.verify` of the signature. For a third party's token, ours also
 * reads the user's record over HTTP, which none of the others does. None of them logs; the log line is
 * measured separately.
 */
export async function figures(): Promise<readonly Figure[]> {
  const neighbours = await startNeighbours();
  const [ours, sealing] = [dependencies(neighbours.environment), dependencies(neighbours.environment)];
  const found: Figure[] = [];
  for (const kind of tokenKinds) {
    const tokens = await neighbours.tokens(kind, (warmUps + rounds) * decisions);
    const verified = await ours.judge((await neighbours.tokens(kind, 1)).join());
    if ('rule' in verified) throw new Error(`a good token was refused by the rule ${verified.rule}`);
    const all = contestants(kind, neighbours, ours, sealing, verified);
    const first = await costs(all, (round) => tokens.slice(round * decisions, (round + 1) * decisions));
    const seen = tokens.slice(0, decisions);
    const again = await costs(all, () => Array.from({ length: repetitions }, () => seen).flat());
    found.push(...figuresOf(kind, first, again));
    if (kind === 'cognito') {
      const line = await lineCost(seen, await all.sallyport(eventWith(seen[0] ?? '')));
      found.push(
        ...kinds.map((each): Figure => ({ name: `authorizer-log-line-${each}`, value: line[each], unit })),
      );
    }
  }
  await neighbours.close();
  return found;
}

const unit = 'µs';
/** How many microseconds the sealing of an evaluation id may add. */
const mostForSealing = 300;
const kinds = ['wall', 'cpu'] as const;

type Costs = Readonly<Record<keyof ReturnType<typeof contestants>, Cost>>;

function figuresOf(token: TokenKind, first: Costs, again: Costs): readonly Figure[] {
  return kinds.flatMap((kind): readonly Figure[] => {
    const compare = (sight: string, of: Costs, peer: keyof Costs, name: string): Figure => ({
      name: `authorizer-${token}-${sight}-${kind}`,
      value: of.sallyport[kind],
      unit,
      peer: { name, value: of[peer][kind] },
    });
    const sealing = (sight: string, of: Costs): Figure => ({
      name: `authorizer-${token}-${sight}-sealed-${kind}`,
      value: of.sealed[kind],
      unit,
      peer: { name: 'without a sealed evaluation id', value: of.sallyport[kind] },
      reach: { wanted: '≤ + 300 µs', reached: of.sealed[kind] <= of.sallyport[kind] + mostForSealing },
    });
    const besideAwsJwtVerify = compare('repeated', again, 'awsJwtVerify', 'aws-jwt-verify');
    return [
      sealing('first-sight', first),
      sealing('repeated', again),
      compare('first-sight', first, 'jose', 'jose alone'),
      {
        ...compare('first-sight', first, 'awsJwtVerify', 'aws-jwt-verify'),
        name: `authorizer-${token}-first-sight-${kind}-beside-aws-jwt-verify`,
      },
      {
        ...compare('first-sight', first, 'cryptoVerify', 'crypto.verify'),
        name: `authorizer-${token}-first-sight-${kind}-beside-crypto-verify`,
      },
      {
        ...besideAwsJwtVerify,
        reach: { wanted: '≥ 10 × faster', reached: again.sallyport[kind] * 10 <= again.awsJwtVerify[kind] },
      },
      {
        ...compare('repeated', again, 'cryptoVerify', 'crypto.verify'),
        name: `authorizer-${token}-repeated-${kind}-beside-crypto-verify`,
      },
    ];
  });
}
