import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** One option of a command. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help text, for example `FILE`. */
  readonly value?: string;
  readonly about: string;
  /** Whether the usage line shows the option as required. The command itself checks that it is there. */
  readonly required?: boolean;
}

type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Describes the command line of `npm run NAME`. */
export interface CommandSpec<Options extends OptionSpecs> {
  readonly name: string;
  /** What the command does, in whole sentences. */
  readonly about: string;
  /** The operands in order, for example `ONBOARDING`, `[FILE]` or `[FILE…]`. */
  readonly operands?: readonly string[];
  readonly options?: Options;
}

/** What the user gave. */
export interface GivenArguments<Options extends OptionSpecs> {
  readonly operands: readonly string[];
  readonly values: {
    readonly [Name in keyof Options]: Options[Name]['type'] extends 'boolean' ? boolean : string | undefined;
  };
}

/** The command line is not usable. The message says what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The option of every command that can act on the twin or on AWS. */
export const awsOption = {
  aws: {
    type: 'boolean',
    about: 'acts on the AWS account that your credentials select, instead of the running twin',
  },
} as const;

/**
 * Parses the command line and runs a command. Sets the exit status: 0, or what the command returns; 2 if the
 * command line is not usable; 1 if the command throws an error. Prints the message of an error, but no stack.
 * @param describeError returns the message and the remedy of an error
 */
export async function runCommand<const Options extends OptionSpecs>(
  spec: CommandSpec<Options>,
  act: (given: GivenArguments<Options>) => Promise<number | undefined>,
  describeError: (error: unknown) => string = messageOf,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    if (args.includes('--help') || args.includes('-h')) {
      console.log(helpOf(spec));
      return;
    }
    process.exitCode = (await act(readArguments(spec, args))) ?? 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`✗ ${error.message}\n  ${usageOf(spec)}\n  More: ${commandOf(spec)} -- --help`);
      process.exitCode = 2;
      return;
    }
    console.error(`✗ ${describeError(error)}`);
    process.exitCode = 1;
  }
}

/**
 * Reads the arguments of a command.
 * @throws {UsageError} naming an unknown option, a missing value, or too many or too few operands
 */
export function readArguments<const Options extends OptionSpecs>(
  spec: CommandSpec<Options>,
  args: readonly string[],
): GivenArguments<Options> {
  const options: OptionSpecs = spec.options ?? {};
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | boolean | undefined> = Object.fromEntries(
    Object.entries(options).map(([name, { type }]) => [name, type === 'boolean' ? false : undefined]),
  );
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) {
      const known = [...Object.keys(options), 'help'].map((name) => `--${name}`).join(', ');
      throw new UsageError(`There is no option ${token.rawName}. The options are: ${known}.`);
    }
    const value = valueOf(option, token);
    const earlier = values[token.name];
    if (typeof earlier === 'string') {
      throw new UsageError(
        `${token.rawName} is given twice, as ${earlier} and as ${String(value)}. Give it once.`,
      );
    }
    values[token.name] = value;
  }
  checkOperands(spec.operands ?? [], operands);
  // The loop above has filled in a value of the right type for every option.
  return { operands, values: values as GivenArguments<Options>['values'] };
}

function valueOf(
  option: OptionSpec,
  token: { readonly rawName: string; readonly value?: string | undefined },
) {
  if (option.type === 'boolean') {
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
    return true;
  }
  if (token.value === undefined || token.value === '' || /^--?[a-z]/u.test(token.value)) {
    throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${option.value ?? 'VALUE'}.`);
  }
  return token.value;
}

function checkOperands(expected: readonly string[], given: readonly string[]): void {
  const missing = expected.filter((name) => !name.startsWith('['))[given.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  const empty = given.indexOf('');
  if (empty >= 0) throw new UsageError(`${expected[empty] ?? 'An argument'} is empty.`);
  const takesMany = expected.at(-1)?.includes('…') ?? false;
  const surplus = takesMany ? undefined : given[expected.length];
  if (surplus !== undefined) throw new UsageError(`There is one argument too many: ${surplus}.`);
}

const commandOf = ({ name }: CommandSpec<OptionSpecs>): string =>
  name === 'start' ? 'npm start' : `npm run ${name}`;

const withValue = ([name, { value, type }]: readonly [string, OptionSpec]): string =>
  type === 'boolean' ? `--${name}` : `--${name} ${value ?? 'VALUE'}`;

function usageOf(spec: CommandSpec<OptionSpecs>): string {
  const options = Object.entries(spec.options ?? {}).map((entry) =>
    entry[1].required === true ? withValue(entry) : `[${withValue(entry)}]`,
  );
  const all = [...(spec.operands ?? []), ...options];
  return `usage: ${commandOf(spec)}${all.length === 0 ? '' : ` -- ${all.join(' ')}`}`;
}

function helpOf(spec: CommandSpec<OptionSpecs>): string {
  const options = [
    ...Object.entries(spec.options ?? {}).map((entry) => [withValue(entry), entry[1].about] as const),
    ['--help', 'prints this help'] as const,
  ];
  const width = Math.max(...options.map(([name]) => name.length));
  const lines = options.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`);
  return [usageOf(spec), '', spec.about, '', 'Options:', ...lines].join('\n');
}

/** Returns the message of an error in one line, or its name if it has no message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}

/**
 * Reads a file that the user has named.
 * @throws {Error} in words, if it cannot be read
 */
export function readGivenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const reason =
      code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${String(code)})`;
    throw new Error(reason, { cause });
  }
}
