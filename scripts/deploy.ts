import { account } from './bootstrap/account.ts';
import { readContext, readOptions, runCommand } from './bootstrap/command-line.ts';
import { deploy } from './bootstrap/deploy.ts';
import { leftovers } from './bootstrap/leftovers.ts';
import { runPlan } from './bootstrap/run.ts';
import { settings } from './bootstrap/settings.ts';

/**
 * `npm run deploy -- --stage dev --params FILE [--dry-run] [--at-once]`: deploys a stage again that bootstrap
 * has created, with the same parameters. It needs no access to secrets. A protected stage stays protected.
 * With `--at-once`, a new state machine takes over at once and not gradually.
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
