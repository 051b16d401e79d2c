import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { readFunctionFile } from '../../resources/function-file.ts';
import { functionResources } from '../../resources/function-resources.ts';

/** Reads what the sources say about failures, if no exported table has it. */

const read = (file: string): string => readFileSync(file, 'utf8');
/** Returns a source with each list of arguments on one line. */
const readCode = (file: string): string =>
  read(file)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/([([]) /g, '$1')
    .replaceAll(/,? ([)\]])/g, '$1')
    .replaceAll(/, \}/g, ' }');
const matchesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

export interface VendorOperation {
  /** The name that errors and faults use: `okta CreateUser`. */
  readonly name: string;
  /** True if the AWS SDK makes the call, so that a role must allow it. */
  readonly signed: boolean;
}

/** Returns every operation that an adapter calls. */
export function vendorOperations(): readonly VendorOperation[] {
  return globSync('adapters/**/*.ts')
    .toSorted()
    .flatMap((file) => {
      // Errors that Sallyport raises itself are not a vendor's.
      const source = readCode(file).replaceAll(/service: 'sallyport', operation: '\w+'/g, '');
      const signed = matchesIn(source, /\.(?:read|effect)\('(\w+)'/g);
      const plain = [
        ...matchesIn(source, /operation: '(\w+)'/g),
        ...(source.includes('= createOAuthApi(') ? ['Token'] : []),
      ];
      // The access token that this adapter requests is counted in the adapters that use it.
      if (file === 'adapters/http/oauth-api.ts' || signed.length + plain.length === 0) return [];
      const [service, ...others] = new Set(matchesIn(source, /(?:awsCalls\(|service: )'(\w+)'/g));
      if (service === undefined || others.length > 0) throw new Error(`${file}: whose operations are these?`);
      return [...new Set([...signed, ...plain])].map((operation) => ({
        name: `${service} ${operation}`,
        signed: signed.includes(operation),
      }));
    });
}

/** Returns where errors are raised by name, each file and class once: `core/workflow/step.ts Defect`. */
export function raisedErrors(classes: readonly string[]): ReadonlySet<string> {
  const raising = new RegExp(`new (${classes.join('|')})\\(`, 'g');
  return new Set(
    globSync('{core,adapters,pages,middleware,functions}/**/*.ts').flatMap((file) =>
      matchesIn(readCode(file), raising).map((raised) => `${file} ${raised}`),
    ),
  );
}

/** Returns the codes of the reasons for rejecting a request. */
export function rejectionReasons(): ReadonlySet<string> {
  return new Set(
    ['objections', 'request-intake'].flatMap((name) =>
      matchesIn(readCode(`core/onboarding/${name}.ts`), /(?:reason\(|code: )'(\w+)'/g),
    ),
  );
}

/** Returns how often each AWS client of these functions tries a call: `DynamoDB 3`. */
export function triesOf(functions: readonly string[]): ReadonlySet<string> {
  return new Set(
    functions.flatMap((name) =>
      [
        ...readCode(`functions/${name}/dependencies.ts`).matchAll(
          /new (\w+)Client\(clientSettings\(\{ maxAttempts: (\d) \}\)\)/g,
        ),
      ].map(([, client = '', tries = '']) => `${client} ${tries}`),
    ),
  );
}

/** Returns the error codes of a request that was never sent, such as `ECONNREFUSED`. */
export const neverLeftCodes = (): readonly string[] =>
  matchesIn(
    /neverLeft = new Set\(\[(.*?)\]\)/.exec(readCode('adapters/http/json-call.ts'))?.[1] ?? '',
    /'(\w+)'/g,
  );

export interface FunctionRights {
  /** IAM actions, except those for writing logs and for the key that encrypts what AWS stores. */
  readonly actions: readonly string[];
  readonly environment: readonly string[];
}

/** The policies for signing Okta assertions, with a stage's default parameters. */
const oktaSigning = z
  .object({ Resources: z.record(z.string(), z.unknown()) })
  .parse(parse(read('resources/okta-signing/secret.yml'))).Resources;

export function rightsOf(name: string): FunctionRights {
  const file = readFunctionFile(name);
  const resources = functionResources(name, file);
  const signing = Object.entries(oktaSigning)
    .filter(([policy]) => JSON.stringify(resources).includes(`{"Ref":"${policy}"}`))
    .map(([, policy]) => policy);
  return {
    actions: [...actionsIn(resources), ...actionsIn(signing)].filter(
      (action) => !/^(?:logs|sts):/.test(action),
    ),
    environment: Object.keys(file.settings.environment),
  };
}

function actionsIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('Resource' in node && JSON.stringify(node.Resource).includes('"DataKey"')) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    key === 'Action'
      ? z.union([z.string().transform((one) => [one]), z.array(z.string())]).parse(value)
      : actionsIn(value),
  );
}
