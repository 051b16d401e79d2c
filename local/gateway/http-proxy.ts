import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { mappedValue, Refused, type RoutedExchange } from './exchange.ts';
import { payloadLimit, readWithin } from './request.ts';
import { response } from './response.ts';
import type { HttpProxy } from './route.ts';

type Header = readonly [name: string, value: string];

/** Headers of one connection, not of the message (RFC 9110, section 7.6.1), and those that follow from the message. */
const connectionHeaders = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection',
  'te', 'trailer', 'transfer-encoding', 'upgrade', 'content-length', 'host', 'expect',
];

/**
 * Hands the call on to the backend, unread, and its answer back. No answer in time is INTEGRATION_TIMEOUT;
 * none at all, or one over the payload limit, INTEGRATION_FAILURE.
 */
export async function proxyHttp(integration: HttpProxy, exchange: RoutedExchange, body: Buffer): Promise<Response> {
  const { request, matched: { pathParameters } } = exchange;
  const url = new URL(integration.uri.replaceAll(/\{([^{}]+)\}/g, (placeholder, name: string) => pathParameters[name] ?? placeholder));
  url.search = request.query;

  const mapped = Object.entries(integration.headers);
  const headers: Header[] = [
    ['host', url.host],
    ...endToEnd(request.headers, mapped.map(([name]) => name)),
    ...mapped.flatMap(([name, expression]): Header[] => {
      const value = mappedValue(exchange, expression);
      return value === undefined ? [] : [[name, value]];
    }),
  ];
  if (body.length > 0) headers.push(['content-length', String(body.length)]);

  const signal = AbortSignal.timeout(integration.timeoutMillis);
  try {
    const answer = await send(url, request.method, headers, body, signal);
    const content = await readWithin(answer, payloadLimit);
    if (content === undefined) throw new Error(`its answer is over ${payloadLimit} bytes`);
    return response(answer.statusCode ?? 0, endToEnd(pairs(answer.rawHeaders)).map(([name, value]) => [name, value]), new Uint8Array(content));
  } catch (error) {
    if (signal.aborted) throw new Refused('INTEGRATION_TIMEOUT', `no answer from ${url.host} within ${integration.timeoutMillis} ms`);
    throw new Refused('INTEGRATION_FAILURE', `no answer from ${url.host}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function send(url: URL, method: string, headers: readonly Header[], body: Buffer, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    request(url, { method, headers: headers.flat(), signal }, resolve).once('error', reject).end(body);
  });
}

/** The headers that travel on: not the connection's own, nor what `Connection` names, nor those in `replaced`. */
function endToEnd(headers: readonly Header[], replaced: readonly string[] = []): Header[] {
  const named = headers.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.split(','));
  const dropped = new Set([...connectionHeaders, ...named, ...replaced].map((name) => name.trim().toLowerCase()));
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()));
}

function pairs(rawHeaders: readonly string[]): Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at) => [rawHeaders[2 * at] ?? '', rawHeaders[2 * at + 1] ?? '']);
}
