import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { configurationOf } from '../../local/configuration.ts';
import { startTwin } from '../../local/twin.ts';
import { openMeter } from './meter.ts';

/** The twin as `npm start` has it, with a line for every call of the gateway and every request of the functions to anybody. */
const tell = (line: object): void => {
  console.log(JSON.stringify(line));
};

const twin = await startTwin({
  ...configurationOf(process.env),
  bundles: false,
  log: (line) => {
    tell({ code: 'call_answered', ...line });
  },
  beforeAws: (url) => openMeter(url, tell),
});

/** Beside AWS's APIs: by the port that was asked. */
const neighbours = new Map(
  [
    [twin.urls.okta, 'Okta'],
    [twin.urls.servicenow, 'ServiceNow'],
    [twin.urls.aws, 'CognitoTokens'],
  ].map(([url, name]) => [new URL(url ?? '').port, name]),
);
subscribe('http.server.request.start', (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  const neighbour = neighbours.get(String(request.socket.localPort));
  if (neighbour === undefined || (neighbour === 'CognitoTokens' && request.url !== '/oauth2/token')) return;
  tell({ code: 'neighbour_called', service: neighbour });
});

process.once('SIGTERM', () => {
  void twin.stop().then(() => process.exit(0));
});
await twin.warm();
console.log(`ready ${twin.urls.gateway}`);
