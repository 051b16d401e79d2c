import { runCommand } from '../local/command-line.ts';
import {
  describeStageError,
  dryRunOption,
  paramsOption,
  stageNamed,
  stageOption,
} from './bootstrap/command-line.ts';

/** `npm run deploy -- --stage dev --params FILE [--dry-run] [--at-once]` */
await runCommand(
  {
    name: 'deploy',
    about:
      'Deploys a stage again that bootstrap has created, with the same parameters, in the account and the Region\n' +
      'of the parameter file. It needs no access to secrets. A protected stage stays protected.',
    options: {
      ...stageOption,
      ...paramsOption,
      ...dryRunOption,
      'at-once': { type: 'boolean', about: 'lets a new state machine take over at once and not gradually' },
    },
  },
  async ({ values }) => {
    // The SDK takes most of the time to load, and `--help` does not need it.
    const { readContext } = await import('./bootstrap/context.ts');
    const { account } = await import('./bootstrap/account.ts');
    const { deploy } = await import('./bootstrap/deploy.ts');
    const { leftovers } = await import('./bootstrap/leftovers.ts');
    const { runPlan } = await import('./bootstrap/run.ts');
    const { settings } = await import('./bootstrap/settings.ts');
    const read = readContext(stageNamed(values.stage), values.params, (line) => {
      console.log(line);
    });
    const serverless = {
      ...read.parameters.serverless,
      ...(values['at-once'] && { deploymentType: 'ALL_AT_ONCE' }),
    };
    const context = { ...read, parameters: { ...read.parameters, serverless } };
    const outcome = await runPlan({ looks: [settings, account, leftovers], works: [deploy] }, context, {
      dryRun: values['dry-run'],
    });
    return outcome === 'failed' ? 1 : 0;
  },
  describeStageError,
);
