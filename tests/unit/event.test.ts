import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseEvent, type ParsedEvent } from '../../adapters/servicenow/event.ts';
import { casesOf, changedRequest } from '../support/cases.ts';
import { creditReports, oneOfThe, shippedCatalogue } from '../support/shipped-catalogue.ts';

const root = new URL('../../', import.meta.url);
const sampleText = readFileSync(new URL('events/samples/b2b-onboarding-us.json', root), 'utf8');
const sample = z.looseObject({ variables: z.record(z.string(), z.unknown()) }).parse(JSON.parse(sampleText));
const deployment = { environment: 'DEV', catalogue: shippedCatalogue } as const;

const read = (event: unknown): ParsedEvent => parseEvent(JSON.stringify(event), deployment);
/** The sample with some of its variables changed; undefined takes one away. */
const withVariables = (variables: object, ticket: object = {}): ParsedEvent =>
  read({ ...sample, ...ticket, variables: { ...sample.variables, ...variables } });
const faults = (parsed: ParsedEvent): readonly string[] =>
  parsed.outcome === 'invalid' ? parsed.faults.map(({ path, code }) => `${path} ${code}`) : [parsed.outcome];
const requestIn = (parsed: ParsedEvent) => (parsed.outcome === 'request' ? parsed.request : undefined);
const digestIn = (parsed: ParsedEvent) => (parsed.outcome === 'request' ? parsed.digest : undefined);

describe('WF-1 what is none of our events', () => {
  test.each(['', 'nonsense', '{"type":', '[]', 'null', '"sc_task.closed"', '7', '\ufeff{}'])(
    '%j is no JSON object',
    (body) => {
      expect(parseEvent(body, deployment)).toEqual({
        outcome: 'malformed',
        problem: 'The body is not a JSON object.',
      });
    },
  );

  test.each([
    {},
    { type: 'sc_req_item.updated' },
    { type: null },
    { type: ['sc_task.closed'] },
    { type: 'SC_TASK.CLOSED' },
  ])('%j has another type', (event) => {
    expect(read(event)).toEqual({
      outcome: 'malformed',
      problem: 'The type is none of sc_req_item.submitted and sc_task.closed.',
    });
  });

  // Threat T-112
  test('a member that is named like one of a prototype is refused by its name', () => {
    expect(parseEvent('{"__proto__":{"type":"sc_task.closed"}}', deployment).outcome).toBe('malformed');
    const body = sampleText.replace(
      '"variables": {',
      '"__proto__": {"cat_item": "x"}, "constructor": 7, "variables": { "__proto__": {"email": 7}, "toString": "x", "prototype": 1, "other": [{"prototype": 1}],',
    );
    const unknown = ['/__proto__', '/constructor', '/variables/__proto__', '/variables/prototype'];
    expect(parseEvent(body, deployment)).toEqual({
      outcome: 'invalid',
      faults: unknown.map((path) => ({
        path,
        code: 'unknown_member',
        allowed: 'There is no member of this name.',
      })),
    });
    const task = '{"type":"sc_task.closed","state":"3","__proto__":{"state":"3"}}';
    expect(faults(parseEvent(task, deployment))).toContain('/__proto__ unknown_member');
    expect(read({ ...sample, toString: 'x' })).toEqual(read(sample));
  });
});

describe('WF-1 the number of a ticket', () => {
  const numbered = (number: string): ParsedEvent => read({ ...sample, number });

  test.each(['RITM0012345', 'ABC-123', '42', 'A-B-1', 'X'.repeat(40)])('may be %s', (number) => {
    expect(requestIn(numbered(number))?.ticket.number).toBe(number);
  });

  test.each(['-1', 'ABC-', 'ABC--1', 'abc-1', 'ABC_1', 'ABC 1', 'ÄBC-1', 'ABC/1', 'X'.repeat(41)])(
    'may not be %j',
    (number) => {
      expect(faults(numbered(number))).toEqual(['/number not_a_number']);
    },
  );
});

