import * as z from 'zod';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import type { Aliases } from './aliases.ts';
import { unqualified } from './arns.ts';
import type { Machines } from './machines.ts';
import { page } from './page.ts';
import { pagingFields } from './request-fields.ts';
import { requireAlias, requireStarted } from './requirements.ts';
import { epochSeconds } from './times.ts';

const route = z.object({ stateMachineVersionArn: z.string(), weight: z.int().min(0).max(100) });

/** Returns the operations that monitor a gradual deployment and roll it back. */
export function aliasOperations({
  machines,
  aliases,
}: {
  readonly machines: Machines;
  readonly aliases: Aliases;
}): Readonly<Record<string, (input: unknown) => unknown>> {
  return {
    ListStateMachineVersions: operation(
      z.object({ stateMachineArn: z.string(), ...pagingFields }),
      ({ stateMachineArn, ...request }) => {
        const { versions } = requireStarted(machines, aliases, stateMachineArn).machine;
        const { items, ...rest } = page(versions.toReversed(), ({ arn }) => arn, request);
        return {
          stateMachineVersions: items.map(({ arn, revision }) => ({
            stateMachineVersionArn: arn,
            creationDate: epochSeconds(revision.createdAt),
          })),
          ...rest,
        };
      },
    ),

    DescribeStateMachineAlias: operation(
      z.object({ stateMachineAliasArn: z.string() }),
      ({ stateMachineAliasArn }) => {
        const { arn, name, routes, createdAt, updatedAt } = requireAlias(aliases, stateMachineAliasArn);
        return {
          stateMachineAliasArn: arn,
          name,
          routingConfiguration: routes,
          creationDate: epochSeconds(createdAt),
          updateDate: epochSeconds(updatedAt),
        };
      },
    ),

    UpdateStateMachineAlias: operation(
      z.object({ stateMachineAliasArn: z.string(), routingConfiguration: z.array(route).min(1).max(2) }),
      ({ stateMachineAliasArn, routingConfiguration }) => {
        const alias = requireAlias(aliases, stateMachineAliasArn);
        const versions = routingConfiguration.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
        const weights = routingConfiguration.map(({ weight }) => weight);
        const refuse = (rule: string, received: readonly unknown[]): never => {
          throw new AwsError('ValidationException', `${rule}. Received: [${received.join(', ')}]`);
        };
        const published = machines.find(unqualified(alias.arn))?.versions.map(({ arn }) => arn) ?? [];
        if (!versions.every((each) => published.includes(each))) {
          refuse('Routing configuration must contain state machine version ARNs', versions);
        }
        if (new Set(versions).size < versions.length) {
          refuse('Routing configuration must contain distinct state machine version ARNs', versions);
        }
        if (weights.reduce((sum, each) => sum + each) !== 100) {
          refuse('Sum of routing configuration weights must equal 100', weights);
        }
        return { updateDate: epochSeconds(aliases.turn(alias, routingConfiguration).updatedAt) };
      },
    ),
  };
}
