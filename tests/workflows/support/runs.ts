import { type PolicyName, retryPolicies } from '../../../state-machines/retry-policies.ts';

/** Returns how often a state runs in total before this policy gives up. */
export const runsBy = (policy: PolicyName): number => 1 + retryPolicies[policy].MaxAttempts;
