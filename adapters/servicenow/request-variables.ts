import type { RequestField } from '../../core/tickets/check-request.ts';

/** The names of the form's variables that are the same in every installation. */
export const requestVariables = {
  environment: 'environment',
  region: 'region',
  company: 'company',
  description: 'description',
  firstName: 'first_name',
  lastName: 'last_name',
  email: 'email',
  telephone: 'telephone',
  userId: 'user_id',
  userRole: 'user_role',
  product: 'ewacs_product_name',
  ipRanges: 'ip_addresses',
  contractNumber: 'contract_number',
} as const satisfies Partial<Readonly<Record<RequestField, string>>>;

/** The names that the catalogue must not give to a variable of its own, because they mean something else. */
export const reservedVariables: readonly string[] = Object.values(requestVariables);
