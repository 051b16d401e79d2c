import { type RetryPolicy, retriesOf, retryPolicies } from '../state-machines/retry-policies.ts';

/** A retrier of the Amazon States Language. */
export interface Retrier extends Omit<RetryPolicy, 'errors'> {
  readonly ErrorEquals: readonly string[];
}

/** Returns the retriers of a Task according to its policies. */
export function retriersOf(machine: string, task: string): readonly Retrier[] {
  const { policies, except = [] } = retriesOf(machine, task);
  const taken = new Set(except);
  return policies.map((name) => {
    const { errors, ...timing } = retryPolicies[name];
    const ErrorEquals = errors.filter((error) => !taken.has(error));
    for (const error of ErrorEquals) taken.add(error);
    return { ErrorEquals, ...timing };
  });
}

const columns = 110;
const stateBlock = /^ {4}"(\w+)": \{\n[\s\S]*?^ {4}\}/gm;
const retryBlock = /"Retry": \[(?:\]|\n[\s\S]*?\n {6}\])/;

/**
 * Returns the text of a state machine with the Retry of every Task replaced according to its policies.
 * Everything else is unchanged.
 * @param machine the name of its file, without `.asl.json`
 * @throws {Error} if a Task has no Retry to replace; `"Retry": []` is enough
 */
export function withRetries(machine: string, source: string): string {
  return source.replaceAll(stateBlock, (state, name: string) => {
    if (!state.includes('"Type": "Task"')) return state;
    if (!retryBlock.test(state)) {
      throw new Error(`${machine}: ${name} is a Task without a Retry; write "Retry": [] in it`);
    }
    return state.replace(
      retryBlock,
      () => `"Retry": [\n${retriersOf(machine, name).map(formatRetrier).join(',\n')}\n      ]`,
    );
  });
}

function formatRetrier({ ErrorEquals, ...timing }: Retrier): string {
  const settings = Object.entries(timing)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(', ');
  return `        {\n${formatErrors(ErrorEquals)},\n          ${settings}\n        }`;
}

/** Formats the error names on one line if it is short enough, else on as few lines as possible. */
function formatErrors(errors: readonly string[]): string {
  const names = errors.map((error) => JSON.stringify(error));
  const oneLine = `          "ErrorEquals": [${names.join(', ')}],`;
  if (oneLine.length <= columns) return oneLine.slice(0, -1);
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    const longer = `${last ?? ''}, ${name}`;
    if (last !== undefined && longer.length < columns) lines[lines.length - 1] = longer;
    else lines.push(`            ${name}`);
  }
  return `          "ErrorEquals": [\n${lines.join(',\n')}\n          ]`;
}
