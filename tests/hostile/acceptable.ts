import fc from 'fast-check';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { withoutInvisible } from '../../core/invisible-characters.ts';
import { companyName, name } from '../../core/tickets/request-rules.ts';
import { requestFor, type Payload } from '../journeys/requests.ts';
import { deployment } from './payloads.ts';
import { hostile, manyAtOnce } from './strings.ts';

const within = (most: number, forbidden: RegExp) =>
  fc
    .oneof(hostile, manyAtOnce)
    .map((text) =>
      text
        .replaceAll(forbidden, '')
        .normalize('NFC')
        .slice(0, most - 1)
        .toWellFormed()
        .trim(),
    )
    .map((text) => (/[\p{L}\p{N}\p{P}\p{S}]/u.test(text) ? text : `${text}x`));
const lines = (most: number) => within(most, /[^\P{Cc}\t\r\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069<>]/gu);
/** One line that the rules allow, as odd as they allow. */
export const oneLine = (most: number) =>
  within(most, /[\p{Cc}\p{Cs}\p{Cn}\p{Co}\u2028-\u202e\u2066-\u2069<>]/gu);
/**
 * A name that the rules allow. A text that they refuse loses what they refuse in names alone: invisible
 * characters, and whatever makes a link.
 */
const aName = (most: number, rules = name(most)) =>
  oneLine(most).map((text) => {
    const isAllowed = (each: string): boolean => rules.every(({ holds }) => holds(each));
    if (isAllowed(text)) return text;
    const plain = withoutInvisible(text)
      .replaceAll(/[:@./\uff0e\u3002\uff61\uff1a\uff0f\uff20]/gu, '')
      .normalize('NFC')
      .trim();
    return isAllowed(plain) ? plain : 'Acme';
  });
const hextet = fc.nat(0xffff).map((number) => number.toString(16));
const address = fc.oneof(
  fc.tuple(hextet, hextet, hextet).map(([one, two, three]) => `2A00:${one}:${two}::${three}`),
  fc.ipV4().map((text) => text.replace(/^\d+/u, '81')),
  fc.constantFrom('198.51.100.0/24', '2001:db8:7::/48', '::ffff:203.0.113.10', '2001:DB8:0::1'),
);

const particulars = fc.record({
  cat_item: fc.constantFrom('b2b-onboarding', 'b2b-onboarding', 'b2b-user', 'api-client'),
  variables: fc.record({
    region: fc.constantFrom('US', 'UK'),
    ewacs_product_name: fc.constantFrom('credit-reports', 'fraud-signals'),
    company: aName(80, companyName(80)),
    description: lines(4000),
    first_name: aName(50),
    last_name: aName(50),
    email: fc
      .tuple(
        fc.stringMatching(/^[\w!#$%&'*+/=?^`{|}~-]{1,40}$/u),
        fc.constantFrom(
          'acme.example',
          'ACME.example',
          'bücher.example',
          '日本.example',
          `${'ü'.repeat(50)}.example`,
        ),
      )
      .map(([local, domain]) => `${local}@${domain}`),
    telephone: fc.stringMatching(/^\+?(?:[ ()./-]{0,9}\d){3,20}(?: (?:x|ext\.) \d{1,6})?$/u),
    user_id: fc.stringMatching(/^[\w.+'-]{0,20}(?:@[a-z0-9][a-z0-9.-]{0,10})?$/u),
    ip_addresses: fc
      .array(fc.tuple(address, fc.constantFrom(',', ' ', '\n', ', \t')), { minLength: 1, maxLength: 5 })
      .map((list) => list.flat().join('')),
    ewacs_account_created: fc.constantFrom('true', 'true', 'true', 'false'),
  }),
});

type Particulars = typeof particulars extends fc.Arbitrary<infer Value> ? Value : never;

/** The request of a ticket. User id and company are the ticket's own, whatever else they hold. */
export function requestOf(
  number: string,
  { cat_item, variables: { company, user_id, ...others } }: Particulars,
): Payload {
  return requestFor(
    number,
    { ...others, company: `${company} ${number}`, user_id: `${number}${user_id}` },
    { cat_item },
  );
}

/** What the rules allow, in strings that are as odd as the rules allow. */
export const acceptable = particulars.filter(
  (each) => parseEvent(JSON.stringify(requestOf('RITM0000000', each)), deployment).outcome === 'request',
);
