import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import {
  ruleDescriptions,
  type AuthorizationRule,
  rules,
  thirdPartyRules,
} from '../../core/authorization/rules.ts';
import { callErrors } from '../../core/documentation/call-errors.ts';
import { productRoutes } from '../../resources/product-routes.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';
import { tablesIn } from './markdown-table.ts';

const tables = tablesIn(readFileSync('docs/guides/calls.md', 'utf8'));
const rowsUnder = (heading: string) => tables.find(({ headings }) => headings.at(-1) === heading)?.rows ?? [];
const named = (cell: string): string => cell.replaceAll('`', '');

/** The rules that the authorizer reports with codes of their own. All others concern the token. */
const codes: Partial<Readonly<Record<AuthorizationRule, string>>> = {
  client: 'client_inactive',
  contract: 'contract_inactive',
  partner: 'partner_inactive',
  earlier_client: 'client_inactive, contract_inactive or partner_inactive',
  grant: 'grant_not_allowed',
  sign_in: 'client_inactive, contract_inactive or partner_inactive',
  product: 'insufficient_scope',
  address: 'address_not_allowed',
  plan: 'client_inactive',
  route: 'insufficient_scope',
  scope: 'insufficient_scope',
};

/** The codes, each by itself. */
const codesTold = Object.values(codes).flatMap((named) => named.split(/, | or /u));

test('X-9 the rules of a call are told in their order, with what each asks', () => {
  expect(
    rowsUnder('Why').map((row) =>
      ['rule', 'asks', 'whose tokens', 'the caller is told'].map((column) => named(row(column))),
    ),
  ).toEqual(
    rules.map((rule) => [
      rule,
      ruleDescriptions[rule],
      thirdPartyRules.includes(rule) ? "third parties'" : 'all',
      codes[rule] ?? 'unauthorized',
    ]),
  );
});

/** Returns what the firewall answers by itself: the status and the code of each custom response. */
function firewallAnswers(): string[] {
  const { Resources } = z
    .object({
      Resources: z.object({
        Firewall: z.object({
          Properties: z.object({
            CustomResponseBodies: z.record(z.string(), z.object({ Content: z.string() })),
          }),
        }),
      }),
    })
    .parse(parse(readFileSync('resources/firewall.yml', 'utf8')));
  return Object.values(Resources.Firewall.Properties.CustomResponseBodies).map(({ Content }) => {
    const { status, code } = z.object({ status: z.int(), code: z.string() }).parse(JSON.parse(Content));
    return `${status} ${code}`;
  });
}

test('X-9 every denial leads to a section of its own', () => {
  const sections = [...readFileSync('docs/guides/calls.md', 'utf8').matchAll(/^### `(\w+)`$/gmu)];
  expect(sections.map(([, code]) => code).toSorted()).toEqual(
    [...new Set([...codesTold, 'client_not_served'])].toSorted(),
  );
});

test('WF-10 every code that a caller may hear is told, with its status', () => {
  const { Resources } = z
    .object({
      Resources: z.record(
        z.string(),
        z.object({ Properties: z.object({ ResponseTemplates: z.record(z.string(), z.string()) }) }),
      ),
    })
    .parse(parse(readFileSync('resources/gateway-responses.yml', 'utf8')));
  const answers = Object.values(Resources).map(({ Properties }) =>
    z
      .object({ status: z.int().optional(), code: z.string() })
      .parse(JSON.parse(Properties.ResponseTemplates['application/json'] ?? '')),
  );
  const told = [
    ...answers.flatMap(({ status, code }) =>
      status === undefined || code.startsWith('$') ? [] : [`${status} ${code}`],
    ),
    ...codesTold.map((code) => `403 ${code}`),
    ...firewallAnswers(),
    // The answer to OPTIONS, which a function gives.
    '405 method_not_allowed',
  ];
  expect(
    rowsUnder('What a refusal says')
      .map((row) => `${row('status')} ${named(row('code'))}`)
      .toSorted(),
  ).toEqual([...new Set(told)].toSorted());
});

test('WF-10 the guide and the documentation of the products say the same of every code', () => {
  const codeless = (text: string): string => text.replace('the same', "ask the contract's owner");
  expect(
    rowsUnder('What a refusal says').map((row) => ({
      status: Number(row('status')),
      code: named(row('code')),
      means: row('what it means'),
      whatToDo: codeless(row('what to do')),
    })),
  ).toEqual(callErrors);
});

test('WF-10 every header that a backend gets from us is told', () => {
  const [route] = productRoutes(shippedCatalogue, 'DEV');
  // A caller's header that is passed on tells the backend nothing from Sallyport.
  const ours = Object.entries(route?.headers ?? {})
    .filter(([header, value]) => value.startsWith('context.') && !header.includes('_'))
    .map(([header]) => header);
  const told = rowsUnder('What the backend is told').flatMap((row) => named(row('header')).split(', '));
  expect(told.filter((header) => header !== 'Authorization' && !header.startsWith('X-Amzn-'))).toEqual(ours);
});
