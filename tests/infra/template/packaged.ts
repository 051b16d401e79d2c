import { type PackagedResource, withPackagedTemplate } from '../../../scripts/packaged-template.ts';
import { faultsForAws } from '../../../scripts/template-faults.ts';

/** The template of stage dev, packaged once for all tests of it. */
export const template = await withPackagedTemplate('dev', (packaged) => packaged);
export const resources = template.Resources;

/** The template of stage uat as it is, and as its first deployment has it in an account where SES has been set up before. */
export const uat = await withPackagedTemplate('uat', (packaged) => packaged);
export const firstUat = await withPackagedTemplate('uat', (packaged, file) => ({ ...packaged, faults: faultsForAws(file) }), [
  '--param', 'deletionProtection=off', '--param', 'mailIdentities=existing', '--param', 'mailConfigurationSet=existing',
]);

export const ofType = (type: string): readonly PackagedResource[] => Object.values(resources).filter(({ Type }) => Type === type);
export const idsOfType = (type: string): readonly string[] => Object.entries(resources).filter(([, { Type }]) => Type === type).map(([id]) => id);

export function resource(id: string): PackagedResource {
  const found = resources[id];
  if (found === undefined) throw new Error(`the template has no ${id}`);
  return found;
}
