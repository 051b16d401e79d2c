import { createCognitoTokenEndpoint } from '../../adapters/aws/cognito-token-endpoint.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import type { TokenEndpoint } from '../../core/tokens/grants.ts';

export function dependencies(env: NodeJS.ProcessEnv): TokenEndpoint {
  const { COGNITO_TOKEN_URL } = readEnvironment(env, ['COGNITO_TOKEN_URL']);
  return { clientCredentialsIssuer: createCognitoTokenEndpoint(COGNITO_TOKEN_URL) };
}
