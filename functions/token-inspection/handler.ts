import { checkAssertion } from '../../core/tokens/check-assertion.ts';
import { introspect, revoke } from '../../core/tokens/introspection.ts';
import { oauthLambda, oauthResponse } from '../../middleware/oauth-lambda.ts';
import { dependencies } from './dependencies.ts';

const inspection = dependencies(process.env);

/** Answers `POST /oauth2/introspect` (RFC 7662), `POST /oauth2/revoke` (RFC 7009) and `POST /oauth2/check`. */
export const handler = oauthLambda('token-inspection', async (request, { resource }) => {
  if (resource === '/oauth2/introspect') return oauthResponse(await introspect(inspection, request));
  if (resource === '/oauth2/check') return oauthResponse(await checkAssertion(inspection, request));
  await revoke(inspection, request);
  return oauthResponse({});
});
