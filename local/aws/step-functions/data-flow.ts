import { ExecutionError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { kindTests } from './language.ts';
import type { Json, MachineState } from './states.ts';

/** The context object (`$$`). Its member `Run` holds `$$.Execution`: see `adaptToLibrary`. */
export type ContextObject = Readonly<Record<string, Json>>;

/**
 * Reports that a state's input, path or result did not fit. `name` is the error name of the Amazon States
 * Language, for example `States.Runtime`.
 */
export class DataFlowError extends Error {
  override readonly name: string;

  constructor(name: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = name;
  }
}

/**
 * The data processing of one state, evaluated by `aws-local-stepfunctions`. It has no side effects and never
 * waits, so it can be evaluated again after a crash. All methods reject with `DataFlowError`.
 */
export interface DataFlow {
  /** Applies InputPath and Parameters. */
  effectiveInput(input: Json, context: ContextObject): Promise<Json>;
  /** Applies ResultSelector, ResultPath and OutputPath. */
  output(input: Json, result: Json, context: ContextObject): Promise<Json>;
  /** Applies a catcher's ResultPath. */
  caught(
    resultPath: string | null | undefined,
    input: Json,
    error: Json,
    context: ContextObject,
  ): Promise<Json>;
  /** Evaluates a path or an intrinsic function on the state's input. */
  valueAt(path: string, input: Json, context: ContextObject): Promise<Json>;
  /** Returns the target of the Choice rule that matches. */
  choose(input: Json, context: ContextObject): Promise<{ readonly next: string; readonly output: Json }>;
}

/** Creates the data flow of every state in a definition, by state name. */
export function createDataFlows(definition: StateMachineDefinition): ReadonlyMap<string, DataFlow> {
  return new Map(
    Object.entries(adaptToLibrary(definition).States).map(([name, state]) => [name, createDataFlow(state)]),
  );
}

function createDataFlow(state: MachineState): DataFlow {
  const inputPath = 'InputPath' in state ? { InputPath: state.InputPath ?? null } : {};
  const parameters =
    'Parameters' in state && state.Type !== 'Map' ? { Parameters: state.Parameters ?? null } : {};
  const afterwards = {
    ...('ResultSelector' in state ? { ResultSelector: state.ResultSelector ?? null } : {}),
    ...('ResultPath' in state ? { ResultPath: state.ResultPath ?? null } : {}),
    ...('OutputPath' in state ? { OutputPath: state.OutputPath ?? null } : {}),
  };
  const before = machineOf({ Type: 'Pass', ...inputPath, ...parameters, End: true });
  const after = machineOf({ Type: 'Task', Resource: 'result', ...afterwards, End: true });
  const choice = state.Type === 'Choice' ? choiceMachine(state) : undefined;

  return {
    effectiveInput: (input, context) => evaluate(before, input, context),
    output: (input, result, context) => evaluate(after, input, context, { state: () => result }),
    caught: (resultPath, input, error, context) => {
      const path = resultPath === undefined || resultPath === '$' ? {} : { ResultPath: resultPath };
      return evaluate(machineOf({ Type: 'Task', Resource: 'error', ...path, End: true }), input, context, {
        state: () => error,
      });
    },
    valueAt: async (path, input, context) => {
      let value: Json = null;
      const probe = machineOf({
        Type: 'Task',
        Resource: 'probe',
        ...inputPath,
        Parameters: { 'value.$': path },
        End: true,
      });
      await evaluate(probe, input, context, {
        state: (found) => {
          value = member(found, 'value');
          return null;
        },
      });
      return value;
    },
    choose: async (input, context) => {
      if (choice === undefined) throw new Error(`a ${state.Type} state has no choices`);
      let next = '';
      const output = await evaluate(
        choice.machine,
        input,
        context,
        Object.fromEntries(
          choice.targets.map((target) => [
            `to ${target}`,
            (stateInput: Json) => {
              next = target;
              return stateInput;
            },
          ]),
        ),
      );
      return { next, output };
    },
  };
}

/**
 * Builds a Choice state that is followed by one Task state per target. The Task that runs identifies the
 * target.
 */
function choiceMachine(state: Extract<MachineState, { Type: 'Choice' }>): {
  machine: StateMachine;
  targets: string[];
} {
  const targets = [
    ...new Set([
      ...state.Choices.map(({ Next }) => Next),
      ...(state.Default === undefined ? [] : [state.Default]),
    ]),
  ];
  const renamed: MachineState = {
    ...state,
    Choices: state.Choices.map((rule) => ({ ...rule, Next: `to ${rule.Next}` })),
    ...(state.Default === undefined ? {} : { Default: `to ${state.Default}` }),
  };
  const ends = targets.map((target): [string, MachineState] => [
    `to ${target}`,
    { Type: 'Task', Resource: target, End: true },
  ]);
  return { machine: machineOf(renamed, Object.fromEntries(ends)), targets };
}

/**
 * Creates a machine without validation, which takes about 100 ms. The whole definition has been validated
 * already.
 */
function machineOf(state: MachineState, others: Record<string, MachineState> = {}): StateMachine {
  return new StateMachine(
    { StartAt: 'state', States: { ...others, state } },
    { validationOptions: { noValidate: true } },
  );
}

async function evaluate(
  machine: StateMachine,
  input: Json,
  context: ContextObject,
  handlers: Record<string, (input: Json) => Json> = {},
): Promise<Json> {
  try {
    return await machine.run(input, { context, overrides: { taskResourceLocalHandlers: handlers } }).result;
  } catch (error) {
    const reason = error instanceof ExecutionError ? error.cause : error;
    const message = reason instanceof Error ? reason.message : String(reason);
    const name =
      reason instanceof Error && reason.name.startsWith('States.') ? reason.name : 'States.Runtime';
    throw new DataFlowError(
      name,
      message.replaceAll('$$.Run', () => '$$.Execution'),
      error,
    );
  }
}

function member(value: Json, key: string): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value[key] ?? null) : null;
}

