import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';

const root = new URL('../../', import.meta.url);
const file = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const object = z.record(z.string(), z.unknown());
const json = (text: string) => object.parse(JSON.parse(text));
const jsonFilesIn = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.json'))
    .sort();

const deployment = { environment: 'DEV', catalogue: shippedCatalogue } as const;
const ajv = new Ajv2020({ allErrors: true });
const schemas = ['sc_req_item.submitted', 'sc_task.closed'].map((type) => ({
  type,
  accepts: ajv.compile(json(file(`events/schemas/${type}.v1.json`))),
}));
const meetsItsSchema = (event: Readonly<Record<string, unknown>>): boolean =>
  schemas.find(({ type }) => type === event['type'])?.accepts(event) ?? false;

const ticket = (id: string, number: string, openedBy: string, requestedFor: string) => ({
  id,
  number,
  openedBy,
  requestedFor,
});
const bu = ['bu.requester@company.example', 'bu.owner@company.example'] as const;
const uk = ['uk.requester@company.example', 'uk.owner@company.example'] as const;

const accepted = {
  'b2b-onboarding-us.json': {
    kind: 'b2b-onboarding',
    ticket: ticket('9f1c2a7b3d4e5f60718293a4b5c6d7e8', 'RITM0010001', ...bu),
    environment: 'DEV',
    region: 'US',
    product: 'credit-reports',
    company: 'Acme Credit Ltd',
    description: 'Request EWACS account created in EWACS Production',
    firstName: 'Dana',
    lastName: 'Li',
    email: 'api-team@acme.example',
    telephone: '+1 555 0100',
    userId: 'dana.li',
    userRole: 'End User',
    ipRanges: ['198.51.100.0/24', '203.0.113.10', '2001:db8:7::/48'],
    prerequisiteMet: true,
  },
  'b2b-onboarding-uk.json': {
    kind: 'b2b-onboarding',
    ticket: ticket('3b7de0415c9f4e2a8d61f0b92c5a7e14', 'RITM0010002', ...uk),
    environment: 'DEV',
    region: 'UK',
    product: 'fraud-signals',
    company: 'Thistle & Sons Lending',
    description: 'Fraud signals for the loan desk.\nThe EWACS account is not there yet.',
    firstName: 'Zoë',
    lastName: "O'Brien 🦊",
    email: 'Integrations@thistle.example',
    telephone: '+44 (0)20 7946 0123',
    userId: 'zoe.obrien@thistle.example',
    userRole: 'End User',
    ipRanges: ['192.0.2.64/26', '2001:db8:44::17'],
    prerequisiteMet: false,
  },
  'b2b-user-us.json': {
    kind: 'b2b-user',
    ticket: ticket('c4f81a6e20d94b7785e3197fa0d6b52c', 'RITM0010003', ...bu),
    environment: 'DEV',
    region: 'US',
    product: 'credit-reports',
    company: '日の出クレジット',
    description: '',
    firstName: '花子',
    lastName: '山田',
    email: 'hanako@hinode.example',
    telephone: '+81 3-5550-0142',
    userId: 'hanako.yamada',
    userRole: 'End User',
    ipRanges: [],
    prerequisiteMet: true,
  },
  'b2b-user-uk.json': {
    kind: 'b2b-user',
    ticket: ticket('71e5c3d80fba4926b4d2a86e95f07c3b', 'RITM0010004', uk[0], uk[0]),
    environment: 'DEV',
    region: 'UK',
    product: 'fraud-signals',
    company: 'Harbour Mutual',
    description: 'A profile first, its client later.',
    firstName: 'Rhys',
    lastName: 'ap Gwilym',
    email: 'platform-team@harbour.example',
    telephone: '+44 29 2018 0456 ext. 12',
    userId: 'rhys.gwilym',
    userRole: 'End User',
    ipRanges: [],
    prerequisiteMet: false,
  },
  'api-client-us.json': {
    kind: 'api-client',
    ticket: ticket('e09a4b5d71c84f63a2b7d50c8f3e6194', 'RITM0010005', ...bu),
    environment: 'DEV',
    region: 'US',
    product: 'credit-reports',
    company: '日の出クレジット',
    description: '',
    firstName: '',
    lastName: '',
    email: 'api@hinode.example',
    telephone: '',
    userId: 'hanako.yamada',
    userRole: 'End User',
    ipRanges: ['198.51.100.7'],
    prerequisiteMet: true,
  },
  'api-client-uk.json': {
    kind: 'api-client',
    ticket: ticket('58d2f7c90e1b4a36971ce84da3f50b62', 'RITM0010006', ...uk),
    environment: 'DEV',
    region: 'UK',
    product: 'fraud-signals',
    company: 'Harbour Mutual',
    description: "The client for Rhys's profile.",
    firstName: '',
    lastName: '',
    email: 'platform-team@harbour.example',
    telephone: '',
    userId: 'rhys.gwilym',
    userRole: 'End User',
    ipRanges: ['203.0.113.128/25', '2001:db8:c0de::/48'],
    prerequisiteMet: false,
  },
} as const;

describe('WF-1 the samples', () => {
  test.each(Object.entries(accepted))('%s is accepted', (name, request) => {
    const text = file(`events/samples/${name}`);
    const parsed = parseEvent(text, deployment);
    expect(parsed.outcome === 'request' && parsed.request).toEqual(request);
    expect(meetsItsSchema(json(text))).toBe(true);
  });

  test('WF-3 sc-task-closed.json is accepted', () => {
    const text = file('events/samples/sc-task-closed.json');
    expect(parseEvent(text, deployment)).toEqual({
      outcome: 'task-closed',
      task: {
        id: '7cbaff6843730dd5e294bd300a3d1f70',
        number: 'SCTASK0010001',
        ticketNumber: 'RITM0010002',
        state: 'complete',
        prerequisiteId: 'EW-204417',
      },
    });
    expect(meetsItsSchema(json(text))).toBe(true);
  });

  test('each stands here, and each is a ticket of its own', () => {
    const names = jsonFilesIn('events/samples/');
    expect(names).toEqual([...Object.keys(accepted), 'sc-task-closed.json'].sort());
    expect(new Set(names.map((name) => json(file(`events/samples/${name}`))['number'])).size).toBe(
      names.length,
    );
  });
});

