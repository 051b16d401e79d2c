import { applicationOperations } from './applications.ts';
import { clientOperations } from './clients.ts';
import { contractOperations } from './contracts.ts';
import { explainOperations } from './explain.ts';
import { providerOperations } from './identity-providers.ts';
import { issuerOperations } from './issuers.ts';
import type { OperatorOperation } from './operation.ts';
import { partnerOperations } from './partners.ts';
import { userOperations } from './users.ts';

/** Every operation. The routes of function.yml lead to them, and the OpenAPI document describes them. */
export const operations: readonly OperatorOperation[] = [
  ...partnerOperations,
  ...contractOperations,
  ...clientOperations,
  ...userOperations,
  ...issuerOperations,
  ...applicationOperations,
  ...providerOperations,
  ...explainOperations,
];
