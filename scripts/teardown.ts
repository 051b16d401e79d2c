import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { createInterface } from 'node:readline/promises';
import { regionIn } from '../clients/operator.ts';
import { createAwsClients } from './bootstrap/aws.ts';
import { runCommand } from '../local/command-line.ts';
import { dryRunOption, stageNamed, stageOption } from './bootstrap/command-line.ts';
import type { Stage } from './bootstrap/parameters.ts';
import { problemOf } from './bootstrap/problems.ts';
import { planTeardown, type Removal } from './bootstrap/teardown.ts';

/** `npm run teardown -- --stage dev [--dry-run]` */
await runCommand(
  {
    name: 'teardown',
    about:
      'Removes everything of a stage, including API keys, from the account and Region that the AWS_* variables\n' +
      "select. For uat and prod, you must type the stage's name. It may be repeated.",
    options: { ...stageOption, ...dryRunOption },
  },
  ({ values }) => tearDown(stageNamed(values.stage), { dryRun: values['dry-run'] }),
);

async function tearDown(stage: Stage, { dryRun }: { readonly dryRun: boolean }): Promise<number> {
  const region = regionIn(process.env) ?? 'eu-west-1';
  const stack = `sallyport-${stage}`;
  const aws = createAwsClients(region);
  const say = (line: string): void => {
    console.log(line);
  };
  try {
    const { Account = '', Arn = '' } = await aws.sts.send(new GetCallerIdentityCommand({}));
    say(`Stage ${stage} in account ${Account}, Region ${region}, as ${Arn}`);
    const { removals, kept, running } = await planTeardown({ aws, stack, stage, say });
    for (const reason of kept) say(`  kept: ${reason}`);
    if (removals.length === 0) {
      say(`Nothing of ${stack} is here.`);
      return 0;
    }
    say(dryRun ? 'This would be removed, in this order:' : 'This is removed, in this order:');
    for (const { what } of removals) say(`  ${what}`);
    if (running > 0) {
      say(`${running} onboardings are running: they break off, and what they have made in Okta stays.`);
    }
    if (dryRun) return 0;
    if (!(await isConfirmed(stage))) {
      say('Nothing was removed.');
      return 1;
    }
    return await removeAll(removals, say);
  } catch (error) {
    const { what, remedy } = problemOf(error);
    say(`✗ ${what}\n    ${remedy}`);
    return 1;
  }
}

/** Asks the operator to type the stage's name, except for `dev`. */
async function isConfirmed(stage: Stage): Promise<boolean> {
  if (stage === 'dev') return true;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Without a terminal, the input may end before there is a line.
    const closed = new Promise<string>((resolve) => {
      prompt.once('close', () => {
        resolve('');
      });
    });
    const typed = await Promise.race([
      prompt.question(`Partners of ${stage} lose their access for good. Type ${stage} to remove it: `),
      closed,
    ]);
    return typed.trim() === stage;
  } finally {
    prompt.close();
  }
}

/** Removes everything in order. Stops at the first failure, because later removals may depend on it. */
async function removeAll(removals: readonly Removal[], say: (line: string) => void): Promise<number> {
  say('');
  for (const [index, { what, remove }] of removals.entries()) {
    try {
      await remove();
      say(`  ✓ removed: ${what}`);
    } catch (error) {
      const { what: why, remedy } = problemOf(error);
      say(
        `  ✗ not removed: ${what}: ${why}\n      ${remedy}\n${removals.length - index} of ${removals.length} are left; the same command goes on from here.`,
      );
      return 1;
    }
  }
  say(
    '\nNot in AWS, and so still there: the applications, users and keys in Okta, the scripts and the OAuth client in ServiceNow, the DNS' +
      ' records. The stack api-gateway-logs serves every API of this account and stays, too.',
  );
  return 0;
}
