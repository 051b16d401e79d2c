import {
  type PackagedResource,
  type PackagedTemplate,
  withPackagedTemplate,
} from '../../../scripts/packaged-template.ts';
import { faultsForAws } from '../../../scripts/template-faults.ts';
import { packaged } from '../../support/deployed.ts';

/** The template of stage dev. It is packaged once for all its tests. */
export const { template } = packaged;
export const resources = template.Resources;

/** The template of stage uat. */
export const uat = await withPackagedTemplate('uat', (found) => found);
/**
 * Returns the template and AWS's objections to it. Below, uat is packaged for its first deployment, in an
 * account that has sent mails before.
 */
const withFaults = (found: PackagedTemplate, file: string) => ({ ...found, faults: faultsForAws(file) });
export const firstUat = await withPackagedTemplate('uat', withFaults, {
  parameters: { deletionProtection: 'off', mailIdentities: 'existing', mailConfigurationSet: 'existing' },
});

export const ofType = (type: string): readonly PackagedResource[] =>
  Object.values(resources).filter(({ Type }) => Type === type);
export const idsOfType = (type: string): readonly string[] =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => id);

export function resource(id: string): PackagedResource {
  const found = resources[id];
  if (found === undefined) throw new Error(`the template has no ${id}`);
  return found;
}