describe('WF-1 faults', () => {
  test('an empty request is missing what every kind needs, and says what belongs there', () => {
    expect(read({ type: 'sc_req_item.submitted' })).toEqual({
      outcome: 'invalid',
      faults: [
        {
          path: '/sys_id',
          code: 'required',
          allowed: 'A value is required. 32 hexadecimal digits in lower case.',
        },
        {
          path: '/number',
          code: 'required',
          allowed:
            'A value is required. Up to 40 capital letters without accents and digits, with single hyphens between them.',
        },
        {
          path: '/cat_item',
          code: 'required',
          allowed: 'A value is required. One of: b2b-onboarding, b2b-user, api-client.',
        },
        {
          path: '/opened_by',
          code: 'required',
          allowed:
            'A value is required. At most 100 characters. One e-mail address without a name: team@partner.example.',
        },
        {
          path: '/requested_for',
          code: 'required',
          allowed:
            'A value is required. At most 100 characters. One e-mail address without a name: team@partner.example.',
        },
        {
          path: '/variables/environment',
          code: 'required',
          allowed: 'A value is required. DEV, the one this deployment serves.',
        },
        {
          path: '/variables/region',
          code: 'required',
          allowed: `A value is required. ${oneOfThe('regions')}`,
        },
        {
          path: '/variables/company',
          code: 'required',
          allowed:
            'A value is required. At most 100 characters. At least one visible character. One line without control characters, unassigned or private characters, bidirectional overrides, < and >.',
        },
        {
          path: '/variables/email',
          code: 'required',
          allowed:
            'A value is required. At most 100 characters. One e-mail address without a name: team@partner.example. ' +
            'A mailbox of the partner, not that of opened_by or requested_for.',
        },
        {
          path: '/variables/user_id',
          code: 'required',
          allowed:
            "A value is required. 5 to 100 letters without accents, digits and . _ + ' -, beginning with a letter or digit; at most one @.",
        },
        {
          path: '/variables/ewacs_product_name',
          code: 'required',
          allowed: `A value is required. ${oneOfThe('products')}`,
        },
      ],
    });
  });

  test('all at once, several for one value where several hold', () => {
    expect(
      faults(
        read({
          ...sample,
          sys_id: '9F1C',
          number: 'ABC--1',
          cat_item: 'offboarding',
          opened_by: 'bu',
          requested_for: ' ',
          variables: {
            environment: 'PROD',
            region: 'MARS',
            company: '<'.repeat(101),
            description: 'x'.repeat(4001),
            first_name: '\u200d',
            last_name: 5,
            email: 'x',
            telephone: 'call me',
            user_id: 'ab',
            user_role: 'Admin',
            ewacs_product_name: 'x',
            ip_addresses: '10.0.0.1 1.2.3 ::1',
            ewacs_account_created: 'yes',
            contract_number: 'CTR/4711',
          },
        }),
      ),
    ).toEqual([
      '/sys_id not_a_sys_id',
      '/number not_a_number',
      '/cat_item unknown_kind',
      '/opened_by not_an_address',
      '/requested_for required',
      '/variables/environment other_environment',
      '/variables/region unknown_region',
      '/variables/company too_long',
      '/variables/company forbidden_characters',
      '/variables/company no_letter_or_digit',
      '/variables/description too_long',
      '/variables/first_name invisible',
      '/variables/first_name invisible_characters',
      '/variables/last_name not_a_string',
      '/variables/email not_an_address',
      '/variables/telephone not_a_telephone_number',
      '/variables/user_id not_a_user_id',
      '/variables/user_role unknown_user_role',
      '/variables/ewacs_product_name unknown_product',
      // Without a known product nobody knows whether it allows private ranges.
      '/variables/ip_addresses ip_malformed',
      '/variables/ip_addresses ip_not_routable',
      '/variables/ewacs_account_created not_true_or_false',
      '/variables/contract_number not_a_contract_number',
    ]);
  });

  test.each([
    ['b2b-onboarding', ['description', 'first_name', 'last_name', 'telephone', 'user_role', 'ip_addresses']],
    ['b2b-user', ['first_name', 'last_name', 'telephone', 'user_role']],
    ['api-client', ['ip_addresses']],
  ])('%s needs, besides what every kind needs: %j', (kind, names) => {
    const absent = {
      description: undefined,
      first_name: null,
      last_name: '',
      telephone: ' ',
      user_role: undefined,
      ip_addresses: undefined,
      ewacs_account_created: '',
      contract_number: null,
    };
    expect(faults(withVariables(absent, { cat_item: kind }))).toEqual(
      names.map((name) => `/variables/${name} required`),
    );
  });

  test('OAU-1 a contract is named by its id, or not at all', () => {
    const numberIn = (contract_number: unknown) =>
      requestIn(withVariables({ contract_number }))?.contractNumber;
    expect(['CTR-4711', ' 7\n', 'acme-0f.credit-reports', 'x'.repeat(100), '  ', null].map(numberIn)).toEqual(
      ['CTR-4711', '7', 'acme-0f.credit-reports', 'x'.repeat(100), undefined, undefined],
    );
    for (const odd of ['CTR 4711', '-1', 'a/b', 'a#b', 'Ü1', 'x'.repeat(101)]) {
      expect(faults(withVariables({ contract_number: odd }))).toEqual([
        '/variables/contract_number not_a_contract_number',
      ]);
    }
  });

  test.each(['constructor', '__proto__', 'toString'])(
    '%s is neither a region nor a product nor a kind',
    (name) => {
      expect(faults(withVariables({ region: name, ewacs_product_name: name }, { cat_item: name }))).toEqual([
        '/cat_item unknown_kind',
        '/variables/region unknown_region',
        '/variables/ewacs_product_name unknown_product',
      ]);
    },
  );

  test('WF-12 a deployment serves one environment', () => {
    expect(faults(parseEvent(sampleText, { ...deployment, environment: 'UAT' }))).toEqual([
      '/variables/environment other_environment',
    ]);
    expect(faults(withVariables({ environment: 'dev' }))).toEqual([
      '/variables/environment other_environment',
    ]);
  });

  test('WF-11 private ranges are for the products that allow them', () => {
    const deploymentWith = (privateRanges: boolean) => ({
      ...deployment,
      catalogue: { ...shippedCatalogue, products: { 'credit-reports': { ...creditReports, privateRanges } } },
    });
    const event = JSON.stringify({
      ...sample,
      variables: { ...sample.variables, ip_addresses: '10.1.0.0/16' },
    });
    expect(faults(parseEvent(event, deploymentWith(false)))).toEqual(['/variables/ip_addresses ip_private']);
    expect(requestIn(parseEvent(event, deploymentWith(true)))?.ipRanges).toEqual(['10.1.0.0/16']);
  });
});

