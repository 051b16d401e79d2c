import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClients } from '../../adapters/aws/contract-records.ts';
import { createDisclosedKeys } from '../../adapters/aws/disclosed-keys.ts';
import { createTrustAlerts } from '../../adapters/aws/eventbridge-alerts.ts';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createClientKeys } from '../../adapters/aws/token-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createPublicJson } from '../../adapters/http/public-json.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { namesOfKeys } from '../../adapters/trust/public-key.ts';
import type { TrustSweep } from '../../core/trust/sweep.ts';

export function dependencies(env: NodeJS.ProcessEnv): TrustSweep {
  const { TABLE_NAME, PARTNER_ADDRESSES } = readEnvironment(env, ['TABLE_NAME', 'PARTNER_ADDRESSES']);
  const readJson = createPublicJson({
    service: 'jwks',
    operation: 'GetKeys',
    loopback: PARTNER_ADDRESSES === 'loopback',
  });
  const table = createTable({ tableName: TABLE_NAME, env });
  const clientKeys = createClientKeys(table);
  return {
    issuers: createIssuers(table),
    clients: createClients(table),
    clientKeyNames: async (clientId) => namesOfKeys(await clientKeys.keysOf(clientId)),
    disclosedKeys: createDisclosedKeys(table, systemClock),
    readKeys: createKeyReader({ clock: systemClock, readJson }),
    alerts: createTrustAlerts({ client: new EventBridgeClient(clientSettings({ maxAttempts: 3 })) }),
    clock: systemClock,
  };
}
