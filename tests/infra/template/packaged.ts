import { type PackagedResource, withPackagedTemplate } from '../../../scripts/packaged-template.ts';
import { faultsForAws } from '../../../scripts/template-faults.ts';
import { packaged } from '../../support/deployed.ts';

/** The template of stage dev, packaged once for all tests of it. */
export const { template } = packaged;
export const resources = template.Resources;

/** The template of stage uat. */
export const uat = await withPackagedTemplate('uat', (found) => found);
/** The same for its first deployment, in an account where SES has been set up before; and what AWS has against it. */
export const firstUat = await withPackagedTemplate('uat', (found, file) => ({ ...found, faults: faultsForAws(file) }), {
  parameters: { deletionProtection: 'off', mailIdentities: 'existing', mailConfigurationSet: 'existing' },
});

export const ofType = (type: string): readonly PackagedResource[] => Object.values(resources).filter(({ Type }) => Type === type);
export const idsOfType = (type: string): readonly string[] => Object.entries(resources).filter(([, { Type }]) => Type === type).map(([id]) => id);

export function resource(id: string): PackagedResource {
  const found = resources[id];
  if (found === undefined) throw new Error(`the template has no ${id}`);
  return found;
}
