import { clientOperations } from './clients.ts';
import { contractOperations } from './contracts.ts';
import { explainOperations } from './explain.ts';
import { issuerOperations } from './issuers.ts';
import type { Operation } from './operation.ts';
import { partnerOperations } from './partners.ts';

/** Every operation. The routes of function.yml lead to them, and the OpenAPI document describes them. */
export const operations: readonly Operation[] = [
  ...partnerOperations,
  ...contractOperations,
  ...clientOperations,
  ...issuerOperations,
  ...explainOperations,
];

const byRoute = new Map(
  operations.map((operation) => [`${operation.method} ${operation.resource}`, operation]),
);

export const operationAt = (method: string, resource: string): Operation | undefined =>
  byRoute.get(`${method} ${resource}`);
