import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { parseArgs } from 'node:util';
import { configurationOf } from './configuration.ts';
import type { AccessLogLine } from './gateway/gateway.ts';
import { startTwin } from './twin.ts';

/** Writes a line in the format of the functions' own log lines, because both appear in the same output. */
function logCall(line: AccessLogLine): void {
  const level = line.status >= 500 ? 'ERROR' : 'INFO';
  console.log(
    JSON.stringify({
      level,
      message: 'The gateway has answered a call.',
      timestamp: new Date(),
      service: 'api-gateway',
      code: 'call_answered',
      ...line,
    }),
  );
}

/** `npm start [-- --bundles]`: runs the twin until Ctrl-C. */
try {
  const {
    values: { bundles },
  } = parseArgs({ options: { bundles: { type: 'boolean', default: false } } });
  if (existsSync('.env')) loadEnvFile('.env');
  const twin = await startTwin({ ...configurationOf(process.env), bundles, log: logCall });
  for (const what of twin.unknown) {
    console.log(`The template has ${what}, which the twin does not know: it has no effect here.`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void twin.stop().then(() => process.exit(0));
    });
  }
  console.log(`ready ${twin.urls.gateway}`);
  await twin.warm();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
