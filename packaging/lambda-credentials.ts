/**
 * In Lambda, credentials come from environment variables. This keeps the SDK's search through profiles, SSO
 * and metadata out of the bundles.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