const ip = '/variables/ip_addresses';
/** `schema` says whether the JSON Schema sees it too; the rest takes a catalogue or two values at once. */
const refused: Readonly<
  Record<string, { readonly faults: readonly string[]; readonly schema: 'refuses' | 'accepts' }>
> = {
  'address-with-line-break.json': { faults: ['/variables/email not_an_address'], schema: 'refuses' },
  'contract-number.json': { faults: ['/variables/contract_number not_a_contract_number'], schema: 'refuses' },
  'control-characters.json': {
    faults: [
      '/variables/first_name forbidden_characters',
      '/variables/last_name forbidden_characters',
      '/variables/last_name link',
    ],
    schema: 'refuses',
  },
  'ip-everything.json': { faults: [`${ip} ip_too_wide`, `${ip} ip_too_wide`], schema: 'accepts' },
  'ip-host-bits.json': { faults: [`${ip} ip_host_bits`], schema: 'accepts' },
  'ip-malformed.json': { faults: Array.from({ length: 5 }, () => `${ip} ip_malformed`), schema: 'accepts' },
  'ip-private.json': { faults: Array.from({ length: 3 }, () => `${ip} ip_private`), schema: 'accepts' },
  'ip-too-many.json': { faults: [`${ip} ip_too_many`], schema: 'accepts' },
  'ip-unroutable.json': {
    faults: Array.from({ length: 6 }, () => `${ip} ip_not_routable`),
    schema: 'accepts',
  },
  'mail-to-requester.json': { faults: ['/variables/email same_mailbox'], schema: 'accepts' },
  'markup.json': {
    faults: [
      '/variables/company forbidden_characters',
      '/variables/description forbidden_characters',
      '/variables/first_name forbidden_characters',
    ],
    schema: 'refuses',
  },
  'missing-values.json': {
    faults: [
      '/variables/company required',
      '/variables/last_name required',
      '/variables/email required',
      `${ip} required`,
    ],
    schema: 'refuses',
  },
  'other-environment.json': { faults: ['/variables/environment other_environment'], schema: 'accepts' },
  'other-user-role.json': { faults: ['/variables/user_role unknown_user_role'], schema: 'refuses' },
  'reversed-text.json': { faults: ['/variables/company forbidden_characters'], schema: 'refuses' },
  'task-not-closed.json': { faults: ['/state not_closed'], schema: 'refuses' },
  'two-addresses.json': { faults: ['/variables/email not_an_address'], schema: 'refuses' },
  'unknown-kind.json': { faults: ['/cat_item unknown_kind'], schema: 'refuses' },
  'unknown-product.json': { faults: ['/variables/ewacs_product_name unknown_product'], schema: 'accepts' },
  'unknown-region.json': { faults: ['/variables/region unknown_region'], schema: 'accepts' },
  'user-id-of-a-path.json': { faults: ['/variables/user_id not_a_user_id'], schema: 'refuses' },
  'values-not-strings.json': {
    faults: [
      '/variables/telephone not_a_string',
      `${ip} not_a_string`,
      '/variables/ewacs_account_created not_a_string',
    ],
    schema: 'refuses',
  },
};

describe('WF-1 the refused samples', () => {
  test.each(Object.entries(refused))('%s', (name, { faults, schema }) => {
    const text = file(`events/samples/refused/${name}`);
    const parsed = parseEvent(text, deployment);
    expect(parsed.outcome === 'invalid' && parsed.faults.map(({ path, code }) => `${path} ${code}`)).toEqual(
      faults,
    );
    expect(meetsItsSchema(json(text)) ? 'accepts' : 'refuses').toBe(schema);
  });

  test('unknown-type.json is none of our events', () => {
    expect(parseEvent(file('events/samples/refused/unknown-type.json'), deployment)).toEqual({
      outcome: 'malformed',
      problem: 'The type is none of sc_req_item.submitted and sc_task.closed.',
    });
  });

  test('each stands here', () => {
    expect(jsonFilesIn('events/samples/refused/')).toEqual(
      [...Object.keys(refused), 'unknown-type.json'].sort(),
    );
  });
});

describe('the JSON Schemas say the same as the parser', () => {
  const agree = (event: Readonly<Record<string, unknown>>) => {
    expect(meetsItsSchema(event), JSON.stringify(event)).toBe(
      !['invalid', 'malformed'].includes(parseEvent(JSON.stringify(event), deployment).outcome),
    );
  };

  test.each(jsonFilesIn('events/samples/'))(
    'of every value of %s: missing, blank, too long, marked up, not a string',
    (name) => {
      const event = json(file(`events/samples/${name}`));
      const variables = object.parse(event['variables']);
      for (const odd of [undefined, '', 'x'.repeat(4001), '<b>', 'a\u0007b', 7, {}, [], true]) {
        for (const key of Object.keys(event)) agree({ ...event, [key]: odd });
        for (const key of Object.keys(variables)) {
          // What an IP range or a region is, a schema cannot tell.
          if (
            typeof odd === 'string' &&
            odd !== '' &&
            ['ip_addresses', 'region', 'ewacs_product_name'].includes(key)
          ) {
            continue;
          }
          agree({ ...event, variables: { ...variables, [key]: odd } });
        }
      }
    },
  );
});
