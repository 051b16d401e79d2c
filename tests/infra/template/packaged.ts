import type { PackagedResource } from '../../../scripts/packaged-template.ts';
import { packaged } from '../../support/deployed.ts';

/** The template of stage dev, packaged once for all tests of it. */
export const { template } = packaged;
export const resources = template.Resources;

export const ofType = (type: string): readonly PackagedResource[] => Object.values(resources).filter(({ Type }) => Type === type);
export const idsOfType = (type: string): readonly string[] => Object.entries(resources).filter(([, { Type }]) => Type === type).map(([id]) => id);

export function resource(id: string): PackagedResource {
  const found = resources[id];
  if (found === undefined) throw new Error(`the template has no ${id}`);
  return found;
}
