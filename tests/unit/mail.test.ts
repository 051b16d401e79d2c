import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderCredentialMail } from '../../pages/mail.ts';
import { accessDetails } from '../support/fakes/credentials.ts';
import type { CredentialMail } from '../../core/credentials/ports.ts';

const about: CredentialMail = {
  ...accessDetails,
  company: 'Acme Credit Ltd',
  firstName: 'Dana',
  scopes: ['credit-reports/read', 'credit-reports/write'],
  link: 'https://access.company.example/credentials/Zk3v9Qm1x7',
  expiresAt: new Date('2026-11-23T18:49:10Z'),
  to: 'api-team@acme.example',
};

const text = `Hello Dana,

Acme Credit Ltd has been given access to the API Credit Reports in the environment DEV.

Pick up the credentials:
https://access.company.example/credentials/Zk3v9Qm1x7

The link shows the credentials once. It works until 23 November 2026, 18:49 UTC.

You also need a code of eight characters. It is not in this mail: the business unit that asked for your access passes it on to you in another way.

Nobody will ever ask you for this link, the code or the client secret. Keep them to yourself, and tell us if somebody asks.

For your records:
Client ID: 7h2k9q0v4m8p1s5t3w6x0y2z4a
Token URL: https://access.company.example/oauth2/token
API base address: https://access.company.example/apis/credit-reports
Scopes: credit-reports/read credit-reports/write
Routes: GET /reports (credit-reports/read), GET /reports/{id} (credit-reports/read)
Calls accepted from: 203.0.113.10, 198.51.100.0/24
Contract ends: 31 January 2027, 00:00 UTC
Documentation: https://access.company.example/docs/credit-reports

Questions, or did you not expect this mail? Write to help@northwind.example.

-- 
Northwind Data
`;

/** What a reader sees of HTML: no tags, no style, entities resolved. */
const seen = (html: string): string =>
  html
    .replace(/<style>[^]*?<\/style>|<title>.*?<\/title>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();

test('WF-7 the mail says where the credentials wait and what else it takes to get them', () => {
  const { html, ...rest } = renderCredentialMail(about);
  expect(rest).toEqual({
    from: 'Northwind Data <access@northwind.example>',
    to: 'api-team@acme.example',
    subject: 'Your API credentials for Credit Reports (DEV) are ready',
    text,
  });
  expect(seen(html)).toBe(
    'Northwind Data Hello Dana, ' +
      'Acme Credit Ltd has been given access to the API Credit Reports in the environment DEV. ' +
      'Pick up the credentials ' +
      'The link shows the credentials once. It works until 23 November 2026, 18:49 UTC. ' +
      'You also need a code of eight characters. It is not in this mail: the business unit that asked for your access passes it on to you in another way. ' +
      'Nobody will ever ask you for this link, the code or the client secret. Keep them to yourself, and tell us if somebody asks. ' +
      'If the button does nothing, open this address: https://access.company.example/credentials/Zk3v9Qm1x7 ' +
      'Client ID 7h2k9q0v4m8p1s5t3w6x0y2z4a Token URL https://access.company.example/oauth2/token ' +
      'API base address https://access.company.example/apis/credit-reports ' +
      'Scopes credit-reports/read credit-reports/write ' +
      'Routes GET /reports (credit-reports/read), GET /reports/{id} (credit-reports/read) ' +
      'Calls accepted from 203.0.113.10, 198.51.100.0/24 ' +
      'Contract ends 31 January 2027, 00:00 UTC ' +
      'Documentation https://access.company.example/docs/credit-reports ' +
      'Questions, or did you not expect this mail? Write to help@northwind.example.',
  );
});

test('the HTML leads nowhere but to the link and the documentation, and fetches nothing', () => {
  const { html } = renderCredentialMail(about);
  expect(
    [...html.matchAll(/\s(?:href|src|background|action)="([^"]*)"|url\(([^)]*)\)|@import/g)].map(
      (match) => match[1],
    ),
  ).toEqual([about.link, about.link, about.documentationUrl]);
});

test('without a first name the greeting is short', () => {
  expect(renderCredentialMail({ ...about, firstName: '' }).text).toMatch(/^Hello,\n/);
});

test.each([
  ['#b3541e', '#ffffff'],
  ['#0b2545', '#ffffff'],
  ['#ffcc00', '#000000'],
  ['#7fd1ae', '#000000'],
])('the button on %s is written in %s', (accent, ink) => {
  expect(renderCredentialMail({ ...about, brand: { ...about.brand, accent } }).html).toContain(
    `color:${ink};text-decoration:none;">Pick up the credentials</a>`,
  );
});

test('the mail lists some routes, and says how many more there are, or that there is none', () => {
  const routes = Array.from({ length: 15 }, (_, number) => ({
    method: 'GET' as const,
    path: `/r${number}`,
    scope: 'a/b',
  }));
  expect(renderCredentialMail({ ...about, routes }).text).toContain(
    `GET /r11 (a/b), and 3 more in the documentation\n`,
  );
  expect(renderCredentialMail({ ...about, routes: [] }).text).toContain('Routes: none for these scopes\n');
});

test('a contract without an end is said to have none', () => {
  expect(renderCredentialMail({ ...about, contractEnd: undefined }).text).toContain(
    'Contract ends: no end is agreed\n',
  );
});

const markup = fc.constantFrom(
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' style='",
  '</title>',
  '&lt;',
  '<!--',
  '{{7*7}}',
  '\r\nBcc: x@y.example',
);
const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), markup);

test('no string from outside becomes markup or a line of its own', () => {
  const skeleton = (html: string): string =>
    (html.match(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/g) ?? []).join('');
  const expected = skeleton(renderCredentialMail(about).html);
  const lines = text.split('\n').length;
  fc.assert(
    fc.property(
      fc.record({
        name: anything,
        support: anything,
        product: anything,
        company: anything,
        firstName: anything,
        clientId: anything,
        tokenUrl: anything,
        scope: anything,
      }),
      ({ name, support, product, scope, ...strings }) => {
        const mail = renderCredentialMail({
          ...about,
          ...strings,
          brand: { ...about.brand, name, support },
          product: { ...about.product, name: product },
          scopes: [scope, 'a/b'],
        });
        expect(skeleton(mail.html)).toBe(expected);
        expect(mail.text.split(/[\r\n]/)).toHaveLength(lines);
        expect(mail.subject + mail.from).not.toMatch(/[\r\n]/);
      },
    ),
    { numRuns: 300 },
  );
});