describe('WF-7 the mail goes to one plain mailbox of the partner', () => {
  test.each([
    ['dana.li@acme.example', 'dana.li@acme.example'],
    [' Dana.Li+api@ACME.Example ', 'Dana.Li+api@acme.example'],
    ["o'brien_{x}/y=z@mail.acme.example", "o'brien_{x}/y=z@mail.acme.example"],
    ['a@b.co', 'a@b.co'],
    ['team@bücher.example', 'team@xn--bcher-kva.example'],
    ['team@xn--bcher-kva.example', 'team@xn--bcher-kva.example'],
    ['team@日本.example', 'team@xn--wgv71a.example'],
    [`${'l'.repeat(64)}@acme.example`, `${'l'.repeat(64)}@acme.example`],
  ])('%s', (email, normal) => {
    expect(requestIn(withVariables({ email }))?.email).toBe(normal);
  });

  test.each([
    'acme.example',
    '@acme.example',
    'team@',
    'team@acme',
    'team@localhost',
    'a@b@acme.example',
    'team@acme..example',
    'team@.acme.example',
    'team@acme.example.',
    '.team@acme.example',
    'team.@acme.example',
    'te..am@acme.example',
    '"team"@acme.example',
    'team(x)@acme.example',
    'team@[192.0.2.1]',
    'team@192.0.2.1',
    'Team <team@acme.example>',
    'team@acme.example,x@acme.example',
    'team@acme.example\nBcc: x@y.example',
    'team\r\n@acme.example',
    'te am@acme.example',
    'team@ac me.example',
    'téam@acme.example',
    'team@-acme.example',
    'team@acme_x.example',
    'team@acme.example/x',
    'team@acme.example?cc=x',
    'mailto:team@acme.example',
    '<script>@acme.example',
    `${'l'.repeat(65)}@acme.example`,
    `team@${'d'.repeat(64)}.example`,
    'team\u0000@acme.example',
    'team@acme。example',
  ])('not %j', (email) => {
    expect(faults(withVariables({ email }))).toEqual(['/variables/email not_an_address']);
  });

  test('of at most 100 characters, as the directory takes it', () => {
    expect(faults(withVariables({ email: `${'l'.repeat(60)}@${'d'.repeat(32)}.example` }))).toEqual([
      '/variables/email too_long',
    ]);
    // Okta is given the ASCII form.
    expect(faults(withVariables({ email: `${'l'.repeat(40)}@${'ü'.repeat(50)}.example` }))).toEqual([
      '/variables/email too_long',
    ]);
  });

  test.each([
    'bu.requester@company.example',
    'bu.owner@company.example',
    'BU.Owner@Company.Example',
    'bu.owner+x@company.example',
    'bu.requester+a+b@company.example',
  ])('never to the requesters: %s', (email) => {
    expect(faults(withVariables({ email }))).toEqual(['/variables/email same_mailbox']);
  });

  test('also where it is the requester who has the label, or the domain another spelling', () => {
    expect(
      faults(withVariables({ email: 'bu@company.example' }, { opened_by: 'BU+tickets@company.example' })),
    ).toEqual(['/variables/email same_mailbox']);
    expect(
      faults(withVariables({ email: 'bu@xn--bcher-kva.example' }, { requested_for: 'bu@Bücher.example' })),
    ).toEqual(['/variables/email same_mailbox']);
    expect(faults(withVariables({ email: 'bu.owner@partner.example' }))).toEqual(['request']);
  });
});

