import { runCommand } from '../local/command-line.ts';
import {
  describeStageError,
  dryRunOption,
  paramsOption,
  stageNamed,
  stageOption,
} from './bootstrap/command-line.ts';

/** `npm run bootstrap -- --stage dev --params FILE [--dry-run]` */
await runCommand(
  {
    name: 'bootstrap',
    about:
      'Sets up a stage in an empty AWS account and tests it with one onboarding. It acts on the account and the\n' +
      'Region of the parameter file, with your AWS credentials. It checks before it changes anything, and can be\n' +
      'repeated. Exits with 0 if the test passed, with 2 if other people have something to do, or if the command\n' +
      'line is not usable, and with 1 if a step failed.',
    options: { ...stageOption, ...paramsOption, ...dryRunOption },
  },
  async ({ values }) => {
    // The SDK takes most of the time to load, and `--help` does not need it.
    const { readContext } = await import('./bootstrap/context.ts');
    const { bootstrapPlan } = await import('./bootstrap/plan.ts');
    const { runPlan } = await import('./bootstrap/run.ts');
    const context = readContext(stageNamed(values.stage), values.params, (line) => {
      console.log(line);
    });
    const outcome = await runPlan(bootstrapPlan, context, { dryRun: values['dry-run'] });
    if (outcome === 'done') {
      console.log(
        `\n${context.stack} is deployed, and has proved itself by one onboarding. docs/deploy.md goes on from here.`,
      );
    }
    return { done: 0, planned: 0, failed: 1, waiting: 2 }[outcome];
  },
  describeStageError,
);
