import { SignInRefused } from '../../core/federation/refused.ts';
import { attemptOf, beginSignIn, chooseProvider, finishSignIn } from '../../core/federation/sign-in.ts';
import { type HttpRequest, type HttpResponse, httpLambda } from '../../middleware/http-lambda.ts';
import type { Log } from '../../middleware/log.ts';
import { redirectTo } from '../../middleware/browser.ts';
import { pageResponse } from '../../middleware/page-response.ts';
import {
  type Remedy,
  signInFailedPage,
  signInPage,
  signOutFailedPage,
  unknownApplicationPage,
} from '../../pages/sign-in-pages.ts';
import { browserOf, rememberBrowser, rememberSession, sendAgainByGet } from './answers.ts';
import { dependencies } from './dependencies.ts';
import { remedyOf } from './remedies.ts';
import { endSessionEndpoint, ownLogout } from './log-out.ts';
import { shownApplication } from './shown-application.ts';

const deps = dependencies(process.env);
const { signIn, formTargets } = deps;

/**
 * Answers everything that a browser passes through to sign in and out: the authorization endpoint of our
 * applications (RFC 6749 §3.1), the page that asks for an e-mail address, the addresses that providers send browsers
 * back to, and the end session endpoint with its pages.
 */
async function answer(request: HttpRequest, log: Log): Promise<HttpResponse> {
  try {
    switch (request.resource) {
      case '/oauth2/authorize':
        return await authorize(request, log);
      case '/login':
        return request.method === 'POST' ? await choose(request) : await ask(request);
      case '/oauth2/logout':
        return await endSessionEndpoint(deps, request, log);
      case '/logout':
        return await ownLogout(deps, request, log);
      default:
        return await finish(request, log);
    }
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    log.info('sign_in_refused', { requestId: request.requestId, check: error.check });
    return failed(request, remedyOf[error.check]);
  }
}

async function authorize(request: HttpRequest, log: Log): Promise<HttpResponse> {
  const { method, query: values, repeatedQuery: repeated, requestId } = request;
  if (method === 'POST') return sendAgainByGet('authorize', request);
  const begun = await beginSignIn(signIn, { values, repeated }, browserOf(request));
  switch (begun.outcome) {
    case 'refused':
      log.info('sign_in_refused', { requestId, check: begun.check });
      return pageResponse(400, unknownApplicationPage(requestId));
    case 'answered':
      if (begun.check !== undefined) log.info('sign_in_refused', { requestId, check: begun.check });
      return redirectTo(begun.location);
    case 'asked':
      return redirectTo(`../login?state=${begun.state}`, rememberBrowser(begun.browserSecret));
  }
}

/** Shows the page that asks for the e-mail address. It changes nothing, so it can be reloaded. */
async function ask(request: HttpRequest): Promise<HttpResponse> {
  const { state = '' } = request.query;
  const { request: asked } = await attemptOf(signIn, state, browserOf(request));
  return signInResponse(200, asked.clientId, { state, email: asked.loginHint });
}

async function choose(request: HttpRequest): Promise<HttpResponse> {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const [state, email] = [form.get('state') ?? '', form.get('email') ?? ''];
  const browser = browserOf(request);
  const location = await chooseProvider(signIn, state, browser, email);
  if (location !== undefined) return redirectTo(location);
  const { request: asked } = await attemptOf(signIn, state, browser);
  return signInResponse(422, asked.clientId, {
    state,
    email,
    notice:
      "We cannot sign you in with that address. Check the spelling, or ask your company's administrator whether it has been set up.",
  });
}

async function finish(request: HttpRequest, log: Log): Promise<HttpResponse> {
  const { query, repeatedQuery, pathParameters, requestId } = request;
  const answered = new URLSearchParams();
  for (const [name, value = ''] of Object.entries(query)) answered.append(name, value);
  for (const name of repeatedQuery) answered.append(name, '');
  const providerId = pathParameters['providerId'] ?? '';
  const finished = await finishSignIn(signIn, providerId, answered, browserOf(request));
  const { location, session, seconds, userId, clientId } = finished;
  log.info('signed_in', { requestId, userId, providerId, clientId });
  return redirectTo(location, rememberSession(session, seconds));
}

async function signInResponse(
  status: number,
  clientId: string,
  shown: { readonly state: string; readonly email?: string | undefined; readonly notice?: string },
): Promise<HttpResponse> {
  const application = await shownApplication(deps, clientId);
  if (application === undefined) throw new SignInRefused('application');
  const { state, email, notice } = shown;
  const content = signInPage({
    application,
    state,
    ...(email !== undefined && { email }),
    ...(notice !== undefined && { notice }),
  });
  return pageResponse(status, content, application.brand, formTargets);
}

/** Returns the page for a failed sign-in, with the way back to the application if the attempt is known. */
async function failed(request: HttpRequest, remedy: Remedy): Promise<HttpResponse> {
  const state = request.query['state'];
  const attempt = state === undefined ? undefined : await signIn.attempts.find(state);
  const application = attempt && (await shownApplication(deps, attempt.request.clientId));
  const content = signInFailedPage({ remedy, reference: request.requestId, application });
  return pageResponse(remedy === 'us' ? 403 : 400, content, application?.brand);
}

const failing =
  (status: number) =>
  ({ requestId, resource }: HttpRequest): HttpResponse =>
    pageResponse(
      status,
      resource.endsWith('/logout')
        ? signOutFailedPage(requestId)
        : signInFailedPage({ remedy: 'us', reference: requestId }),
    );

export const handler = httpLambda('sign-in', answer, { unavailable: failing(503), defect: failing(500) });
