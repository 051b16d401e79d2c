import { lookup as resolve } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { networkOf } from '../../core/network/network.ts';
import { reachOf } from '../../core/network/special-ranges.ts';

/** The address must not be called, whoever asks. `message` says which addresses are allowed. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** No answer came, or none that can be read. The message does not quote the answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface PublicExchangeOptions {
  /** Whether loopback addresses are allowed too, even without TLS. Only the local twin sets this. */
  readonly loopback: boolean;
  readonly timeoutMilliseconds?: number;
  readonly maxAnswerBytes?: number;
}

export interface PublicRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request before its own time limit, as if that were over. */
  readonly signal?: AbortSignal;
}

export interface PublicAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Sends a request to an address that a partner supplied.
 * @throws {AddressRefused} if the address must not be called
 * @throws {NoAnswer} with the reason, if no whole answer came in time
 */
export type PublicExchange = (address: string, request: PublicRequest) => Promise<PublicAnswer>;

/**
 * Creates the exchange with addresses that partners supply. It only calls public addresses over https and follows
 * no redirect. The IP address is checked when the connection is made, so that a name cannot be resolved to another
 * address after the check.
 */
export function createPublicExchange({
  loopback,
  timeoutMilliseconds = 5000,
  maxAnswerBytes = 65_536,
}: PublicExchangeOptions): PublicExchange {
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

  const send = (
    url: URL,
    { method, headers, body }: PublicRequest,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> =>
    new Promise((answered, failed) => {
      const { request } = url.protocol === 'https:' ? https : http;
      request(url, { method, lookup: lookupAllowed, agent: false, headers, signal })
        .on('response', answered)
        .on('error', failed)
        .end(body);
    });

  return async (address, request) => {
    const url = urlOf(address, { loopback, isAllowed });
    const limits = [AbortSignal.timeout(timeoutMilliseconds), ...(request.signal ? [request.signal] : [])];
    const timeout = AbortSignal.any(limits);
    try {
      const response = await send(url, request, timeout);
      const body = await readBody(response, maxAnswerBytes);
      return { status: response.statusCode ?? 0, headers: singleHeaders(response.headers), body };
    } catch (error) {
      if (error instanceof AddressRefused || error instanceof NoAnswer) throw error;
      throw new NoAnswer(timeout.aborted ? 'time-out' : reasonOf(error), { cause: error });
    }
  };
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

async function readBody(response: http.IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new NoAnswer(`over ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Leaves out headers that came several times, apart from the standard's way of joining them. */
const singleHeaders = (headers: http.IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no answer';

function isPublic(ip: string): boolean {
  const network = networkOf(ip)?.network;
  return network !== undefined && reachOf(network) === 'global';
}

const isLoopback = (ip: string): boolean =>
  ip === '::1' || (/^(?:::ffff:)?127\./iu.test(ip) && isIP(ip) !== 0);
