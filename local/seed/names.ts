import { region } from '../aws/service.ts';
import { stage } from '../deployment/package.ts';

/** The name of the stack, and the beginning of its functions' names. */
export const stackName = `sallyport-${stage}`;

/** What an administrator adds to the user profiles of the Okta org (docs/deploy.md). */
export const oktaProfileAttributes = ['sallyportPartner', 'sallyportOnboarding'] as const;

/** The attributes that the org's authorization server adds to ID tokens as claims. */
export const oktaIdTokenClaims = ['sallyportPartner'] as const;

/** The names of operators on the twin: each is a mailbox, or the first part of one. */
export const operatorName = /^[\w.+-]{1,100}(?:@[\w.-]{1,100})?$/u;
export const operatorNameForm = 'A name has letters, digits, . _ + and -, such as ada; or it is a mailbox.';

/** The identity pool that an administrator has made for the stage (docs/deploy.md). */
export const identityPool = {
  poolId: `${region}:5a11ab1e-0000-4000-8000-000000000001`,
  developerProvider: 'sallyport',
};
