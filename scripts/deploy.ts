import { account } from './bootstrap/account.ts';
import { readContext, readOptions, runCommand } from './bootstrap/command-line.ts';
import { deploy } from './bootstrap/deploy.ts';
import { leftovers } from './bootstrap/leftovers.ts';
import { runPlan } from './bootstrap/run.ts';
import { settings } from './bootstrap/settings.ts';

/**
 * `npm run deploy -- --stage dev --params FILE [--dry-run] [--at-once]`: a later deployment of a stage that bootstrap has
 * made, with the same parameters. It needs no right to a secret. A stage that is protected stays so.
 * `--at-once`: a new state machine takes over at once, not by degrees.
 */
await runCommand(async () => {
  const options = readOptions(process.argv.slice(2), ['dry-run', 'at-once']);
  const read = readContext(options.stage, options.params, (line) => {
    console.log(line);
  });
  const serverless = {
    ...read.parameters.serverless,
    ...(options.has('at-once') && { deploymentType: 'ALL_AT_ONCE' }),
  };
  const context = { ...read, parameters: { ...read.parameters, serverless } };
  const outcome = await runPlan({ looks: [settings, account, leftovers], works: [deploy] }, context, {
    dryRun: options.has('dry-run'),
  });
  return outcome === 'failed' ? 1 : 0;
});
