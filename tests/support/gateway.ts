import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type AccessLogLine, createGateway, type GatewayParts } from '../../local/gateway/gateway.ts';
import { createClock, type TwinClock } from '../../local/kernel/clock.ts';
import { serve } from '../../local/kernel/serve.ts';
import { openStore } from '../../local/kernel/store.ts';
import type { Lambda } from '../../local/lambda/lambda.ts';

export type GatewayFunctions = Readonly<Record<string, (event: unknown) => unknown>>;

export interface TestGateway {
  readonly url: string;
  readonly clock: TwinClock;
  readonly log: readonly AccessLogLine[];
  close(): Promise<void>;
}

/** Creates a Lambda service with the test's own functions. */
export function lambdaOf(functions: GatewayFunctions): Lambda {
  return {
    invoke: async (functionName, payload) => {
      try {
        return { ok: true, payload: await functions[functionName]?.(payload) };
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return { ok: false, error: { errorType: name, errorMessage: message, trace: [] } };
      }
    },
  };
}

/** The headers of every answer of the gateway, whatever its content. For `toEqual`. */
export const addedByTheGateway = {
  'x-amz-apigw-id': expect.any(String) as string,
  'x-amzn-requestid': expect.any(String) as string,
  date: expect.any(String) as string,
  connection: 'close',
};

/** Starts a gateway with a store of its own on a free port. */
export async function startGateway(
  parts: Pick<GatewayParts, 'routes'> &
    Partial<Omit<GatewayParts, 'lambda' | 'store'>> & { readonly functions?: GatewayFunctions },
): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-gateway-'));
  const store = openStore(folder);
  const clock = createClock();
  const log: AccessLogLine[] = [];
  const served = await serve(
    createGateway({
      api: { apiId: 'sallyport1', stage: 'dev' },
      authorizer: {
        functionName: 'authorizer',
        identitySources: ['method.request.header.Authorization', 'context.identity.sourceIp'],
        ttlSeconds: 300,
      },
      responses: {},
      planOf: () => undefined,
      binaryMediaTypes: ['*/*'],
      firewallRules: [],
      clock,
      log: (line) => log.push(line),
      ...parts,
      lambda: lambdaOf(parts.functions ?? {}),
      store,
    }),
    0,
  );
  return {
    url: served.url,
    clock,
    log,
    close: async () => {
      await served.close();
      store.close();
      await rm(folder, { recursive: true });
    },
  };
}
