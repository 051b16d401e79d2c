import { randomUUID } from 'node:crypto';
import { createPartnerNames } from '../../adapters/aws/partner-names.ts';
import { identifyPartner } from '../../core/partners/partner-names.ts';
import { tableAt } from './table.ts';

/** Returns the id of the partner with this company name in a twin. The name is reserved if it is new. */
export const partnerIdAt = (aws: string, company: string): Promise<string> =>
  identifyPartner({ partnerNames: createPartnerNames(tableAt(aws)), newId: randomUUID }, company);