describe('WF-1 text for people', () => {
  test.each([
    'Dana',
    'Zoë',
    'Đặng Thị Hương',
    'محمد',
    'דָּוִד',
    '花子',
    'नरेंद्र',
    'می‌خواهم',
    "O'Brien-Smith, Jr.",
    '👩‍🚀',
    '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
    '❤️',
    'Smith & Sons "Ltd"',
  ])('%s is a name', (name) => {
    const company = `Acme ${name}`;
    expect(requestIn(withVariables({ first_name: name, company }))).toEqual({
      ...requestIn(read(sample)),
      firstName: name.normalize('NFC'),
      company: company.normalize('NFC'),
    });
  });

  test.each([
    '<b>',
    'a > b',
    'Da\u0000na',
    'Da\u0007na',
    'Da\u007fna',
    'Da\u0085na',
    'Da\nna',
    'Da\r\nna',
    'Da\tna',
    'Da\u2028na',
    'Da\u202ena',
    'Da\u2067na',
    'Da\ud800na',
  ])('%j is none', (name) => {
    expect(faults(withVariables({ last_name: name }))).toEqual(['/variables/last_name forbidden_characters']);
  });

  test.each([
    ['\u200bAcme Ltd', 'U+200B at character 1'],
    ['Ac\u00adme Ltd', 'U+00AD at character 3'],
    ['Acme Ltd\ufe0f', 'U+FE0F at character 9'],
    ['Ac\u200dme\u200b', 'U+200D at character 3, U+200B at character 6'],
  ])('%j is none: the invisible character is named with its place', (name, named) => {
    for (const field of ['company', 'first_name', 'last_name']) {
      expect(withVariables({ [field]: name })).toEqual({
        outcome: 'invalid',
        faults: [
          {
            path: `/variables/${field}`,
            code: 'invisible_characters',
            allowed: `No characters that cannot be seen, except joiners in writing that needs them. Found ${named}.`,
          },
        ],
      });
    }
  });

  test.each([
    'HTTP\uff1a\uff0f\uff0fevil.example',
    'Acme www.evil.example',
    'Acme \uff57\uff57\uff57.evil.example',
    'Acme evil.example/login',
    'Acme evil\u3002example/login',
    'Acme evil.example:8443',
    'Acme evil.example?a',
    'help@evil.example',
    'help@evil',
    'mailto:help',
    'skype:bob',
    'https:evil.example',
    'http:evil',
    '//evil.example',
    'evil.com/',
    'evil.com?',
    'Evil.Com/a',
    'evil.com\\login',
    'evil.com\u2044login',
    '1.2.3.4/login',
    'xn--e1afmkfd.xn--p1ai',
  ])('%j is none, because mails would show a link', (name) => {
    for (const field of ['company', 'first_name', 'last_name']) {
      expect(faults(withVariables({ [field]: name }))).toContain(`/variables/${field} link`);
    }
  });

  test.each([
    'Partner.Com Ltd',
    'St. John',
    'J.R.R. Li',
    'S.p.A. / N.V.',
    'A/S Nord',
    'Data: Insight',
    'O\u2019Neill @ Home',
    'J.P.Morgan/Chase',
    'Co.Ltd/Pte',
    'St.Gallen/Zürich',
    'Data:Lab',
    'WWW.Druck GmbH',
    'booking.com',
  ])('%j is no link', (company) => {
    expect(requestIn(withVariables({ company }))).toMatchObject({ company });
  });

  test.each(['---', '...', '!!', '\u2014', '&', '\u2605 \u2605', '\u{1f600}'])(
    'a company is not called %j, which has no letter and no digit',
    (company) => {
      expect(withVariables({ company })).toEqual({
        outcome: 'invalid',
        faults: [
          {
            path: '/variables/company',
            code: 'no_letter_or_digit',
            allowed: 'At least one letter or digit.',
          },
        ],
      });
    },
  );

  test('a filler, which Unicode counts as a letter, is none', () => {
    expect(faults(withVariables({ company: '-\u3164-' }))).toContain('/variables/company no_letter_or_digit');
  });

  test.each(['3', '#1', 'é', '株', '½', '\u0661'])('a company is called %j', (company) => {
    expect(requestIn(withVariables({ company }))).toMatchObject({ company });
  });

  test.each(['evil.com', 'Hello pay-now.evil'])('a person is not called %j', (name) => {
    expect(faults(withVariables({ first_name: name }))).toEqual(['/variables/first_name link']);
  });

  test.each(['Pick\u0378', 'Pick\ue000', 'Pick\uffff'])(
    '%j holds a character that nobody has assigned',
    (company) => {
      expect(faults(withVariables({ company }))).toEqual(['/variables/company forbidden_characters']);
    },
  );

  test.each([
    ['telephone', '+1 555\u200b 0100', { telephone: '+1 555 0100' }],
    ['user_id', '\ufeffdana.li', { userId: 'dana.li' }],
    ['region', 'U\u00adS', { region: 'US' }],
  ])('an invisible character in %s is passed over', (field, value, expected) => {
    expect(requestIn(withVariables({ [field]: value }))).toMatchObject(expected);
  });

  test.each(['email', 'ip_addresses', 'user_id'])(
    'one that changes the order of reading is named in %s',
    (field) => {
      expect(withVariables({ [field]: '\u202a+1 555 0100\u202c' })).toEqual({
        outcome: 'invalid',
        faults: [
          {
            path: `/variables/${field}`,
            code: 'forbidden_characters',
            allowed:
              'No characters that change the order of reading. Found U+202A at character 1, U+202C at character 13.',
          },
        ],
      });
    },
  );

  test('a name has at most 50 characters, a company 100, a description 4000 in several lines', () => {
    const longest = {
      first_name: 'x'.repeat(50),
      last_name: '😀'.repeat(25),
      company: 'x'.repeat(100),
      description: 'x'.repeat(4000),
    };
    expect(faults(withVariables(longest))).toEqual(['request']);
    expect(
      faults(
        withVariables({
          first_name: 'x'.repeat(51),
          last_name: '😀'.repeat(26),
          company: 'x'.repeat(101),
          description: 'x'.repeat(4001),
        }),
      ),
    ).toEqual([
      '/variables/company too_long',
      '/variables/description too_long',
      '/variables/first_name too_long',
      '/variables/last_name too_long',
    ]);
    expect(requestIn(withVariables({ description: ' one\r\ntwo\rthree\n\tfour ' }))?.description).toBe(
      'one\ntwo\nthree\n\tfour',
    );
    for (const description of ['one\u0000two', 'one\u202etwo', 'one<br>two', 'one\ud800two']) {
      expect(faults(withVariables({ description }))).toEqual(['/variables/description forbidden_characters']);
    }
  });

  test.each([
    '+1 555 0100',
    '+44 (0)20 7946-0123',
    '0800.555.0100',
    '030/5550100',
    '112',
    '+1 555 0100 ext. 12',
    '+1 (555) 0100x7',
  ])('%s is a telephone number', (telephone) => {
    expect(requestIn(withVariables({ telephone }))?.telephone).toBe(telephone);
  });

  test.each(['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\uff0d'])(
    'the dash %j in a telephone number is a hyphen',
    (dash) => {
      const telephone = ['+44 20', '7946', '0123'].join(dash);
      expect(requestIn(withVariables({ telephone }))?.telephone).toBe('+44 20-7946-0123');
    },
  );

  test.each(['12', '++1 555', '555 0100;ext=1', 'call me', '+1\u00a0555', '<555>', '1'.repeat(21), '٠١٢٣٤'])(
    '%j is none',
    (telephone) => {
      expect(faults(withVariables({ telephone }))).toEqual(['/variables/telephone not_a_telephone_number']);
    },
  );

  test('a telephone number that is padded beyond what Okta takes is too long', () => {
    expect(faults(withVariables({ telephone: `1${'-'.repeat(98)}23` }))).toEqual([
      '/variables/telephone too_long',
    ]);
  });

  test('what is longer than any rule allows is not even composed', () => {
    const marks = 'a' + '\u0316\u0301'.repeat(8000);
    expect(faults(withVariables({ company: marks, ip_addresses: ' '.repeat(16_001) }))).toEqual([
      '/variables/company too_long',
      '/variables/ip_addresses too_long',
    ]);
  });

  test.each([
    ['dana.li', 'dana.li'],
    ['Dana.Li', 'dana.li'],
    ['dana_li-2', 'dana_li-2'],
    ["D.O'Brien+api@Acme.example", "d.o'brien+api@acme.example"],
    ['12345', '12345'],
  ])('%s is the user id %s', (sent, userId) => {
    expect(requestIn(withVariables({ user_id: sent }))?.userId).toBe(userId);
  });

  test.each([
    'dana',
    'x'.repeat(101),
    'dana li',
    'dana/li',
    '../dana',
    'dana?x=1',
    'dana@a@b',
    'dána.li',
    '.dana',
    '@dana',
    'dana"li',
    'dana\\li',
    'dana%2fli',
  ])('%j is none', (id) => {
    expect(faults(withVariables({ user_id: id }))).toEqual(['/variables/user_id not_a_user_id']);
  });
});

