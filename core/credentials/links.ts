import { createHash } from 'node:crypto';
import type { MacKey } from '../mac-key.ts';

/** A pick-up link lives this long. */
export const linkLifeSeconds = 72 * 60 * 60;
/** This many wrong codes lock it. */
export const attemptsPerLink = 5;

/** Crockford's base 32: digits and capitals without I, L, O and U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 8;

export interface LinkSecrets {
  /** 43 characters of base64url: 256 bits. */
  readonly token: string;
  /** Eight characters of the alphabet, shown as `XXXX-XXXX`: 40 bits, and five tries. */
  readonly code: string;
}

/**
 * Token and code of an onboarding's nth link. They are derived, never stored, so that a lost answer or a
 * crash can send the same link again.
 */
export async function deriveLink(key: MacKey, onboardingId: string, number: number): Promise<LinkSecrets> {
  const [token, code] = await Promise.all([
    key.generate(`link\n${onboardingId}\n${number}`),
    key.generate(`code\n${onboardingId}\n${number}`),
  ]);
  return {
    token: Buffer.from(token).toString('base64url'),
    code: Array.from(code.subarray(0, codeLength), (byte) => alphabet.charAt(byte % alphabet.length)).join(
      '',
    ),
  };
}

/** What the table knows a link by. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * The message whose MAC stands in the table in place of the code. A hash would not do: forty bits are soon
 * guessed by whoever reads the table.
 */
export function codeMessage(tokenHash: string, code: string): string {
  return `check\n${tokenHash}\n${code}`;
}

/** `XXXX-XXXX`. */
export function displayCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** A typed code as the link knows it: case, hyphens and blanks do not matter, nor O for 0 and I or L for 1. */
export function normaliseCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/gu, '').replace(/O/gu, '0').replace(/[IL]/gu, '1');
}
