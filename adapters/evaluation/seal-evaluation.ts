import { CompactEncrypt } from 'jose';
import type { EvaluationFacts } from '../../core/authorization/evaluation-facts.ts';
import { encodeFacts } from './encode-facts.ts';
import { sealAlgorithms, type SealingKey } from './sealing-keys.ts';

/**
 * What is sealed is filled up with blanks to a multiple of so many bytes, because the length of the text would
 * tell which rule has decided.
 */
const stepBytes = 256;
/** How many bytes are sealed at least, which the facts of nearly all tokens need not exceed. */
const leastSealedBytes = 512;
/**
 * How many bytes are sealed at most, so that the id fits the authorizer's answer. A signed-in person's facts need
 * the most.
 */
export const mostSealedBytes = 1024;

/**
 * Seals the facts of an evaluation: a JWE in compact form (RFC 7516 §7.1), encrypted with AES-256-GCM. Nobody
 * without the key can read or change it (docs/adr/0047).
 * @returns undefined if the facts are too long
 */
export async function sealEvaluation(
  facts: EvaluationFacts,
  { kid, key }: SealingKey,
): Promise<string | undefined> {
  const plain = Buffer.from(encodeFacts(facts));
  const bytes = Math.max(leastSealedBytes, Math.ceil(plain.length / stepBytes) * stepBytes);
  if (bytes > mostSealedBytes) return undefined;
  const filledUp = Buffer.alloc(bytes, ' ');
  plain.copy(filledUp);
  return new CompactEncrypt(filledUp).setProtectedHeader({ ...sealAlgorithms, kid }).encrypt(key);
}
