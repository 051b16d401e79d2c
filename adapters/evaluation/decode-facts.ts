import * as z from 'zod/mini';
import type {
  EvaluationFacts,
  JudgedClient,
  JudgedRecord,
  JudgedSignIn,
} from '../../core/authorization/evaluation-facts.ts';
import { rules } from '../../core/authorization/rules.ts';
import { grantTypes } from '../../core/contracts/records.ts';

const text = z.string();
const moment = z.pipe(
  z.int(),
  z.transform((seconds: number) => new Date(seconds * 1000)),
);
const record = z.pipe(
  z.tuple([text, z.int()]),
  z.transform(([id, version]): JudgedRecord => ({ id, version })),
);
const client = z.pipe(
  z.union([z.tuple([record]), z.tuple([record, record, record])]),
  z.transform(([found, contract, partner]): JudgedClient => ({
    client: found,
    ...(contract !== undefined && { contract }),
    ...(partner !== undefined && { partner }),
  })),
);
const signIn = z.pipe(
  z.tuple([record, record, record, record]),
  z.transform(([application, provider, contract, partner]): JudgedSignIn => ({
    application,
    provider,
    contract,
    partner,
  })),
);
const words = z.pipe(
  text,
  z.transform((joined: string) => joined.split(' ').filter((word) => word !== '')),
);

/** The members of `encode-facts.ts`. */
const encoded = z.object({
  at: moment,
  inv: text,
  rule: z.enum([...rules, 'all']),
  code: z.exactOptional(text),
  fault: z.exactOptional(text),
  why: z.exactOptional(text),
  recs: z.tuple([client], client),
  user: z.exactOptional(record),
  sid: z.exactOptional(text),
  sign: z.exactOptional(signIn),
  iss: z.exactOptional(record),
  dig: text,
  exp: moment,
  grant: z.exactOptional(z.enum(grantTypes)),
  for: z.exactOptional(text),
  scopes: z.exactOptional(words),
  prods: z.exactOptional(words),
  ip: text,
  route: text,
  cat: text,
});

type Denial = NonNullable<EvaluationFacts['denial']>;

/**
 * Decodes what `encodeFacts` has encoded. Returns undefined for what another version has encoded in another
 * form.
 */
export function decodeFacts(json: string): EvaluationFacts | undefined {
  const { data: facts } = encoded.safeParse(JSON.parse(json));
  if (facts === undefined) return undefined;
  const [calling, ...earlier] = facts.recs;
  const [method = '', path = ''] = facts.route.split(' ');
  return {
    at: facts.at,
    invocationId: facts.inv,
    rule: facts.rule,
    // Codes are shown as they were sealed, also those that a later version no longer has.
    ...(facts.code !== undefined && {
      denial: {
        denyCode: facts.code as Denial['denyCode'],
        why: facts.why ?? '',
        ...(facts.fault !== undefined && { fault: facts.fault as NonNullable<Denial['fault']> }),
      },
    }),
    principal: {
      clientId: calling.client.id,
      earlierClientIds: earlier.map((each) => each.client.id),
      ...(facts.user !== undefined && { userId: facts.user.id }),
      ...(facts.sid !== undefined && { sid: facts.sid }),
      ...(facts.grant !== undefined && { grant: facts.grant }),
      ...(facts.for !== undefined && { trustedFor: facts.for }),
      ...(facts.scopes !== undefined && { scopes: facts.scopes }),
      ...(facts.prods !== undefined && { products: facts.prods }),
    },
    token: {
      digest: facts.dig,
      expiresAt: facts.exp,
      ...(facts.iss !== undefined && { issuer: facts.iss }),
    },
    clients: facts.recs,
    ...(facts.user !== undefined && { user: facts.user }),
    ...(facts.sign !== undefined && { signIn: facts.sign }),
    sourceIp: facts.ip,
    route: { method, path },
    catalogueVersion: facts.cat,
  };
}
