import validate from 'asl-validator';
import * as z from 'zod';
import type { PackagedTemplate } from './packaged-template.ts';

const stateMachine = z.object({ Definition: z.looseObject({}), DefinitionSubstitutions: z.record(z.string(), z.unknown()) });

/** What keeps the state machines of a template from running: a placeholder that nothing fills, or no Amazon States Language. */
export function faultsOfStateMachines({ Resources }: PackagedTemplate): string[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine').flatMap(([id, { Properties }]) => {
    const { Definition, DefinitionSubstitutions } = stateMachine.parse(Properties);
    const text = JSON.stringify(Definition);
    const unfilled = [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))].filter((name) => !Object.hasOwn(DefinitionSubstitutions, name));
    const filled = z.record(z.string(), z.unknown()).parse(JSON.parse(text.replaceAll(/\$\{\w+\}/g, 'arn:aws:lambda:eu-west-1:123456789012:function:any')));
    const { isValid, errorsText } = validate(filled);
    return [...unfilled.map((name) => `${id}: nothing fills the placeholder \${${name}}`), ...(isValid ? [] : [`${id}: ${errorsText('; ')}`])];
  });
}
