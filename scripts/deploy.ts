import { runCommand } from '../local/command-line.ts';
import { account } from './bootstrap/account.ts';
import {
  describeStageError,
  dryRunOption,
  paramsOption,
  readContext,
  stageNamed,
  stageOption,
} from './bootstrap/command-line.ts';
import { deploy } from './bootstrap/deploy.ts';
import { leftovers } from './bootstrap/leftovers.ts';
import { runPlan } from './bootstrap/run.ts';
import { settings } from './bootstrap/settings.ts';

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
