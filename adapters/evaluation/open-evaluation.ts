import { compactDecrypt, errors } from 'jose';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import type { EvaluationFacts } from '../../core/authorization/evaluation-facts.ts';
import type { EvaluationIdFault } from '../../core/authorization/explain-evaluation.ts';
import type { MacKey } from '../../core/mac-key.ts';
import { clockSkewSeconds } from '../../core/trust/verification.ts';
import { decodeFacts } from './decode-facts.ts';
import { deriveSealingKey, monthOf, openableSeconds, sealAlgorithms } from './sealing-keys.ts';

/** The syntax of a sealed id: a JWE in compact form with no encrypted key, a 96-bit IV and a 128-bit tag. */
const syntax = /^(?<header>[\w-]+)\.\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/u;
/** The syntax of the id of an invocation. */
const invocation = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu;
const kidSyntax = /^(?<stage>.+)\.(?<month>\d{4}-\d{2})$/u;

/**
 * Opens evaluation ids of this stage. Keys are derived by their `kid`, which is taken only from those of the
 * months that an id can still be opened in.
 * @throws {StepError} if KMS does not give the key
 */
export type OpenEvaluation = (evaluationId: string) => Promise<EvaluationFacts | EvaluationIdFault>;

/** Creates the opener of evaluation ids. */
export function createOpenEvaluation({
  macKey,
  stage,
  clock,
}: {
  readonly macKey: MacKey;
  readonly stage: string;
  readonly clock: Clock;
}): OpenEvaluation {
  return async (evaluationId) => {
    if (invocation.test(evaluationId)) return 'not_sealed';
    const kid = kidIn(evaluationId);
    if (kid === undefined || !isCanonical(evaluationId)) return 'malformed';
    if (kid.stage !== stage) return 'other_stage';

    const now = clock.now();
    if (kid.month < monthOf(secondsAfter(now, -openableSeconds))) return 'expired';
    if (kid.month > monthOf(secondsAfter(now, clockSkewSeconds))) return 'not_opened';
    const { key } = await deriveSealingKey({ macKey, stage }, kid.month);
    const json = await decrypt(evaluationId, key);
    if (json === undefined) return 'not_opened';
    const facts = decodeFacts(json);
    if (facts === undefined) return 'other_version';
    return now >= secondsAfter(facts.at, openableSeconds) ? 'expired' : facts;
  };
}

/** Tells whether no bit of the text is without a meaning, as the last ones of base64url may be (RFC 4648 §3.5). */
const isCanonical = (evaluationId: string): boolean =>
  evaluationId.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);

/** Returns the stage and the month that a sealed id names; undefined if it is none. */
function kidIn(evaluationId: string): { readonly stage: string; readonly month: string } | undefined {
  const { header } = syntax.exec(evaluationId)?.groups ?? {};
  if (header === undefined) return undefined;
  try {
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly kid?: unknown };
    const { stage, month } = (typeof kid === 'string' ? kidSyntax.exec(kid)?.groups : undefined) ?? {};
    return stage === undefined || month === undefined ? undefined : { stage, month };
  } catch {
    return undefined;
  }
}

/** Returns what is sealed; undefined if it was not sealed with this key, or was changed. */
async function decrypt(
  evaluationId: string,
  key: Parameters<typeof compactDecrypt>[1],
): Promise<string | undefined> {
  try {
    const { plaintext } = await compactDecrypt(evaluationId, key, {
      keyManagementAlgorithms: [sealAlgorithms.alg],
      contentEncryptionAlgorithms: [sealAlgorithms.enc],
    });
    return new TextDecoder().decode(plaintext);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
