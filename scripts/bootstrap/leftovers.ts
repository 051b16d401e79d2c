import { DeleteStackCommand, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation';
import { inventory } from './inventory.ts';
import { findStack, isDeployed, resourcesOf } from './stack.ts';
import type { BootstrapContext, BootstrapStep } from './step.ts';

/** States of a stack that has nothing in use, and that can neither be updated nor created again. */
const unusableStates =
  /^(?:ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|REVIEW_IN_PROGRESS|DELETE_FAILED)$/u;

/** Finds and removes remains of an earlier attempt that prevent a deployment. */
export const leftovers: BootstrapStep = {
  name: 'leftovers',
  check: async (context) => {
    const {
      stack,
      parameters: { stage },
    } = context;
    const found = await findStack(context);
    const status = found?.StackStatus ?? '';
    if (unusableStates.test(status)) {
      return {
        changes: [`delete the stack ${stack}, which is ${status}: an earlier deployment came to no good end`],
      };
    }
    if (found !== undefined && !isDeployed(found)) {
      return {
        problems: [
          {
            what: `The stack ${stack} is ${status}${found.StackStatusReason === undefined ? '' : `: ${found.StackStatusReason}`}.`,
            remedy: status.endsWith('_IN_PROGRESS')
              ? 'Somebody is deploying or deleting it: wait until that has ended, then run the command again.'
              : 'CloudFormation console, Stack actions: continue the rollback. Then run the command again.',
          },
        ],
      };
    }
    const orphans = await orphansOf(context);
    const blocking = orphans.filter(({ blocks }) => blocks);
    const teardown = `npm run teardown -- --stage ${stage}`;
    return {
      facts: [found === undefined ? `no stack ${stack} yet` : `the stack ${stack} is ${status}`],
      problems:
        blocking.length === 0
          ? []
          : [
              {
                what: `Left by an earlier stack, and in the way of the next: ${blocking.map(({ kind, name }) => `${kind} ${name}`).join(', ')}.`,
                remedy:
                  found === undefined
                    ? `Look at them; if nobody needs them: ${teardown}`
                    : 'Look at them; if nobody needs them, delete them by hand. The stack itself has others.',
              },
            ],
      warnings: orphans
        .filter(({ blocks }) => !blocks)
        .map(
          ({ kind, name, id }) =>
            `Left by an earlier stack, and not in the way: ${kind} ${name}${id === name ? '' : ` (${id})`}.`,
        ),
    };
  },
  run: async ({ aws: { cloudFormation }, stack }) => {
    await cloudFormation.send(new DeleteStackCommand({ StackName: stack }));
    await waitUntilStackDeleteComplete(
      { client: cloudFormation, maxWaitTime: 900, minDelay: 2, maxDelay: 15 },
      { StackName: stack },
    );
    return [`deleted the stack ${stack}`];
  },
};

/**
 * Returns the resources with the stage's names that no stack owns. While there is a stack, API keys belong to
 * its onboardings.
 */
async function orphansOf(context: BootstrapContext) {
  const { aws, stack, parameters } = context;
  const owned = await resourcesOf(context, stack);
  const ids = new Set([...owned.values()].map(({ physicalId }) => physicalId));
  const things = await inventory({ aws, stack, environment: parameters.stage.toUpperCase() });
  return things.filter(({ kind, id }) => !ids.has(id) && !(kind === 'API key' && owned.size > 0));
}
