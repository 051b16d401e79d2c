/** Where any address will not do. */
const samples: Readonly<Record<string, string>> = {
  CATALOGUE_FILE: 'catalogue.json', SALLYPORT_ENVIRONMENT: 'DEV', SERVICENOW_WEBHOOK_SECRET: 'whsec_c2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxl',
  GRANTS_ON: 'client_credentials', SIGNING_KEY_IDS: 'one two', OKTA_LOGIN_KEY: '{"kty":"RSA","n":"n","e":"AQAB","d":"d"}',
  OKTA_PRIVATE_KEY: '{"kty":"RSA","n":"n","e":"AQAB","d":"d"}',
};

/** What a function needs to start outside the cloud: a value for each variable that it declares, and what Lambda adds. */
export function sampleEnvironment(declared: readonly string[]): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(declared.map((name) => [name, samples[name] ?? `https://${name.toLowerCase().replaceAll('_', '-')}.example`])),
    AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key',
  };
}
