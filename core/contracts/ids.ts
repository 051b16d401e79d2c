import { createHash } from 'node:crypto';

/**
 * The partner behind a company name: the same id for the same name, however it is cased, spaced or composed.
 * Readable where the name has Latin letters.
 */
export function partnerIdOf(company: string): string {
  const name = company.normalize('NFKC').toLowerCase().trim().replace(/\s+/gu, ' ');
  const slug = name.normalize('NFKD').replace(/[^a-z0-9]+/gu, '-').replace(/^-+|-+$/gu, '').slice(0, 40);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${slug === '' ? 'partner' : slug}-${digest}`;
}

/** The contract that a partner has for a product if none is named. The dot is in neither of its parts. */
export const defaultContractIdOf = (partnerId: string, product: string): string => `${partnerId}.${product}`;

/** What a contract may be called: it is also typed into tickets. */
export const contractIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
