import * as z from 'zod';
import { contractIdPattern } from '../contracts/ids.ts';
import { mailboxOf } from '../mailbox.ts';

/** What can be said against one value: a stable code, and what is allowed, in a sentence. */
export interface ValueRule {
  readonly code: string;
  readonly allowed: string;
  readonly holds: (value: string) => boolean;
}

/**
 * A value as ServiceNow sends it: a string, in Unicode's composed form, without white space at its ends.
 * Absent, null and blank are the same, and are refused only where the value is `needed`.
 */
export function value(needed: boolean, ...rules: readonly ValueRule[]) {
  return z.preprocess(
    (sent) => sent ?? '',
    normal.check(...(needed ? [present(rules)] : []), ...rules.map(checkOf)),
  );
}

/** Beyond every rule's own limit. To compose characters takes longer than their number grows. */
const longest = 16_000;

const normal = z.string().check(
  z.refine<string>((text) => text.length <= longest, {
    params: { code: 'too_long' },
    error: `At most ${longest} characters.`,
    abort: true,
  }),
  z.normalize('NFC'),
  z.trim(),
);

const present = (rules: readonly ValueRule[]) =>
  z.refine<string>((text) => text !== '', {
    params: { code: 'required' },
    error: ['A value.', ...rules.map(({ allowed }) => allowed)].join(' '),
  });

const checkOf = ({ code, allowed, holds }: ValueRule) =>
  z.refine<string>((text) => text === '' || holds(text), { params: { code }, error: allowed });

export const oneOf = (code: string, allowed: readonly string[]): ValueRule => ({
  code,
  allowed: `One of: ${allowed.join(', ')}.`,
  holds: (text) => allowed.includes(text),
});

const maxLength = (most: number): ValueRule => ({
  code: 'too_long',
  allowed: `At most ${most} characters.`,
  holds: (text) => text.length <= most,
});

/** Fillers count as letters, and the blank of braille as a symbol. */
const unseen = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;
const visible: ValueRule = {
  code: 'invisible',
  allowed: 'Something that can be seen.',
  holds: (text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(unseen, '')),
};

/** Text for people in any script: what could forge lines, the order of reading or markup where it is shown is left out. */
export const oneLine = (most: number): readonly ValueRule[] => [
  maxLength(most),
  visible,
  {
    code: 'forbidden_characters',
    allowed: 'One line without control characters, bidirectional overrides, < and >.',
    holds: (text) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069<>]/u.test(text),
  },
];

export const lines = (most: number): readonly ValueRule[] => [
  maxLength(most),
  visible,
  {
    code: 'forbidden_characters',
    allowed: 'Lines without control characters, bidirectional overrides, < and >.',
    holds: (text) => !/[^\P{Cc}\t\r\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069<>]/u.test(text),
  },
];

/** Okta: 100 characters. */
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

/** Okta: a login of 5 to 100 characters. */
export const userId: ValueRule = {
  code: 'not_a_user_id',
  allowed:
    "5 to 100 letters without accents, digits and . _ + ' -, beginning with a letter or digit; at most one @.",
  holds: (text) => /^(?=.{5,100}$)[a-z0-9][\w.+'-]*(?:@[a-z0-9][a-z0-9.-]*)?$/i.test(text),
};

/** Okta: 100 characters. */
export const telephone: readonly ValueRule[] = [
  maxLength(100),
  {
    code: 'not_a_telephone_number',
    allowed:
      'Digits, spaces and ( ) . / - after an optional +, 3 to 20 digits, and perhaps an extension: +1 555 0100 ext. 12.',
    holds: (text) => /^\+?(?:[ ()./-]*\d){3,20}[ )]*(?:(?:x|ext\.?) ?\d{1,6})?$/i.test(text),
  },
];

export const sysId: ValueRule = {
  code: 'not_a_sys_id',
  allowed: '32 hexadecimal digits in lower case.',
  holds: (text) => /^[0-9a-f]{32}$/.test(text),
};

export const ticketNumber = (prefix: 'RITM' | 'SCTASK'): ValueRule => ({
  code: 'not_a_number',
  allowed: `${prefix} and 7 to 12 digits.`,
  holds: (text) => new RegExp(`^${prefix}\\d{7,12}$`).test(text),
});

export const contractNumber: ValueRule = {
  code: 'not_a_contract_number',
  allowed: 'Up to 100 letters without accents, digits and . _ -, beginning with a letter or digit.',
  holds: (text) => contractIdPattern.test(text),
};
