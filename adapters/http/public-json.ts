import { lookup as resolve } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Unavailable } from '../../core/errors.ts';
import { networkOf } from '../../core/network/network.ts';
import { reachOf } from '../../core/network/special-ranges.ts';

/** The address must not be called, whoever asks. `message` says which addresses are allowed. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

export interface PublicJsonOptions {
  /** The service and operation that errors name. */
  readonly service: string;
  readonly operation: string;
  /** Whether loopback addresses are allowed too, even without TLS. Only the local twin sets this. */
  readonly loopback: boolean;
  readonly timeoutMilliseconds?: number;
  readonly maxAnswerBytes?: number;
}

/**
 * Creates a reader of JSON documents at addresses that partners supply. It only calls public addresses over
 * https and follows no redirect. The IP address is checked when the connection is made, so that a name cannot
 * be resolved to another address after the check.
 * @throws {AddressRefused}
 * @throws {Unavailable} if no JSON document came: a status other than 200, a time-out, too large an answer,
 *   or no JSON
 */
export function createPublicJson({
  service,
  operation,
  loopback,
  timeoutMilliseconds = 5000,
  maxAnswerBytes = 65_536,
}: PublicJsonOptions): (address: string) => Promise<unknown> {
  const isAllowed = (ip: string): boolean => isPublic(ip) || (loopback && isLoopback(ip));
  /** The connection that is being made calls this function. */
  const lookupAllowed: LookupFunction = (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = error === null ? addresses : [];
      if (first === undefined) done(error, []);
      else if (!addresses.every(({ address }) => isAllowed(address))) {
        done(new AddressRefused('The address must be public.'), []);
      } else if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };

  const send = (url: URL, signal: AbortSignal): Promise<http.IncomingMessage> =>
    new Promise((answered, failed) => {
      const { request } = url.protocol === 'https:' ? https : http;
      const options = {
        lookup: lookupAllowed,
        agent: false,
        headers: { accept: 'application/json' },
        signal,
      };
      request(url, options).on('response', answered).on('error', failed).end();
    });

  return async (address) => {
    const url = urlOf(address, { loopback, isAllowed });
    const timeout = AbortSignal.timeout(timeoutMilliseconds);
    try {
      const response = await send(url, timeout);
      const document = response.statusCode === 200 ? await readJson(response, maxAnswerBytes) : undefined;
      response.destroy();
      if (document !== undefined) return document.json;
      throw new NoDocument(`HTTP ${response.statusCode ?? 0}`);
    } catch (error) {
      if (error instanceof AddressRefused) throw error;
      throw new Unavailable({
        service,
        operation,
        detail: timeout.aborted ? 'time-out' : reasonOf(error),
        cause: error,
      });
    }
  };
}

/** The answer is not the expected document. The message does not quote the answer. */
class NoDocument extends Error {
  override readonly name = 'NoDocument';
}

function urlOf(
  address: string,
  { loopback, isAllowed }: { readonly loopback: boolean; readonly isAllowed: (ip: string) => boolean },
): URL {
  const url = address.length <= 2000 ? URL.parse(address) : null;
  if (url?.username !== '' || url.password !== '' || url.hash !== '') {
    throw new AddressRefused(
      'The address must be an https URL of at most 2000 characters, without user, password and fragment.',
    );
  }
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  const own = loopback && (isLoopback(host) || host === 'localhost');
  if (url.protocol !== 'https:' && !(own && url.protocol === 'http:')) {
    throw new AddressRefused('The address must begin with https://.');
  }
  // A host name is checked when it is resolved.
  if (isIP(host) !== 0 && !isAllowed(host)) throw new AddressRefused('The address must be public.');
  return url;
}

async function readJson(
  response: http.IncomingMessage,
  maxBytes: number,
): Promise<{ readonly json: unknown }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new NoDocument(`over ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return { json: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    throw new NoDocument('not JSON');
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof NoDocument) return error.message;
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'no answer';
}

function isPublic(ip: string): boolean {
  const network = networkOf(ip)?.network;
  return network !== undefined && reachOf(network) === 'global';
}

const isLoopback = (ip: string): boolean =>
  ip === '::1' || (/^(?:::ffff:)?127\./iu.test(ip) && isIP(ip) !== 0);
