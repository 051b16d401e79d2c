import { describe, expect, test } from 'vitest';
import { clientCredentials, type ClientCredentialsIssuer } from '../../core/tokens/client-credentials.ts';
import type { TokenResponse } from '../../core/tokens/token-request.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';

const client = { clientId: 'client-1', clientSecret: 'secret' };
const answer: TokenResponse = { access_token: 'token', token_type: 'Bearer', expires_in: 900, scope: 'a' };

/** An issuer that writes down what it is asked for. */
function askedIssuer() {
  const asked: Parameters<ClientCredentialsIssuer['issue']>[] = [];
  const issuer: ClientCredentialsIssuer = {
    issue: async (...parameters) => {
      asked.push(parameters);
      return Promise.resolve(answer);
    },
  };
  return { asked, grant: async (scope?: string) => clientCredentials(issuer)({
    grantType: 'client_credentials', client, parameters: new Map(scope === undefined ? [] : [['scope', scope]]),
  }) };
}

describe('OAU-2 client_credentials', () => {
  test('passes client and scope on, and the answer back', async () => {
    const { asked, grant } = askedIssuer();
    expect(await grant('credit-reports/read credit-reports/write')).toEqual(answer);
    expect(asked).toEqual([[client, 'credit-reports/read credit-reports/write']]);
  });

  test('without a scope asks for all that was granted', async () => {
    const { asked, grant } = askedIssuer();
    await grant();
    expect(asked).toEqual([[client, undefined]]);
  });

  test.each([' a', 'a ', 'a  b', 'a\tb', 'a\nb', 'a"b', 'a\\b', 'ä', 'a\u00A0b', ' '])('refuses the scope %j before anybody is asked', async (scope) => {
    const { asked, grant } = askedIssuer();
    await expect((async () => grant(scope))()).rejects.toEqual(new OAuthError('invalid_scope', 'scope must be tokens separated by single spaces'));
    expect(asked).toEqual([]);
  });

  test.each(['a', '!#[]~', 'https://api.example/read a:b.c'])('takes the scope %j', async (scope) => {
    expect(await askedIssuer().grant(scope)).toEqual(answer);
  });
});
