import * as z from 'zod';
import { forMachine } from '../../core/workflow/for-machine.ts';
import { reconcileOnboarding } from '../../core/onboarding/upkeep.ts';
import { taskLambda } from '../../middleware/task-lambda.ts';
import { dependencies } from './dependencies.ts';

/**
 * Step Functions' status change event from EventBridge. An operator's request to reconcile has no `stopDate`
 * (milliseconds): https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
const statusChange = z
  .object({
    detail: z.object({
      name: z.string().min(1),
      stateMachineArn: z.string().optional(),
      stopDate: z.number().optional(),
    }),
  })
  .transform(({ detail: { name, stateMachineArn, stopDate } }) => ({
    onboardingId: name,
    stateMachineArn,
    ...(stopDate !== undefined && { endedAt: new Date(stopDate) }),
  }));

const reconciling = dependencies(process.env);
/** How each workflow's executions are reconciled, by the ARN of its state machine. */
const workflows = new Map([
  [
    reconciling.stateMachineArn,
    (id: string, endedAt?: Date) => reconcileOnboarding(reconciling, id, endedAt),
  ],
]);
export const handler = taskLambda(
  'execution-ended',
  statusChange,
  // An operator names no machine, because only onboardings are reconciled by hand.
  async ({ onboardingId, stateMachineArn = reconciling.stateMachineArn, endedAt }) => {
    const reconcile = forMachine(workflows, stateMachineArn);
    await reconcile(onboardingId, endedAt);
    return null;
  },
);
