import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pickUp, requestToken } from '../../clients/partner.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { backendPathOf, creditReports } from '../support/shipped-catalogue.ts';
import { commandsOf } from './guide-pages.ts';
import { onboard } from './onboarded.ts';
import { operatorOf } from './operator.ts';
import { requestFor } from './requests.ts';
import { openTerminal, type Terminal } from './terminal.ts';

let twin: TestTwin;
let terminal: Terminal;
beforeAll(async () => {
  twin = await shareTestTwin();
  const { link, code } = await onboard(twin.urls, requestFor('RITM0071001'));
  const credentials = await pickUp(link, code);
  const { token } = await operatorOf(twin.urls.gateway, 'viewer', 'vera');
  terminal = openTerminal({
    API: twin.urls.gateway,
    CLIENT_ID: credentials.client_id,
    ACCESS_TOKEN: (await requestToken(credentials)).accessToken,
    OPERATOR_TOKEN: token,
  });
  // The twin reads the caller's address from a header.
  await terminal.type('curl() { command curl -H "X-Twin-Source-Ip: 203.0.113.10" "$@"; }');
});
afterAll(async () => {
  terminal.close();
  await twin.stop();
});

test('WF-10 docs/guides/calls.md does what it says, block after block', async () => {
  const guide = readFileSync('docs/guides/calls.md', 'utf8');
  const [, shown = ''] = /^```json\n([^]*?)^```$/mu.exec(guide) ?? [];
  const printed: string[] = [];
  for (const commands of commandsOf('calls')) printed.push((await terminal.type(commands)).stdout);
  const [called = '', refused = '', explainedById = '', explained = '', ...others] = printed;
  const linesOf = (text: string): readonly unknown[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  expect(others).toEqual([]);
  expect(JSON.parse(called)).toMatchObject({
    product: 'credit-reports',
    path: backendPathOf(creditReports, '/reports'),
  });
  expect(JSON.parse(refused)).toEqual({
    ...(JSON.parse(shown) as object),
    help: expect.stringContaining('/docs/credit-reports#insufficient_scope') as string,
    evaluationId: expect.stringMatching(/^eyJ[\w-]+\.\.[\w.-]{700,}$/u) as string,
  });
  expect(linesOf(explainedById)).toEqual([
    // API Gateway has reused the evaluation of the first call.
    { rule: 'all', sourceIp: '203.0.113.10', scopes: ['credit-reports/read'] },
    [],
    { decision: 'deny', rule: 'scope', denyCode: 'insufficient_scope' },
    {
      rule: 'scope',
      outcome: 'failed',
      why: 'The client does not have the scope credit-reports/write.',
    },
  ]);
  expect(linesOf(explained)).toEqual([
    { decision: 'deny', rule: 'address', denyCode: 'address_not_allowed' },
    { rule: 'address', outcome: 'failed', why: "The address is none of the client's." },
  ]);
});
