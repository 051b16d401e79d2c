import { type PolicyName, retryPolicies } from '../../../state-machines/retry-policies.ts';

/** How often a state runs in all before this policy gives up. */
export const runsBy = (policy: PolicyName): number => 1 + retryPolicies[policy].MaxAttempts;
