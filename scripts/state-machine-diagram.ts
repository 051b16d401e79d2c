import * as z from 'zod';

const choiceRule = z.looseObject({ Variable: z.string(), Next: z.string() });
const state = z.looseObject({
  Type: z.string(),
  Comment: z.string(),
  Next: z.string().optional(),
  Choices: z.array(choiceRule).default([]),
  Default: z.string().optional(),
  Catch: z.array(z.object({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
});
const stateMachine = z.object({ StartAt: z.string(), States: z.record(z.string(), state) });

type State = z.infer<typeof state>;
type States = ReadonlyMap<string, State>;

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** True for an error that a state catches. */
  readonly caught: boolean;
}

/**
 * Returns the diagrams of a state machine in Mermaid, and a table of its states. The first diagram shows the main
 * path, the second each detour that returns to it, the third what follows failures.
 *
 * A caught error that leads to the next state anyway is left out.
 * @param definition the machine in Amazon States Language
 * @throws {Error} if a rule of a Choice is not one comparison for equality, which this cannot draw
 */
export function describeStateMachine(definition: unknown): string {
  const { StartAt, States } = stateMachine.parse(definition);
  const states: States = new Map(Object.entries(States));
  const main = reachableFrom([StartAt], states);
  const names = [...states.keys()];
  const others = names.filter((name) => !main.has(name));
  const detours = others.filter((name) =>
    [...reachableFrom([name], states)].some((reached) => main.has(reached)),
  );
  const failures = others.filter((name) => !detours.includes(name));
  return [
    '## The main path',
    drawMainPath(
      names.filter((name) => main.has(name)),
      states,
    ),
    '## Detours from the main path',
    drawDetours(detours, states),
    '## After a failure',
    drawFailures(failures, states),
    '## The states',
    tableOf(states),
  ].join('\n\n');
}

/** Returns the states that these lead to without an error, in order, themselves included. */
function reachableFrom(starts: readonly string[], states: States): ReadonlySet<string> {
  const reached = new Set(starts);
  for (const name of reached) {
    for (const { to } of edgesOf(name, states)) reached.add(to);
  }
  return reached;
}

/** Returns the transitions of a state that no error causes. */
function edgesOf(name: string, states: States): readonly Edge[] {
  const { Next, Choices, Default } = stateNamed(name, states);
  const edges: Edge[] = Choices.map((rule) => ({
    from: name,
    to: rule.Next,
    label: conditionOf(name, rule),
    caught: false,
  }));
  if (Next !== undefined) edges.push({ from: name, to: Next, caught: false });
  if (Default !== undefined) edges.push({ from: name, to: Default, label: 'otherwise', caught: false });
  return edges;
}

/** Returns the errors that a state catches, without those that lead to its next state anyway. */
function catchesOf(name: string, states: States): readonly Edge[] {
  const { Next, Catch } = stateNamed(name, states);
  return Catch.filter((catcher) => catcher.Next !== Next).map((catcher) => ({
    from: name,
    to: catcher.Next,
    label: catcher.ErrorEquals.map((error) => (error === 'States.ALL' ? 'any other error' : error)).join(
      ', ',
    ),
    caught: true,
  }));
}

function stateNamed(name: string, states: States): State {
  const found = states.get(name);
  if (found === undefined) throw new Error(`no state has the name ${name}`);
  return found;
}

/** Returns a rule of a Choice in words: `kind is api-client`. */
function conditionOf(name: string, rule: z.infer<typeof choiceRule>): string {
  const comparisons = Object.entries(rule).filter(([key]) => key !== 'Variable' && key !== 'Next');
  const [comparison] = comparisons;
  if (comparison === undefined || comparisons.length > 1 || !/^\w+Equals$/u.test(comparison[0])) {
    throw new Error(`${name} has a rule that cannot be drawn: ${JSON.stringify(rule)}`);
  }
  return `${rule.Variable.split('.').at(-1) ?? rule.Variable} is ${String(comparison[1])}`;
}

function drawMainPath(names: readonly string[], states: States): string {
  return draw([
    ...names.map((name) => nodeOf(name, states)),
    ...names.flatMap((name) => edgesOf(name, states)).map(lineOf),
  ]);
}

function drawDetours(names: readonly string[], states: States): string {
  const entries = [...states.keys()]
    .flatMap((name) => catchesOf(name, states))
    .filter(({ to }) => names.includes(to));
  const returns = names.flatMap((name) => edgesOf(name, states));
  const mainStates = new Set([...entries.map(({ from }) => from), ...returns.map(({ to }) => to)]);
  const drawn = new Set([...mainStates, ...names]);
  return draw([...[...drawn].map((name) => nodeOf(name, states)), ...[...entries, ...returns].map(lineOf)]);
}

/** Draws states that fail alike as one node, since most catch the same errors. */
function drawFailures(names: readonly string[], states: States): string {
  const alike = new Map<string, { members: string[]; edges: readonly Edge[] }>();
  for (const name of [...states.keys()].filter((each) => !names.includes(each))) {
    const edges = catchesOf(name, states).filter(({ to }) => names.includes(to));
    if (edges.length === 0) continue;
    const key = JSON.stringify(edges.map(({ to, label }) => [to, label]));
    const group = alike.get(key) ?? { members: [], edges };
    group.members.push(name);
    alike.set(key, group);
  }
  const groups = [...alike.values()];
  const uncaught = names.filter((name) => {
    const { Type, Catch } = stateNamed(name, states);
    return Type === 'Task' && Catch.length === 0;
  });
  return draw([
    ...groups.map(({ members: [first = '', ...rest] }) => `${first}["${[first, ...rest].join('<br/>')}"]`),
    ...names.map((name) => nodeOf(name, states)),
    ...uncaught.map((name) => `${name}Fails(["The execution fails with the error of ${name}"])`),
    ...groups.flatMap(({ edges }) => edges).map(lineOf),
    ...names.flatMap((name) => [...edgesOf(name, states), ...catchesOf(name, states)]).map(lineOf),
    ...uncaught.map((name) => lineOf({ from: name, to: `${name}Fails`, label: 'any error', caught: true })),
  ]);
}

function nodeOf(name: string, states: States): string {
  switch (stateNamed(name, states).Type) {
    case 'Choice':
      return `${name}{"${name}"}`;
    case 'Succeed':
    case 'Fail':
      return `${name}(["${name}"])`;
    default:
      return `${name}["${name}"]`;
  }
}

function lineOf({ from, to, label, caught }: Edge): string {
  const text = label === undefined ? '' : `|"${label}"|`;
  return `${from} ${caught ? '-.->' : '-->'}${text} ${to}`;
}

const draw = (lines: readonly string[]): string =>
  ['```mermaid', 'flowchart TD', ...lines.map((line) => `  ${line}`), '```'].join('\n');

const tableOf = (states: States): string =>
  [
    '| state | type | what it is for |',
    '|---|---|---|',
    ...[...states].map(
      ([name, { Type, Comment }]) => `| \`${name}\` | ${Type} | ${Comment.replaceAll('|', '\\|')} |`,
    ),
  ].join('\n');
