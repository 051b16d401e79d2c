import * as z from 'zod';
import { contractIdPattern } from '../contracts/ids.ts';
import {
  bidiControls,
  forbiddenInLine,
  misplacedInvisible,
  namesOf,
  withoutInvisible,
} from '../invisible-characters.ts';
import { mailboxOf } from '../mailbox.ts';
import { parseUserId, userIdForm } from '../users/user-id.ts';

/** A rule for one value: a stable code, a sentence that says what is allowed, and the check itself. */
export interface ValueRule {
  readonly code: string;
  readonly allowed: string;
  readonly holds: (value: string) => boolean;
  /** Returns what is wrong with a value, if a sentence about it says more than `allowed` alone. */
  readonly objection?: (value: string) => string;
  /** The rule is only mentioned when a value breaks it, because hardly any value does. */
  readonly selfEvident?: true;
}

/** Returns the sentence for the sender of a value that breaks a rule. */
export const sentenceOf = ({ allowed, objection }: ValueRule, value: string): string =>
  objection === undefined ? allowed : `${allowed} ${objection(value)}`;

/**
 * Returns the schema of a value as a desk sends it: a string, in Unicode's composed form (NFC), without
 * characters that cannot be seen and without white space at its ends. Absent, null and blank are the same, and
 * are refused only if the value is `needed`.
 */
export function value(needed: boolean, ...rules: readonly ValueRule[]) {
  return schemaOf(
    normal.check(checkOf(withoutBidiControls, { abort: true }), z.overwrite(withoutInvisible), z.trim()),
    needed,
    rules,
  );
}

/** Returns the same for a value that may be written in any script, in which every character counts. */
export function text(needed: boolean, ...rules: readonly ValueRule[]) {
  return schemaOf(normal, needed, rules);
}

const schemaOf = (schema: z.ZodString, needed: boolean, rules: readonly ValueRule[]) =>
  z.preprocess(
    (sent) => sent ?? '',
    schema.check(...(needed ? [present(rules)] : []), ...rules.map((rule) => checkOf(rule))),
  );

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
    error: [
      'A value is required.',
      ...rules.flatMap(({ allowed, selfEvident }) => (selfEvident === true ? [] : [allowed])),
    ].join(' '),
  });

const checkOf = (rule: ValueRule, options: { readonly abort?: boolean } = {}) =>
  z.refine<string>((text) => text === '' || rule.holds(text), {
    ...options,
    params: { code: rule.code },
    error: ({ input }) => sentenceOf(rule, String(input)),
  });

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

