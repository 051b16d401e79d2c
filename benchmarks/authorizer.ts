import { JwtVerifier } from 'aws-jwt-verify';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { type Decision, decide } from '../functions/authorizer/decide.ts';
import type { BelievedToken } from '../adapters/tokens/bearer-tokens.ts';
import { dependencies } from '../functions/authorizer/dependencies.ts';
import { logDecision } from '../functions/authorizer/log-decision.ts';
import { createLog } from '../middleware/log.ts';
import { eventWith, type Neighbours, startNeighbours } from './authorizer-neighbours.ts';
import type { Figure } from './figure.ts';
import { interleaved, median } from './rounds.ts';

const rounds = 80;
/** Rounds that come before: the runtime goes on optimising for some thousand calls. */
const warmUps = 80;
const decisions = 50;
const repetitions = 10;

/** Microseconds of one decision. */
interface Cost {
  readonly wall: number;
  /** Of the whole process: signatures are not checked on the thread that waits for them. */
  readonly cpu: number;
}

type Contestant = (event: APIGatewayRequestAuthorizerEvent) => unknown;

/** Makes the calls one after the other, as Lambda does. */
async function costOf(tokens: readonly string[], contestant: Contestant): Promise<Cost> {
  const events = tokens.map(eventWith);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (const event of events) if (await contestant(event) === undefined) throw new Error('a good token was refused');
  const wall = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: wall * 1000 / events.length, cpu: (user + system) / events.length };
}

/** Medians of each contestant's rounds, all of which have the same tokens. */
async function costs<Name extends string>(contestants: Readonly<Record<Name, Contestant>>, tokensOf: (round: number) => readonly string[]): Promise<Readonly<Record<Name, Cost>>> {
  const named = Object.entries<Contestant>(contestants);
  const measured = await interleaved(warmUps + rounds, named.map(([, contestant]) => {
    let round = 0;
    return () => costOf(tokensOf(round++), contestant);
  }));
  const medianOf = (which: keyof Cost, all: readonly Cost[] = []): number => median(all.slice(warmUps).map((cost) => cost[which]));
  return Object.fromEntries(named.map(([name], index) => [name, { wall: medianOf('wall', measured[index]), cpu: medianOf('cpu', measured[index]) }])) as Record<Name, Cost>;
}

const id = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';

async function allowed(deciding: Promise<Decision>): Promise<Decision> {
  const decision = await deciding;
  if (decision.evaluation.decision !== 'allow') throw new Error(`the call was refused by the rule ${decision.evaluation.rule}`);
  return decision;
}

/** Ours, `jose` alone with the same pinned issuer and algorithm, and our decision with another verifier. */
function contestants({ issuer, keySet, environment }: Neighbours) {
  const ours = dependencies(environment);
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const options = { issuer, algorithms: ['RS256'], requiredClaims: ['exp', 'token_use', 'client_id', 'scope'] };
  const verifier = JwtVerifier.create({
    issuer, audience: null,
    customJwtCheck: ({ payload }) => { if (payload['token_use'] !== 'access') throw new Error('not an access token'); },
  });
  verifier.cacheJwks(keySet);
  const judge = async (token: string): Promise<BelievedToken> => {
    const { client_id: clientId, scope = '', exp = 0 } = await verifier.verify(token);
    if (typeof clientId !== 'string') throw new Error('of no client');
    return { holder: { clientId, scopes: scope.split(' ') }, believedUntil: new Date(exp * 1000) };
  };
  return {
    sallyport: (event: APIGatewayRequestAuthorizerEvent) => allowed(decide(ours, event, id)),
    jose: ({ headers }: APIGatewayRequestAuthorizerEvent) => jwtVerify(headers?.['Authorization']?.slice('Bearer '.length) ?? '', keys, options),
    awsJwtVerify: (event: APIGatewayRequestAuthorizerEvent) => allowed(decide({ ...ours, judge }, event, id)),
  };
}

/** Of the log line after a decision, as it is written when nobody reads it. */
async function lineCost(tokens: readonly string[], decision: Decision): Promise<Cost> {
  const log = createLog('authorizer');
  const sink = openSync(devNull, 'w');
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => writeSync(sink, String(text)) > 0;
  const { line } = await costs({ line: ({ requestContext: { requestId } }) => {
    logDecision(log, decision, { evaluationId: id, requestId });
    return true;
  } }, () => tokens);
  process.stdout.write = write;
  closeSync(sink);
  return line;
}

/**
 * What the authorizer's decision costs: for a token that the process has never seen, and for one that it has.
 * Beside it are `jose` alone, which verifies and decides nothing, and the same decision with `aws-jwt-verify` as
 * the verifier. None of them logs; the log line is measured apart.
 */
export async function figures(): Promise<readonly Figure[]> {
  const neighbours = await startNeighbours();
  const tokens = await neighbours.tokens((warmUps + rounds) * decisions);
  const all = contestants(neighbours);
  const first = await costs(all, (round) => tokens.slice(round * decisions, (round + 1) * decisions));
  const seen = tokens.slice(0, decisions);
  const again = await costs(all, () => Array.from({ length: repetitions }, () => seen).flat());
  const line = await lineCost(seen, await all.sallyport(eventWith(seen[0] ?? '')));
  await neighbours.close();

  const unit = 'µs';
  const kinds = ['wall', 'cpu'] as const;
  return [
    ...kinds.flatMap((kind): readonly Figure[] => [
      {
        name: `authorizer-first-sight-${kind}`, value: first.sallyport[kind], unit, peer: { name: 'jose alone', value: first.jose[kind] },
        reach: { wanted: '≤ 1.15 ×', reached: first.sallyport[kind] <= first.jose[kind] * 1.15 },
      },
      { name: `authorizer-first-sight-${kind}-beside-aws-jwt-verify`, value: first.sallyport[kind], unit, peer: { name: 'aws-jwt-verify', value: first.awsJwtVerify[kind] } },
    ]),
    ...kinds.flatMap((kind): readonly Figure[] => [
      {
        name: `authorizer-repeated-${kind}`, value: again.sallyport[kind], unit, peer: { name: 'aws-jwt-verify', value: again.awsJwtVerify[kind] },
        reach: { wanted: '≥ 10 × faster', reached: again.sallyport[kind] * 10 <= again.awsJwtVerify[kind] },
      },
      { name: `authorizer-repeated-${kind}-beside-jose`, value: again.sallyport[kind], unit, peer: { name: 'jose alone', value: again.jose[kind] } },
    ]),
    ...kinds.map((kind): Figure => ({ name: `authorizer-log-line-${kind}`, value: line[kind], unit })),
  ];
}