describe('WF-1 cases from public reports', () => {
  const variablesOf = (file: string) =>
    casesOf(file, changedRequest).map(({ given, right }) => ({ right, variables: given.webhook.variables }));

  test.each(variablesOf('address-lists'))('$variables', ({ variables }) => {
    const listed = variables['ip_addresses']?.match(/[\d.]+/gu);
    expect(requestIn(withVariables(variables))?.ipRanges).toEqual(listed);
  });

  test.each(variablesOf('address-ranges'))('$variables', ({ variables }) => {
    expect(faults(withVariables(variables))).toEqual(['/variables/ip_addresses ip_not_routable']);
  });

  test.each(variablesOf('invisible-characters'))('$variables', ({ variables, right }) => {
    const parsed = withVariables(variables);
    const [named = ''] = /U\+[\dA-F]{4}/u.exec(right) ?? [];
    if (named === 'U+202A') {
      const fault = { path: '/variables/telephone', code: 'forbidden_characters' };
      expect(parsed).toEqual({
        outcome: 'invalid',
        faults: [{ ...fault, allowed: expect.stringContaining(`Found ${named} at character 1, `) as string }],
      });
    } else {
      const visible = Object.entries(variables).map(([name, value]) => [name, value.replace('\u200b', '')]);
      expect(named).toBe('U+200B');
      expect(parsed).toEqual(withVariables(Object.fromEntries(visible) as Record<string, string>));
      expect(parsed.outcome).toBe('request');
    }
  });

  test.each(variablesOf('links-in-names'))('$variables', ({ variables }) => {
    expect(faults(withVariables(variables))).toEqual(
      Object.keys(variables).map((name) => `/variables/${name} link`),
    );
  });
});

