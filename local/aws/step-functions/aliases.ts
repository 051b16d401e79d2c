import { randomInt } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import type { Machines } from './machines.ts';

/** Which share of the executions a version gets, in hundredths. */
export interface AliasRoute {
  readonly stateMachineVersionArn: string;
  readonly weight: number;
}

export interface Alias {
  readonly arn: string;
  readonly name: string;
  /** One or two; their weights come to 100. */
  readonly routes: readonly AliasRoute[];
  /** The machine's revision that it was deployed with. */
  readonly revision: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Aliases {
  find(arn: string): Alias | undefined;
  /** Sends executions elsewhere, until another revision is deployed. */
  turn(alias: Alias, routes: readonly AliasRoute[]): Alias;
}

/** The aliases of the deployed machines. A new revision gets all executions at once. */
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

/** The ARN of the version that the next execution by this alias gets, by lot. */
export function drawnVersion({ routes: [first, second] }: Alias): string | undefined {
  return second === undefined || randomInt(100) < (first?.weight ?? 0)
    ? first?.stateMachineVersionArn
    : second.stateMachineVersionArn;
}
