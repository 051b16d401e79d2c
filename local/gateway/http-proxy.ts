import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { mappedValue, Refused, type RoutedExchange } from './exchange.ts';
import { type Header, httpAnswerHeaders, httpRequestHeaders } from './headers.ts';
import { carried, type PayloadKind } from './payload.ts';
import { payloadLimit, readWithin } from './request.ts';
import { response } from './response.ts';
import type { HttpProxy } from './route.ts';

/**
 * Forwards the call to the backend without interpreting it, and returns the backend's answer. Without an
 * answer in time, the result is INTEGRATION_TIMEOUT. Without any answer, or with one over the payload limit,
 * it is INTEGRATION_FAILURE.
 */
export async function proxyHttp(
  integration: HttpProxy,
  exchange: RoutedExchange,
  payload: Buffer,
  kind: PayloadKind,
): Promise<Response> {
  const {
    api,
    request,
    matched: { pathParameters },
  } = exchange;
  const url = new URL(
    integration.uri.replaceAll(/\{([^{}]+)\}/g, (placeholder, name: string) =>
      encodedForUrl(pathParameters[name] ?? placeholder),
    ),
  );
  if (request.query !== '') {
    url.search = [url.search.slice(1), request.query].filter((part) => part !== '').join('&');
  }
  const body = carried(payload, kind);

  const mapped = Object.entries(integration.headers).flatMap(([name, expression]): Header[] => {
    const value = mappedValue(exchange, expression);
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  const headers: Header[] = [['host', url.host], ...httpRequestHeaders(request, api.apiId, mapped)];
  if (body.length > 0) headers.push(['content-length', String(body.length)]);

  const signal = AbortSignal.timeout(integration.timeoutMillis);
  try {
    const answer = await send(url, request.method, headers, body, signal);
    const content = await readWithin(answer, payloadLimit);
    if (content === undefined) throw new Error(`its answer is over ${payloadLimit} bytes`);
    const answered = httpAnswerHeaders(pairs(answer.rawHeaders)).map(([name, value]): [string, string] => [
      name,
      value,
    ]);
    return response(answer.statusCode ?? 0, answered, new Uint8Array(carried(content, kind)));
  } catch (error) {
    if (signal.aborted) {
      throw new Refused(
        'INTEGRATION_TIMEOUT',
        `no answer from ${url.host} within ${integration.timeoutMillis} ms`,
      );
    }
    throw new Refused(
      'INTEGRATION_FAILURE',
      `no answer from ${url.host}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function send(
  url: URL,
  method: string,
  headers: readonly Header[],
  body: Buffer,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    request(url, { method, headers: headers.flat(), signal }, resolve).once('error', reject).end(body);
  });
}

/**
 * Returns a path parameter as a backend receives it: decoded, then encoded for a URL. An encoded slash or
 * question mark would thus become a real one, so the firewall blocks both before this point.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
function encodedForUrl(parameter: string): string {
  try {
    return encodeURI(decodeURIComponent(parameter));
  } catch {
    return parameter;
  }
}

function pairs(rawHeaders: readonly string[]): Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at) => [
    rawHeaders[2 * at] ?? '',
    rawHeaders[2 * at + 1] ?? '',
  ]);
}
