/** Values for variables that cannot be an arbitrary address. */
const samples: Readonly<Record<string, string>> = {
  CATALOGUE_FILE: 'catalogue.json',
  SALLYPORT_ENVIRONMENT: 'DEV',
  GRANTS_ON: 'client_credentials',
  SIGNING_KEY_IDS: 'one two',
  RATE_PLANS: '{}',
  OKTA_SIGNER: 'secret:sample/okta',
  OKTA_LOGIN_SIGNER: 'secret:sample/okta-login',
};

/**
 * Returns the environment that a function needs to start outside AWS: a value for each variable that it
 * declares, and what Lambda adds.
 */
export function sampleEnvironment(declared: readonly string[]): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      declared.map((name) => [
        name,
        samples[name] ?? `https://${name.toLowerCase().replaceAll('_', '-')}.example`,
      ]),
    ),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  };
}