describe('WF-3 a closed task', () => {
  const task = {
    type: 'sc_task.closed',
    sys_id: '7cbaff6843730dd5e294bd300a3d1f70',
    number: 'SCTASK0010001',
    request_item: 'RITM0010001',
  };
  const closed = { id: task.sys_id, number: 'SCTASK0010001', ticketNumber: 'RITM0010001' };

  test.each([
    ['3', 'complete'],
    ['4', 'incomplete'],
    ['7', 'incomplete'],
  ])('in state %s is %s, with or without an account', (number, state) => {
    expect(read({ ...task, state: number, variables: { ewacs_user_id: ' EW-1 ' } })).toEqual({
      outcome: 'task-closed',
      task: { ...closed, state, prerequisiteId: 'EW-1' },
    });
    for (const variables of [undefined, null, {}, { ewacs_user_id: '' }]) {
      expect(read({ ...task, state: number, variables })).toEqual({
        outcome: 'task-closed',
        task: { ...closed, state },
      });
    }
  });

  test('every fault at once', () => {
    expect(
      faults(
        read({
          ...task,
          sys_id: 'x',
          number: 'sctask1',
          request_item: '-1',
          state: '1',
          variables: { ewacs_user_id: '<x>' },
        }),
      ),
    ).toEqual([
      '/sys_id not_a_sys_id',
      '/number not_a_number',
      '/request_item not_a_number',
      '/state not_closed',
      '/variables/ewacs_user_id forbidden_characters',
    ]);
    expect(faults(read({ type: 'sc_task.closed', variables: [] }))).toEqual([
      '/sys_id required',
      '/number required',
      '/request_item required',
      '/state required',
      '/variables not_an_object',
    ]);
  });
});

