import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type GrantType, grantTypes } from '../../core/contracts/records.ts';
import { refreshGrantType } from '../../core/tokens/grant-types.ts';
import { checksOf } from './grant-checks.ts';
import { codesIn, rowsWithColumn, tablesIn } from './markdown-table.ts';

const guide = readFileSync('docs/guides/grants.md', 'utf8');

const offered = [...grantTypes, refreshGrantType] as const;
const functionOf: Readonly<Record<GrantType | typeof refreshGrantType, string>> = {
  client_credentials: 'clientCredentials',
  authorization_code: 'authorizationCode',
  refresh_token: 'refreshToken',
  password: 'password',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'jwtBearer',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'tokenExchange',
};

test('OAU-5 the catalogue has every grant, and each has its guide', () => {
  const rows = rowsWithColumn(guide, 'guide');
  expect(rows.flatMap((row) => codesIn(row('grant')))).toEqual(offered);
  for (const row of rows) {
    const linked = [...row('guide').matchAll(/\]\((.+?)(?:#.+?)?\)/gu)].map(([, file = '']) => file);
    expect(linked).not.toEqual([]);
    for (const file of linked) expect(existsSync(`docs/guides/${file}`), file).toBe(true);
  }
});

test.each(offered)(
  'OAU-2 the catalogue names the checks of %s in their order, with what the caller is told',
  (grant) => {
    const rows = tablesIn(guide)
      .filter(({ headings }) => headings.at(-1) === `\`${grant}\``)
      .flatMap((table) => table.rows);
    expect(rows.map((row) => [...codesIn(row('check')), ...codesIn(row('refusal'))])).toEqual(
      checksOf(functionOf[grant]).map(({ name, error }) => [name, error]),
    );
  },
);

test('JWT-4 the guide of a login by a link names its checks in their order', () => {
  const rows = rowsWithColumn(readFileSync('docs/guides/session.md', 'utf8'), 'check');
  // A login is not a grant, so the contract names none for it.
  expect(rows.flatMap((row) => codesIn(row('check')))).toEqual(
    checksOf('openSession').flatMap(({ name }) => (name === 'contract_grant' ? [] : [name])),
  );
});
