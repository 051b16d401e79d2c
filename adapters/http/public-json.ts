import { Unavailable } from '../../core/errors.ts';
import { createPublicExchange, NoAnswer, type PublicExchangeOptions } from './public-exchange.ts';

export interface PublicJsonOptions extends PublicExchangeOptions {
  /** The service and operation that errors name. */
  readonly service: string;
  readonly operation: string;
}

/**
 * Creates a reader of JSON documents at addresses that partners supply, by {@link createPublicExchange}.
 * @throws {AddressRefused}
 * @throws {Unavailable} if no JSON document came: a status other than 200, a time-out, too large an answer,
 *   or no JSON
 */
export function createPublicJson({
  service,
  operation,
  ...options
}: PublicJsonOptions): (address: string) => Promise<unknown> {
  const exchange = createPublicExchange(options);
  return async (address) => {
    try {
      const { status, body } = await exchange(address, {
        method: 'GET',
        headers: { accept: 'application/json' },
      });
      if (status !== 200) throw new NoAnswer(`HTTP ${status}`);
      return parsed(body);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new Unavailable({ service, operation, detail: error.message, cause: error });
    }
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new NoAnswer('not JSON');
  }
}
