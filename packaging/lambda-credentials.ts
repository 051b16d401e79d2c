/** In Lambda, credentials come by the environment: the SDK's search through profiles, SSO and metadata stays out of the bundles. */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