/** Unicode counts fillers as letters, and the blank of braille as a symbol. */
const visible: ValueRule = {
  code: 'invisible',
  allowed: 'At least one visible character.',
  holds: (text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(withoutInvisible(text)),
};

function withoutForbidden(forbidden: RegExp, allowed: string): ValueRule {
  const places = (text: string): readonly number[] => [...text.matchAll(forbidden)].map(({ index }) => index);
  return {
    code: 'forbidden_characters',
    allowed,
    holds: (text) => places(text).length === 0,
    objection: (text) => `Found ${namesOf(text, places(text).slice(0, 3))}.`,
  };
}

const withoutBidiControls = withoutForbidden(bidiControls, 'No characters that change the order of reading.');

/**
 * Rules for a line of text in any script. Characters are refused that could forge lines, change the order of
 * reading or be taken for markup where the text is shown.
 */
export const oneLine = (limit: number): readonly ValueRule[] => [
  maxLength(limit),
  visible,
  withoutForbidden(
    forbiddenInLine,
    'One line without control characters, unassigned or private characters, bidirectional overrides, < and >.',
  ),
];

/** Rules for text of several lines, in any script. */
export const lines = (limit: number): readonly ValueRule[] => [
  maxLength(limit),
  visible,
  withoutForbidden(
    /[^\P{Cc}\t\r\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069<>]/gu,
    'Lines without control characters, bidirectional overrides, < and >.',
  ),
];

/** What mail programs make a link of: a scheme, `www.`, a mailbox, or a domain with a port, path or query. */
const linkForms = [
  /\/\/\S/u,
  /(?<![\p{L}\p{N}])(?:https?|mailto|tel|sms|sips?|skype|callto|facetime|javascript|vbscript|data|file|ftp):[\p{Ll}\p{N}+]/u,
  /(?<![\p{L}\p{N}])www\d*\.[\p{Ll}\p{N}]/u,
  /[\p{L}\p{N}]@[\p{L}\p{N}]/u,
  // A host, whose last label is in one case or a usual one, and what follows it in an address.
  /[\p{L}\p{N}]\.(?:\p{Ll}{2,}|\p{Lu}{2,}|xn--[\w-]+|[Cc]om|[Nn]et|[Oo]rg|\d{1,3}\.\d{1,3}\.\d{1,3})[/:?#]/u,
  /(?<![\p{L}\p{N}])xn--/iu,
];

/** A host in small letters. A company may be called like one, and a person is not. */
const host = /[\p{L}\p{N}-]{2,}\.\p{Ll}{2,}(?![\p{L}\p{N}])/u;

/** Tells whether a text has a part in one of these forms, in whichever width its marks are written. */
function holdsAny(forms: readonly RegExp[], text: string): boolean {
  const plain = withoutInvisible(text)
    .normalize('NFKC')
    .replace(/[\u3002\uff61]/gu, '.')
    .replace(/[\u2044\u2215\u29f8\\]/gu, '/');
  return forms.some((form) => form.test(plain));
}

/**
 * Rules for the name of a person or a company, in any script. Nobody can tell apart two names that differ only
 * in what cannot be seen, and a link in a name would be one in our mails.
 */
export const name = (limit: number): readonly ValueRule[] => [
  ...oneLine(limit),
  {
    code: 'invisible_characters',
    selfEvident: true,
    allowed: 'No characters that cannot be seen, except joiners in writing that needs them.',
    holds: (text) => misplacedInvisible(text.replace(bidiControls, ' ')).length === 0,
    objection: (text) =>
      `Found ${namesOf(text, misplacedInvisible(text.replace(bidiControls, ' ')).slice(0, 3))}.`,
  },
  {
    code: 'link',
    selfEvident: true,
    allowed: 'A name without the address of a page or a mailbox, such as https://, www. or name@domain.',
    holds: (text) => !holdsAny(linkForms, text),
  },
];

/** Rules for the name of a company. A name of punctuation alone is nothing that anybody could recognise. */
export const companyName = (limit: number): readonly ValueRule[] => [
  ...name(limit),
  {
    code: 'no_letter_or_digit',
    selfEvident: true,
    allowed: 'At least one letter or digit.',
    holds: (text) => !visible.holds(text) || /[\p{L}\p{N}]/u.test(withoutInvisible(text)),
  },
];

/** Rules for the name of a person. It is in mails of the directory, too, which nobody here can change. */
export const personName = (limit: number): readonly ValueRule[] => [
  ...name(limit),
  {
    code: 'link',
    selfEvident: true,
    allowed: 'A name of a person, without a host such as partner.example.',
    holds: (text) => holdsAny(linkForms, text) || !holdsAny([host], text),
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

/** Returns a text with a hyphen for each dash, because word processors and phones change what is typed. */
export const withPlainDashes = (text: string): string => text.replace(/[\p{Pd}\u2212\u2043\u02d7]/gu, '-');

/** Okta's limit is 100 characters. */
export const telephone: readonly ValueRule[] = [
  maxLength(100),
  {
    code: 'not_a_telephone_number',
    allowed:
      'Digits, spaces and ( ) . / - after an optional +, 3 to 20 digits, and perhaps an extension: +1 555 0100 ext. 12.',
    holds: (text) => /^\+?(?:[ ()./-]*\d){3,20}[ )]*(?:(?:x|ext\.?) ?\d{1,6})?$/i.test(withPlainDashes(text)),
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
