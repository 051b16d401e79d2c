import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { configurationOf } from '../../local/configuration.ts';
import { startTwin } from '../../local/twin.ts';
import { openMeter } from './meter.ts';

/**
 * Runs the twin as `npm start` does. It prints a line for every call of the gateway and for every request of
 * the functions.
 */
const print = (line: object): void => {
  console.log(JSON.stringify(line));
};

const twin = await startTwin({
  ...configurationOf(process.env),
  bundles: false,
  log: (line) => {
    print({ code: 'call_answered', ...line });
  },
  beforeAws: (url) => openMeter(url, print),
});

/** The stand-ins besides AWS's APIs, by the port that receives the request. */
const standIns = new Map(
  [
    [twin.urls.okta, 'Okta'],
    [twin.urls.servicenow, 'ServiceNow'],
    [twin.urls.aws, 'CognitoTokens'],
  ].map(([url, name]) => [new URL(url ?? '').port, name]),
);
subscribe('http.server.request.start', (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  const standIn = standIns.get(String(request.socket.localPort));
  if (standIn === undefined || (standIn === 'CognitoTokens' && request.url !== '/oauth2/token')) return;
  print({ code: 'vendor_called', service: standIn });
});

process.once('SIGTERM', () => {
  void twin.stop().then(() => process.exit(0));
});
await twin.warm();
console.log(`ready ${twin.urls.gateway}`);
