import { stage } from '../deployment/package.ts';

/** The name of the stack, and the beginning of its functions' names. */
export const stackName = `sallyport-${stage}`;

/** What an administrator adds to the user profiles of the Okta org (docs/deploy.md). */
export const oktaProfileAttributes = ['sallyportPartner', 'sallyportOnboarding'] as const;

/** The attributes that the org's authorization server adds to ID tokens as claims. */
export const oktaIdTokenClaims = ['sallyportPartner'] as const;
