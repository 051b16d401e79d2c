/**
 * The name of each of the onboarding's steps in records, tickets, alerts, histories and logs. Some are named
 * after a vendor. They never change, because executions of earlier versions continue under them
 * (docs/adr/0038).
 */
export const stepName = {
  prerequisite: 'ewacs-account',
  profile: 'okta-profile',
  client: 'cognito-client',
  mapping: 'gateway-mapping',
  delivery: 'credential-delivery',
} as const;

/** The name of the milestone that the prerequisite is met, in the state machine, in records and in tickets. */
export const prerequisiteConfirmedName = 'EwacsAccountConfirmed';
