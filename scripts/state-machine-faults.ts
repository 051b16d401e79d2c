import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { faultsOfLanguage } from '../packaging/states-language.ts';
import type { PackagedTemplate } from './packaged-template.ts';

const stateMachine = z.object({
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.unknown()).default({}),
});
const definition = z.record(z.string(), z.unknown());
const folder = join(import.meta.dirname, '../state-machines');

/**
 * Returns the errors of a template's state machines: placeholders that nothing fills, and definitions that
 * are not valid Amazon States Language. Each definition must also equal a file of `state-machines/`, nulls
 * included.
 */
export function faultsOfStateMachines({ Resources }: Pick<PackagedTemplate, 'Resources'>): string[] {
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.asl.json'))
    .map((name) => readDefinition(join(folder, name)));
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine')
    .flatMap(([id, { Properties }]) => {
      const { success, data, error } = stateMachine.safeParse(Properties);
      if (!success) return [`${id}: ${z.prettifyError(error)}`];
      const { DefinitionString, DefinitionSubstitutions } = data;
      const packaged = definition.parse(JSON.parse(DefinitionString));
      const isAsWritten = sources.some((source) => isDeepStrictEqual(source, packaged));
      return [
        ...placeholdersIn(DefinitionString)
          .filter((name) => !Object.hasOwn(DefinitionSubstitutions, name))
          .map((name) => `${id}: nothing fills the placeholder \${${name}}`),
        ...faultsOfLanguage(DefinitionString).map((fault) => `${id}: ${fault}`),
        ...(isAsWritten ? [] : [`${id}: the packaged definition is none of the files in state-machines/`]),
      ];
    });
}

const readDefinition = (file: string): Record<string, unknown> =>
  definition.parse(JSON.parse(readFileSync(file, 'utf8')));

const placeholdersIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)),
];
