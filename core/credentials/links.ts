import { createHash } from 'node:crypto';
import type { MacKey } from '../mac-key.ts';
import type { LinkRecord } from './records.ts';

/** The lifetime of a pick-up link. */
export const linkLifeSeconds = 72 * 60 * 60;
/** The number of attempts to enter the code. After that many wrong codes, the link is locked. */
export const attemptsPerLink = 5;

/** Crockford's base 32: digits and capital letters without I, L, O and U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 8;

/** The two secrets of a link. */
export interface LinkSecrets {
  /** 43 characters of base64url: 256 bits. */
  readonly token: string;
  /**
   * Eight characters of the alphabet, which are 40 bits, shown as `XXXX-XXXX`. There are five attempts to
   * guess it.
   */
  readonly code: string;
}

/** The keys that links are derived with. Who has only one of them cannot derive a whole link. */
export interface LinkKeys {
  /** Derives the tokens. */
  readonly linkKey: MacKey;
  /** Derives the codes, and the MACs that are stored in their place. */
  readonly codeKey: MacKey;
}

/**
 * Derives the token and the code of an onboarding's nth link. They are never stored. So after a lost answer
 * or a crash, the same link can be sent again.
 */
export async function deriveLink(
  { linkKey, codeKey }: LinkKeys,
  onboardingId: string,
  number: number,
): Promise<LinkSecrets> {
  const [token, code] = await Promise.all([
    deriveToken(linkKey, onboardingId, number),
    codeKey.generate(`code\n${onboardingId}\n${number}`),
  ]);
  return {
    token,
    code: Array.from(code.subarray(0, codeLength), (byte) => alphabet.charAt(byte % alphabet.length)).join(
      '',
    ),
  };
}

/** Derives the token alone. */
export const deriveToken = async (
  linkKey: LinkKeys['linkKey'],
  onboardingId: string,
  number: number,
): Promise<string> =>
  Buffer.from(await linkKey.generate(`link\n${onboardingId}\n${number}`)).toString('base64url');

/** Returns the hash of a token. It is the key of the link's record. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Returns the message whose MAC is stored in place of the code. A hash would not be enough, because whoever
 * can read the table could soon guess a code of forty bits. The message also names what the link is for, so
 * that the code is wrong once somebody has changed that in the link's record.
 */
export function codeMessage(
  tokenHash: string,
  { onboardingId, clientId, expiresAt }: Pick<LinkRecord, 'onboardingId' | 'clientId' | 'expiresAt'>,
  code: string,
): string {
  return ['check', tokenHash, onboardingId, clientId, expiresAt, code].join('\n');
}

/** Formats a code as `XXXX-XXXX`. */
export function displayCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

const codeSyntax = new RegExp(`^[${alphabet}]{${codeLength}}$`, 'u');

/**
 * Returns the code that was typed or pasted. Only its letters and digits matter, not their case or width, nor
 * what is between or around them, seen or unseen. O counts as 0, and I or L as 1.
 * @returns undefined if the text cannot be a code
 */
export function parseCode(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]|\p{Lm}|\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .replace(/O/gu, '0')
    .replace(/[IL]/gu, '1');
  return codeSyntax.test(code) ? code : undefined;
}
