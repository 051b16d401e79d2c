import * as z from 'zod';
import { DeploymentInvalid, type Stack, type StackResource } from '../cloudformation/stack.ts';
import type { EventRule } from '../events/event-bus.ts';
import type { Schedule } from '../events/schedules.ts';
import { functionsInvocableBy, shortNameOf } from './functions.ts';
import { understood } from './understood.ts';

// The twin would never match other kinds of patterns, so it refuses to start with them.
const detailPattern = z.union([z.string(), z.strictObject({ prefix: z.string() })]);
const eventPattern = z.strictObject({
  source: z.array(z.string()),
  'detail-type': z.array(z.string()),
  account: z.array(z.string()).optional(),
  detail: z.record(z.string(), z.array(detailPattern)).default({}),
});

const rule = z.object({
  EventPattern: eventPattern.optional(),
  ScheduleExpression: z
    .string()
    .regex(/^rate\(\d+ (minute|hour|day)s?\)$/)
    .optional(),
  State: z.literal('ENABLED').default('ENABLED'),
  Targets: z.array(
    z.strictObject({
      Id: z.string(),
      Arn: z.string(),
      RoleArn: z.string().optional(),
      // The twin's bus delivers every event, so nothing is ever sent to a dead-letter queue.
      DeadLetterConfig: z.unknown().optional(),
    }),
  ),
});

const secondsIn = { minute: 60, hour: 3600, day: 86_400 } as const;

/**
 * Returns what EventBridge invokes functions with: event patterns and schedules. SNS topics have no stand-in.
 */
export function deployedRules(stack: Stack): {
  readonly rules: readonly EventRule[];
  readonly schedules: readonly Schedule[];
} {
  const permitted = functionsInvocableBy(stack, 'events.amazonaws.com');
  const rules: EventRule[] = [];
  const schedules: Schedule[] = [];
  for (const resource of stack.ofType('AWS::Events::Rule')) {
    const { EventPattern, ScheduleExpression, Targets } = understood(resource, rule);
    for (const { Arn } of Targets.filter((target) => target.Arn.startsWith('arn:aws:lambda:'))) {
      if (!permitted.has(Arn)) throw missingPermission(resource, Arn);
      const functionName = shortNameOf(stack, Arn);
      if (EventPattern !== undefined) rules.push({ functionName, pattern: EventPattern });
      if (ScheduleExpression !== undefined) {
        schedules.push({ functionName, everySeconds: secondsOf(ScheduleExpression) });
      }
    }
  }
  return { rules, schedules };
}

function secondsOf(rate: string): number {
  const { count = '', unit = 'minute' } = /(?<count>\d+) (?<unit>minute|hour|day)/.exec(rate)?.groups ?? {};
  return Number(count) * secondsIn[unit === 'hour' || unit === 'day' ? unit : 'minute'];
}

const missingPermission = ({ type, logicalId }: StackResource, functionArn: string): DeploymentInvalid =>
  new DeploymentInvalid([
    `${type} ${logicalId}: no AWS::Lambda::Permission lets events.amazonaws.com invoke ${functionArn}`,
  ]);
