import { createHash } from 'node:crypto';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import { stateMachineArn } from './arns.ts';
import { type DataFlow, createDataFlows } from './data-flow.ts';
import { requireRunnable } from './language.ts';
import { type RunnableState, isRunnable } from './states.ts';

/** A state machine as it is deployed, with its placeholders filled in. */
export interface MachineSpecification {
  readonly name: string;
  readonly definition: StateMachineDefinition;
  /** The definition text that was deployed (`DefinitionString`), if the deployment has one. */
  readonly definitionString?: string;
  readonly roleArn: string;
  /** The names of its aliases. */
  readonly aliases: readonly string[];
}

/**
 * The definition of a machine at one time. As on AWS, an execution keeps the revision it was started with.
 */
export interface Revision extends Omit<MachineSpecification, 'aliases'> {
  readonly id: string;
  readonly arn: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** A revision with a version number. Each deployment publishes one. */
export interface Version {
  readonly arn: string;
  readonly revision: Revision;
}

export interface Machine {
  readonly arn: string;
  readonly name: string;
  /** The time of the first revision, in epoch milliseconds. */
  readonly createdAt: number;
  readonly revision: Revision;
  /** From the oldest to the newest. A definition that is deployed again keeps its version number. */
  readonly versions: readonly Version[];
  readonly aliases: readonly string[];
}

export interface Machines {
  all(): readonly Machine[];
  find(arn: string): Machine | undefined;
  revision(id: string): Revision;
  state(revisionId: string, name: string): { readonly state: RunnableState; readonly flow: DataFlow };
}

/**
 * Opens the deployed machines and every revision that an execution may still use.
 *
 * @throws Error if a definition is invalid or uses a feature that the twin does not support
 */
export function openMachines(
  store: Store,
  clock: Clock,
  specifications: readonly MachineSpecification[],
): Machines {
  const revisions = store.collection<Revision>('step-functions-revisions');
  const creations = store.collection<number>('step-functions-machines');
  const flows = new Map<string, { revision: Revision; flows: ReadonlyMap<string, DataFlow> }>();

  const versionsOf = (arn: string): Version[] =>
    revisions
      .all()
      .filter((each) => each.arn === arn)
      .map((revision, index) => ({ arn: `${arn}:${index + 1}`, revision }));
  const deployed = specifications.map((specification): Machine => {
    const { name, definition, definitionString, roleArn, aliases } = specification;
    const arn = stateMachineArn(name);
    const createdAt = creations.get(arn) ?? clock.now().getTime();
    creations.put(arn, createdAt);
    const id = createHash('sha256')
      .update(JSON.stringify([name, definition, roleArn]))
      .digest('hex');
    const machine = (revision: Revision): Machine => ({
      arn,
      name,
      createdAt,
      revision,
      versions: versionsOf(arn),
      aliases,
    });
    const known = revisions.get(id);
    if (known !== undefined) return machine(known);
    requireRunnable(name, definition);
    const text = definitionString === undefined ? {} : { definitionString };
    const revision = { id, arn, name, definition, ...text, roleArn, createdAt: clock.now().getTime() };
    revisions.put(id, revision);
    return machine(revision);
  });

  const load = (id: string): { revision: Revision; flows: ReadonlyMap<string, DataFlow> } => {
    const loaded = flows.get(id);
    if (loaded !== undefined) return loaded;
    const revision = revisions.get(id);
    if (revision === undefined) throw new Error(`no state machine revision ${id} in the store`);
    const entry = { revision, flows: createDataFlows(revision.definition) };
    flows.set(id, entry);
    return entry;
  };

  return {
    all: () => deployed,
    find: (arn) => deployed.find((machine) => machine.arn === arn),
    revision: (id) => load(id).revision,
    state: (revisionId, name) => {
      const { revision, flows: known } = load(revisionId);
      const state = revision.definition.States[name];
      const flow = known.get(name);
      if (state === undefined || flow === undefined || !isRunnable(state)) {
        throw new Error(`state machine ${revision.name} has no state ${name} that runs`);
      }
      return { state, flow };
    },
  };
}
