import { randomUUID } from 'node:crypto';
import { createPartnerNames } from '../../adapters/aws/partner-names.ts';
import { identifyPartner } from '../../core/partners/partner-names.ts';
import { tableAt } from './table.ts';

/** The id of the partner that a company name leads to at a twin; the name is reserved if it was not. */
export const partnerIdAt = (aws: string, company: string): Promise<string> =>
  identifyPartner({ partnerNames: createPartnerNames(tableAt(aws)), newId: randomUUID }, company);
