import type { Catalogue } from '../core/catalogue/catalogue.ts';

/** Returns the rate plans as a variable of the authorizer, which tells callers the limits of their plan. */
export const ratePlansVariable = ({ ratePlans }: Pick<Catalogue, 'ratePlans'>): string =>
  JSON.stringify(ratePlans);
