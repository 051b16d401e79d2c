import fc from 'fast-check';

/** Names that every object has. */
export const inherited = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
);

/** What means something to a browser, a mail program, a shell, a log, a template or ServiceNow. */
const meaningful = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='",
  '</title>',
  '<!--',
  ']]>',
  '&lt;',
  '&#60;',
  'javascript:alert(1)',
  '\r\nBcc: x@y.example',
  '\n{"level":"ERROR"}',
  '%0d%0aSet-Cookie: a=b',
  '=?utf-8?q?x?=',
  '[code]<b>bold</b>[/code]',
  '(ref RITM0010001-b2b-onboarding-DEV-1/Done)',
  '{{7*7}}',
  '${7*7}',
  '<%= 7 %>',
  '%s%n',
  "=1+1|' /C calc'!A0",
  '$(id)',
  '`id`',
  "'; DROP TABLE x; --",
  '^ORnumberLIKERITM',
  '../../etc/passwd',
  '%2e%2e%2f',
  '\\u003c',
];

/** What looks like something else, or like nothing. */
const deceiving = [
  '\u0000',
  '\u0007',
  '\u001b[31m',
  '\u007f',
  '\u0085',
  '\u00a0',
  '\u00ad',
  '\u034f',
  '\u061c',
  '\u200b',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u2028',
  '\u2029',
  '\u202a',
  '\u202e',
  '\u2066',
  '\u2069',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '\ud800',
  '\udfff',
  '\ud83d',
  '\u{e0041}',
  '\u{10ffff}',
  'аdmin',
  'раураl',
  'Ⅷ',
  '\u212a',
  'ﬁ',
  'ſ',
  'ı',
  'İ',
  'ß',
  'e\u0301\u0302\u0303'.repeat(9),
  '🏴\u{e0067}\u{e0062}\u{e007f}',
  '👩‍🚀',
  '１２３',
  '٣',
  '<',
  '＜',
  'ﷺ',
];

/** Any code units, so that surrogates stand alone. */
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

/** Much of it together, so that few strings try much. */
export const manyAtOnce = fc
  .shuffledSubarray([...meaningful, ...deceiving], { minLength: 20 })
  .map((parts) => parts.join(''));

/** Strings that somebody would send who means harm, and those of somebody who types anything. */
export const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  codeUnits,
  inherited,
  manyAtOnce,
  { weight: 2, arbitrary: fc.constantFrom(...meaningful) },
  { weight: 3, arbitrary: fc.constantFrom(...deceiving) },
);

/** Long ones, just over and far over what any field takes. */
export const huge = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('x', ' ', '\u0000', '😀', '1', '-', 'a@', '.', '<'),
      fc.constantFrom(...deceiving),
    ),
    fc.constantFrom(51, 101, 4001, 12_000),
  )
  .map(([unit, times]) => unit.repeat(times));