describe('X-1 the digest', () => {
  const digest = digestIn(read(sample));

  test('is that of every release: a ticket stays the same one over a deployment', () => {
    expect(digest).toBe('04978d0408012b5739017d9071665464f407e415889439f1dec77336230473d2');
  });

  test('is the same for the same content', () => {
    expect(
      digestIn(
        withVariables({}, { sys_mod_count: '7', state: '2', opened_by: 'somebody.else@company.example' }),
      ),
    ).toBe(digest);
    expect(digestIn(withVariables({ a_new_variable: 'x', company: '  Acme Credit Ltd\n' }))).toBe(digest);
    expect(
      digestIn(withVariables({ ip_addresses: '2001:DB8:7:0::/48\n::ffff:203.0.113.10\n198.51.100.0/24' })),
    ).toBe(digest);
    const reversed = Object.fromEntries(Object.entries(sample.variables).reverse());
    expect(digestIn(read({ ...sample, variables: reversed }))).toBe(digest);
    expect(digestIn(withVariables({ company: 'Zoe\u0308' }))).toBe(
      digestIn(withVariables({ company: 'Zo\u00eb' })),
    );
  });

  test.each([
    [{ region: 'UK' }],
    [{ company: 'Acme' }],
    [{ description: 'x' }],
    [{ first_name: 'x' }],
    [{ last_name: 'x' }],
    [{ email: 'x@acme.example' }],
    [{ telephone: '555 0100' }],
    [{ user_id: 'dana.lee' }],
    [{ ewacs_product_name: 'fraud-signals' }],
    [{ ip_addresses: '203.0.113.10' }],
    [{ ewacs_account_created: 'false' }],
    [{ contract_number: 'CTR-4711' }],
  ])('is another one for %j', (variables) => {
    expect(digestIn(withVariables(variables))).toMatch(/^[0-9a-f]{64}$/);
    expect(digestIn(withVariables(variables))).not.toBe(digest);
  });

  test('is another one for another kind', () => {
    expect(digestIn(withVariables({}, { cat_item: 'b2b-user' }))).toMatch(/^[0-9a-f]{64}$/);
    expect(digestIn(withVariables({}, { cat_item: 'b2b-user' }))).not.toBe(digest);
  });
});

