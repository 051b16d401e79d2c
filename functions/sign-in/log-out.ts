import type { SentParameters } from '../../core/applications/authentication-request.ts';
import { sessionOf } from '../../core/federation/browser.ts';
import { logOut, type LogoutAnswer } from '../../core/federation/logout.ts';
import type { HttpRequest, HttpResponse } from '../../middleware/http-lambda.ts';
import type { Log } from '../../middleware/log.ts';
import { redirectTo } from '../../middleware/browser.ts';
import { pageResponse } from '../../middleware/page-response.ts';
import { signedOutPage, signOutPage, signOutRefusedPage } from '../../pages/sign-in-pages.ts';
import { browserOf, forgetSession, sendAgainByGet } from './answers.ts';
import type { SignInDependencies } from './dependencies.ts';
import { shownApplication } from './shown-application.ts';

/** Answers the end session endpoint of our applications (OpenID Connect RP-Initiated Logout 1.0 §2). */
export async function endSessionEndpoint(
  deps: SignInDependencies,
  request: HttpRequest,
  log: Log,
): Promise<HttpResponse> {
  if (request.method === 'POST') return sendAgainByGet('logout', request);
  const sent = { values: request.query, repeated: request.repeatedQuery };
  const answer = await logOut(deps.logout, sent, browserOf(request));
  switch (answer.outcome) {
    case 'refused':
      log.info('sign_out_refused', { requestId: request.requestId, check: answer.check });
      return pageResponse(400, signOutRefusedPage(request.requestId));
    case 'asked':
      return ask(deps, answer, sent);
    case 'ended':
      return ended(answer, request, log, '../logout');
  }
}

/** Answers our own page: what a person sends who wants to sign out, and what they see afterwards. */
export async function ownLogout(
  deps: SignInDependencies,
  request: HttpRequest,
  log: Log,
): Promise<HttpResponse> {
  const browser = browserOf(request);
  if (request.method === 'POST') {
    const { confirmation, ...values } = Object.fromEntries(
      new URLSearchParams(request.body.toString('utf8')),
    );
    const answer = await logOut(deps.logout, { values, repeated: [] }, browser, confirmation);
    if (answer.outcome === 'ended' && answer.session !== undefined) {
      return ended(answer, request, log, 'logout');
    }
    // It comes from another page, which has kept the cookie away, or from one that is out of date. By GET, the cookie
    // comes along, and the person is asked.
    const body = Buffer.from(new URLSearchParams(values).toString());
    return sendAgainByGet('oauth2/logout', { ...request, body });
  }
  if ((await sessionOf(deps.logout, browser)) !== undefined) return redirectTo('oauth2/logout');
  const application = await shownApplication(deps, request.query['client_id']);
  return pageResponse(200, signedOutPage(application), application?.brand);
}

async function ask(
  deps: SignInDependencies,
  { application: asking, confirmation }: Extract<LogoutAnswer, { outcome: 'asked' }>,
  { values }: SentParameters,
): Promise<HttpResponse> {
  const clientId = asking?.signIn.clientId;
  const application = await shownApplication(deps, clientId);
  const { post_logout_redirect_uri, state } = values;
  const sent = { client_id: clientId, post_logout_redirect_uri, state, confirmation };
  return pageResponse(200, signOutPage({ application, sent }), application?.brand, deps.formTargets);
}

/** @param ownPage the way from the path of the request to the page that says what has happened */
function ended(
  { application, location, session, decidedWithinSeconds }: Extract<LogoutAnswer, { outcome: 'ended' }>,
  { requestId }: HttpRequest,
  log: Log,
  ownPage: string,
): HttpResponse {
  const clientId = application?.signIn.clientId;
  if (session !== undefined) {
    log.info('signed_out', { requestId, userId: session.userId, clientId, decidedWithinSeconds });
  }
  const query = clientId === undefined ? '' : `?client_id=${encodeURIComponent(clientId)}`;
  return redirectTo(location ?? `${ownPage}${query}`, session === undefined ? undefined : forgetSession);
}
