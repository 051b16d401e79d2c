import { randomInt } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import type { Machines } from './machines.ts';

/** The share of executions that a version gets. `weight` is a percentage. */
export interface AliasRoute {
  readonly stateMachineVersionArn: string;
  readonly weight: number;
}

export interface Alias {
  readonly arn: string;
  readonly name: string;
  /** One or two routes. Their weights add up to 100. */
  readonly routes: readonly AliasRoute[];
  /** The id of the machine's revision that the alias was deployed with. */
  readonly revision: string;
  /** Epoch milliseconds, as is `updatedAt`. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Aliases {
  find(arn: string): Alias | undefined;
  /** Routes new executions to other versions, until another revision of the machine is deployed. */
  turn(alias: Alias, routes: readonly AliasRoute[]): Alias;
}

/** Opens the aliases of the deployed machines. A new revision receives all executions immediately. */
export function openAliases(store: Store, clock: Clock, machines: Machines): Aliases {
  const aliases = store.collection<Alias>('step-functions-aliases');
  const deployed = new Set<string>();
  const now = (): number => clock.now().getTime();

  for (const { arn: machineArn, aliases: names, revision, versions } of machines.all()) {
    for (const name of names) {
      const arn = `${machineArn}:${name}`;
      deployed.add(arn);
      const known = aliases.get(arn);
      if (known?.revision === revision.id) continue;
      const routes = versions
        .filter((version) => version.revision.id === revision.id)
        .map((version) => ({ stateMachineVersionArn: version.arn, weight: 100 }));
      aliases.put(arn, {
        arn,
        name,
        routes,
        revision: revision.id,
        createdAt: known?.createdAt ?? now(),
        updatedAt: now(),
      });
    }
  }

  return {
    find: (arn) => (deployed.has(arn) ? aliases.get(arn) : undefined),
    turn: (alias, routes) => {
      const turned = { ...alias, routes, updatedAt: now() };
      aliases.put(alias.arn, turned);
      return turned;
    },
  };
}

/** Returns the ARN of the version for the next execution of this alias, chosen at random by weight. */
export function drawnVersion({ routes: [first, second] }: Alias): string | undefined {
  return second === undefined || randomInt(100) < (first?.weight ?? 0)
    ? first?.stateMachineVersionArn
    : second.stateMachineVersionArn;
}
