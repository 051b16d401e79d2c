import type { PackagedResource } from '../../../scripts/packaged-template.ts';
import { faultsForAws } from '../../../scripts/template-faults.ts';
import { packaged } from '../../support/deployed.ts';
import { packagedStage } from '../../support/packaged-stage.ts';

/** The template of stage dev. It is packaged once for all its tests. */
export const { template } = packaged;
export const resources = template.Resources;

/** The template of stage uat. */
export const { template: uat } = await packagedStage('uat');

const firstPackage = await packagedStage('uat', {
  deletionProtection: 'off',
  mailIdentities: 'existing',
  mailConfigurationSet: 'existing',
});
/**
 * The template of uat for its first deployment, in an account that has sent mails before, with AWS's
 * objections to it.
 */
export const firstUat = { ...firstPackage.template, faults: faultsForAws(firstPackage.file) };

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