describe('WF-1 whatever comes in', () => {
  const names = [...Object.keys(sample.variables), 'contract_number'];

  test('a sound answer for any body', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (body) => {
        expect(parseEvent(body, deployment).outcome).toBe('malformed');
      }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('sc_req_item.submitted', 'sc_task.closed'),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.jsonValue(),
        (type, event, variables) => {
          expect(read({ ...event, type, variables }).outcome).toBe('invalid');
        },
      ),
    );
  });

  test('the last of a repeated member counts', () => {
    expect(
      requestIn(
        parseEvent(sampleText.replace('"region": "US"', '"region": "MARS", "region": "UK"'), deployment),
      )?.region,
    ).toBe('UK');
  });

  test('a sound answer for any value anywhere, and what is accepted is read back unchanged', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.jsonValue(),
      fc.emailAddress(),
      fc.ipV6(),
      fc.ipV4(),
      fc.constantFrom('b2b-user', 'true', 'UK', ' \u2000e\u0301 ', '\u1e9b\u0323', 'İ.ıiß@straße.example'),
    );
    const changes = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 });
    fc.assert(
      fc.property(changes, (variables) => {
        const first = withVariables(variables);
        if (first.outcome !== 'request') {
          expect(first.outcome).toBe('invalid');
          return;
        }
        const { request } = first;
        expect(
          withVariables({
            company: request.company,
            description: request.description,
            first_name: request.firstName,
            last_name: request.lastName,
            email: request.email,
            telephone: request.telephone,
            user_id: request.userId,
            region: request.region,
            ewacs_product_name: request.product,
            ip_addresses: request.ipRanges.join(' '),
            ewacs_account_created: String(request.prerequisiteMet),
            contract_number: request.contractNumber,
          }),
        ).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });
});
