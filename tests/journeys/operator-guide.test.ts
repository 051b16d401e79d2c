import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { commandsOf } from './guide-pages.ts';
import { onboard } from './onboarded.ts';
import { requestFor } from './requests.ts';
import { openTerminal, type Terminal } from './terminal.ts';

let twin: TestTwin;
let terminal: Terminal;
beforeAll(async () => {
  twin = await startTestTwin();
  await onboard(twin.urls, requestFor('RITM0092001'));
  terminal = openTerminal({ API: twin.urls.gateway, SALLYPORT_PORT: new URL(twin.urls.gateway).port });
});
afterAll(async () => {
  terminal.close();
  await twin.stop();
});

test('docs/guides/operator-api.md does what it says, block after block', async () => {
  const printed: string[] = [];
  for (const commands of commandsOf('operator-api')) printed.push((await terminal.type(commands)).stdout);
  expect(printed).toEqual([
    expect.stringContaining('"name": "Company of RITM0092001"') as string,
    'active\ndraft\nactive\n',
    'Acme Analytics\n',
    '{"path":"/name","code":"required","allowed":"This member has to be there."}\n{"path":"/why","code":"required","allowed":"This member has to be there."}\n{"path":"/nmae","code":"unknown_member","allowed":"There is no member of this name."}\n',
    '{"name":"Acme Analytics","proposed":{"name":"Acme Insights","otherNames":["Acme Data Services Ltd"]},"operatorsTold":true}\n{"name":"Acme Insights","otherNames":["Acme Data Services Ltd"],"formerNames":["Acme Analytics"]}\n["Acme Insights"]\n',
    '["Acme Insights"]\n',
    '{"status":"suspended","cacheFlushed":true,"decidedWithinSeconds":12}\n',
    '{"status":"suspended","profile":"active","decidedWithinSeconds":12}\n',
    '["acme-1"]\n{"status":"active","proposed":null,"last":"approved"}\n',
    '404\n',
  ]);
});