/**
 * Returns the definition in a form that `aws-local-stepfunctions` evaluates as AWS would:
 *
 * - The library puts its own `Execution` (input and start of this one evaluation) into the context.
 *   References to `$$.Execution` are therefore renamed to `$$.Run`.
 * - The library treats `$`, the whole document, as a key in a ResultPath. Paths that state this default are
 *   removed.
 * - In the library, `IsNull: false` and similar tests never match. On AWS they match whenever
 *   `IsNull: true` does not, so they are rewritten with `Not`.
 */
function adaptToLibrary(definition: StateMachineDefinition): StateMachineDefinition {
  return JSON.parse(JSON.stringify(definition), (key, value: unknown) => {
    if (isNegativeTest(value)) return negated(value);
    if (typeof value !== 'string') return value;
    if (value === '$' && ['InputPath', 'ResultPath', 'OutputPath'].includes(key)) return undefined;
    const isPath = key.endsWith('.$') || key.endsWith('Path') || key === 'Variable';
    return isPath ? value.replace(/\$\$\.Execution\b/g, () => '$$.Run') : value;
  }) as StateMachineDefinition;
}

/**
 * Tells whether this is a rule of a Choice state with a negative test. Nothing else has both a Variable and a
 * test.
 */
const isNegativeTest = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  'Variable' in value &&
  kindTests.some((test) => new Map(Object.entries(value)).get(test) === false);

/** Returns the rule as `Not` of its positive test. `Next` and `Comment` keep their places. */
function negated(rule: object): object {
  const { Next, Comment, ...test } = rule as { readonly Next?: string; readonly Comment?: string };
  const positive = Object.fromEntries(
    Object.entries(test).map(([name, value]) => [name, value === false ? true : value]),
  );
  return { ...(Next !== undefined && { Next }), ...(Comment !== undefined && { Comment }), Not: positive };
}
