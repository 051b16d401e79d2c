import { decodeJwt } from 'jose';
import { problemPage } from '../../pages/page.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import { openSession, type Sessions, signedIn } from '../../core/tokens/session.ts';
import { signedInPage } from '../../pages/session-pages.ts';
import { type HttpRequest, type HttpResponse, httpLambda } from '../../middleware/http-lambda.ts';
import type { Log } from '../../middleware/log.ts';
import { pageResponse } from '../../middleware/page-response.ts';
import * as answers from './answers.ts';
import { dependencies } from './dependencies.ts';

const isLogin = ({ method, query }: HttpRequest): boolean =>
  method !== 'GET' || query['access_token'] !== undefined;

/**
 * Answers the session requests. `GET /session?access_token=…` logs in, and `GET /session` shows who is logged
 * in. After a login, successful or not, the browser is redirected to an address without the token.
 */
async function answer(sessions: Sessions, request: HttpRequest, log: Log): Promise<HttpResponse> {
  return isLogin(request) ? logIn(sessions, request, log) : show(sessions, request);
}

async function logIn(sessions: Sessions, request: HttpRequest, log: Log): Promise<HttpResponse> {
  const {
    method,
    query: { access_token: token = '' },
    repeatedQuery,
    requestId,
  } = request;
  const logRefusal = (check: string) => log.info('session_refused', { requestId, check });
  if (answers.isAhead(request)) {
    logRefusal('prefetch');
    return answers.nobody();
  }
  try {
    const { page, accessToken, expiresIn, clientId, partnerId } = await openSession(sessions, {
      method,
      token,
      repeated: repeatedQuery.includes('access_token'),
    });
    log.info('session_opened', { requestId, clientId, partnerId, jti: decodeJwt(accessToken).jti });
    return answers.signedIn(page, accessToken, expiresIn);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    logRefusal(error.check ?? 'request');
    return answers.failed(sessions.issuer);
  }
}

async function show(sessions: Sessions, request: HttpRequest): Promise<HttpResponse> {
  const cookie = answers.cookieOf(request);
  const found = cookie === undefined ? undefined : await signedIn(sessions, cookie);
  return found === undefined ? answers.nobody() : pageResponse(200, signedInPage(found));
}

const brokenPage = problemPage({
  title: 'That did not work',
  detail: 'Something went wrong on our side. Please try once more in a minute.',
});
const sessions = dependencies(process.env);
const failing =
  (status: number) =>
  (request: HttpRequest): HttpResponse =>
    isLogin(request) ? answers.failed(sessions.issuer) : pageResponse(status, brokenPage);

export const handler = httpLambda('session', (request, log) => answer(sessions, request, log), {
  unavailable: failing(503),
  defect: failing(500),
});
