import { createCipheriv, randomBytes } from 'node:crypto';
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
/** How many bytes are sealed at most, so that the id fits the authorizer's answer. */
export const mostSealedBytes = 768;

const ivBytes = 12;
const tagBytes = 16;

/**
 * Seals the facts of an evaluation: a JWE in compact form (RFC 7516 §7.1), encrypted with AES-256-GCM by Node.js.
 * Nobody without the key can read or change it. It is synchronous, and so takes a tenth of the time of `jose`,
 * which opens it (docs/adr/0047).
 * @returns undefined if the facts are too long
 */
export function sealEvaluation(facts: EvaluationFacts, { kid, key }: SealingKey): string | undefined {
  const plain = Buffer.from(encodeFacts(facts));
  const bytes = Math.max(leastSealedBytes, Math.ceil(plain.length / stepBytes) * stepBytes);
  if (bytes > mostSealedBytes) return undefined;

  const header = Buffer.from(JSON.stringify({ ...sealAlgorithms, kid })).toString('base64url');
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(header));
  const sealed = Buffer.concat([
    cipher.update(plain),
    cipher.update(' '.repeat(bytes - plain.length)),
    cipher.final(),
  ]);
  const encoded = [iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  return `${header}..${encoded.join('.')}`;
}
