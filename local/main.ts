import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { messageOf, runCommand } from './command-line.ts';
import { configurationOf } from './configuration.ts';
import type { AccessLogLine } from './gateway/gateway.ts';
import { writeLogsForPeople } from './readable-logs.ts';
import { whereThingsAre } from './where.ts';

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

/** `npm start [-- --bundles]` */
await runCommand(
  {
    name: 'start',
    about:
      'Runs the twin until Ctrl-C: gateway, AWS, Okta, ServiceNow and a sample backend in one process.\n' +
      'Its settings are environment variables, or the file .env; .env.example describes them.',
    options: { bundles: { type: 'boolean', about: 'runs the functions as they are bundled for AWS' } },
  },
  async ({ values: { bundles } }) => {
    if (existsSync('.env')) loadEnvFile('.env');
    const configuration = configurationOf(process.env);
    if (process.stdout.isTTY) writeLogsForPeople();
    // It takes most of the time to load, and `--help` does not need it.
    const { startTwin } = await import('./twin.ts');
    const twin = await startTwin({ ...configuration, bundles, log: logCall });
    for (const what of twin.unknown) {
      console.log(`The template has ${what}, which the twin does not know: it has no effect here.`);
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        void twin.stop().then(() => process.exit(0));
      });
    }
    if (process.stdout.isTTY) console.log(whereThingsAre(twin.urls, configuration.dataFolder));
    console.log(`ready ${twin.urls.gateway}`);
    await twin.warm();
    return 0;
  },
  (error) => messageOf(error),
);
// What has been started before an error must not keep the process alive.
if (process.exitCode === 1) process.exit();
