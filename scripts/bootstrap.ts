import { readContext, readOptions, runCommand } from './bootstrap/command-line.ts';
import { bootstrapPlan } from './bootstrap/plan.ts';
import { runPlan } from './bootstrap/run.ts';

/**
 * `npm run bootstrap -- --stage dev --params FILE [--dry-run]`: sets up a stage in an empty AWS account and
 * tests it with one onboarding. Exits with 0 if the test passed, with 2 if other people have something to do,
 * and with 1 if a step failed.
 */
await runCommand(async () => {
  const options = readOptions(process.argv.slice(2), ['dry-run']);
  const context = readContext(options.stage, options.params, (line) => {
    console.log(line);
  });
  const outcome = await runPlan(bootstrapPlan, context, { dryRun: options.has('dry-run') });
  if (outcome === 'done') {
    console.log(
      `\n${context.stack} is deployed, and has proved itself by one onboarding. docs/deploy.md goes on from here.`,
    );
  }
  return { done: 0, planned: 0, failed: 1, waiting: 2 }[outcome];
});
