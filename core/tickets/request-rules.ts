import * as z from 'zod';
import { contractIdPattern } from '../contracts/ids.ts';
import { mailboxOf } from '../mailbox.ts';
import { parseUserId, userIdForm } from '../users/user-id.ts';

/** A rule for one value: a stable code, a sentence that says what is allowed, and the check itself. */
export interface ValueRule {
  readonly code: string;
  readonly allowed: string;
  readonly holds: (value: string) => boolean;
}

/**
 * Returns the schema of a value as a desk sends it: a string, in Unicode's composed form (NFC), without
 * white space at its ends. Absent, null and blank are the same, and are refused only if the value is
 * `needed`.
 */
export function value(needed: boolean, ...rules: readonly ValueRule[]) {
  return z.preprocess(
    (sent) => sent ?? '',
    normal.check(...(needed ? [present(rules)] : []), ...rules.map(checkOf)),
  );
}

/**
 * The maximum length, above the limit of every rule. The time to compose characters grows faster than their
 * number.
 */
const maxInputLength = 16_000;

const normal = z.string().check(
  z.refine<string>((text) => text.length <= maxInputLength, {
    params: { code: 'too_long' },
    error: `At most ${maxInputLength} characters.`,
    abort: true,
  }),
  z.normalize('NFC'),
  z.trim(),
);

const present = (rules: readonly ValueRule[]) =>
  z.refine<string>((text) => text !== '', {
    params: { code: 'required' },
    error: ['A value is required.', ...rules.map(({ allowed }) => allowed)].join(' '),
  });

const checkOf = ({ code, allowed, holds }: ValueRule) =>
  z.refine<string>((text) => text === '' || holds(text), { params: { code }, error: allowed });

export const oneOf = (code: string, allowed: readonly string[]): ValueRule => ({
  code,
  allowed: `One of: ${allowed.join(', ')}.`,
  holds: (text) => allowed.includes(text),
});

const maxLength = (limit: number): ValueRule => ({
  code: 'too_long',
  allowed: `At most ${limit} characters.`,
  holds: (text) => text.length <= limit,
});

/**
 * Characters that cannot be seen. Unicode counts fillers as letters, and the blank of braille as a symbol.
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;
const visible: ValueRule = {
  code: 'invisible',
  allowed: 'At least one visible character.',
  holds: (text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(invisible, '')),
};

/**
 * Rules for a line of text in any script. Characters are refused that could forge lines, change the order of
 * reading or be taken for markup where the text is shown.
 */
export const oneLine = (limit: number): readonly ValueRule[] => [
  maxLength(limit),
  visible,
  {
    code: 'forbidden_characters',
    allowed: 'One line without control characters, bidirectional overrides, < and >.',
    holds: (text) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069<>]/u.test(text),
  },
];

/** Rules for text of several lines, in any script. */
export const lines = (limit: number): readonly ValueRule[] => [
  maxLength(limit),
  visible,
  {
    code: 'forbidden_characters',
    allowed: 'Lines without control characters, bidirectional overrides, < and >.',
    holds: (text) => !/[^\P{Cc}\t\r\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069<>]/u.test(text),
  },
];

/** Okta's limit is 100 characters. */
export const mailbox: readonly ValueRule[] = [
  {
    code: 'too_long',
    allowed: 'At most 100 characters.',
    holds: (text) => (mailboxOf(text) ?? text).length <= 100,
  },
  {
    code: 'not_an_address',
    allowed: 'One e-mail address without a name: team@partner.example.',
    holds: (text) => mailboxOf(text) !== undefined,
  },
];

export const userId: ValueRule = {
  code: 'not_a_user_id',
  allowed: userIdForm,
  holds: (text) => parseUserId(text) !== undefined,
};

/** Okta's limit is 100 characters. */
export const telephone: readonly ValueRule[] = [
  maxLength(100),
  {
    code: 'not_a_telephone_number',
    allowed:
      'Digits, spaces and ( ) . / - after an optional +, 3 to 20 digits, and perhaps an extension: +1 555 0100 ext. 12.',
    holds: (text) => /^\+?(?:[ ()./-]*\d){3,20}[ )]*(?:(?:x|ext\.?) ?\d{1,6})?$/i.test(text),
  },
];

/**
 * The number of a ticket or a task, as any desk writes it: RITM0012345 or ABC-123. Small letters are refused,
 * so that no ticket has two spellings. The name of an execution, which begins with it, may have 80 characters.
 */
export const ticketNumber: ValueRule = {
  code: 'not_a_number',
  allowed: 'Up to 40 capital letters without accents and digits, with single hyphens between them.',
  holds: (text) => text.length <= 40 && /^[A-Z0-9]+(?:-[A-Z0-9]+)*$/.test(text),
};

export const contractNumber: ValueRule = {
  code: 'not_a_contract_number',
  allowed: 'Up to 100 letters without accents, digits and . _ -, beginning with a letter or digit.',
  holds: (text) => contractIdPattern.test(text),
};
