import Negotiator from 'negotiator';
import { problemPage } from '../../pages/page.ts';
import { firstCallPrograms } from '../../pages/first-call.ts';
import { credentialsPage, gonePage, unusableCodePage, wrongCodePage } from '../../pages/pick-up-pages.ts';
import type { Credentials, UnusableLink } from '../../core/credentials/pick-up.ts';
import type { Problem } from '../../core/problem.ts';
import { type HttpResponse, jsonResponse, problemResponse } from '../../middleware/http-lambda.ts';
import { guarded, pageResponse } from '../../middleware/page-response.ts';
import { malformedCode, missingCode } from './read-code.ts';

/** The responses to a pick-up, either as JSON or as HTML. */
export interface Answers {
  credentials(credentials: Credentials): HttpResponse;
  wrongCode(triesLeft: number): HttpResponse;
  unusable(why: UnusableLink): HttpResponse;
  refused(problem: Problem): HttpResponse;
  failed(status: 500 | 503): HttpResponse;
}

const failure = {
  title: 'The credentials could not be shown',
  detail:
    'Something went wrong on our side. Please try once more in a minute. If the link no longer works then, ask the business unit for a new one.',
};

const inactive = {
  title: 'This access is not in force',
  detail:
    'The access is stopped, or its contract is not in force now. The link and the code stay valid: try again once it is in force, or ask the business unit.',
};
const ended = {
  title: 'This access has ended',
  detail:
    'The access that this link was for has ended, so the link gives no credentials. Ask the business unit if you still need access.',
};

/** The problems of links that give nothing. */
const unusableProblems: Readonly<Record<UnusableLink['outcome'], Problem>> = {
  'not-in-force': { status: 403, code: 'access_not_in_force', title: inactive.detail },
  'access-ended': { status: 410, code: 'access_ended', title: ended.detail },
  gone: {
    status: 410,
    code: 'link_gone',
    title: 'The link was used, has expired, is locked or was never valid. Ask for a new one.',
  },
};
/** The pages of links that give nothing. */
const unusablePages: Readonly<Record<UnusableLink['outcome'], () => string>> = {
  'not-in-force': () => problemPage(inactive),
  'access-ended': () => problemPage(ended),
  gone: gonePage,
};

const jsonAnswers: Answers = {
  credentials: (credentials) => jsonResponse(200, credentialsBody(credentials), guarded),
  wrongCode: (triesLeft) =>
    problemResponse(
      {
        status: 403,
        code: 'wrong_code',
        title: 'That is not the right code. The link is locked once no try is left.',
        extensions: { triesLeft },
      },
      guarded,
    ),
  unusable: ({ outcome }) => problemResponse(unusableProblems[outcome], guarded),
  refused: (problem) => problemResponse(problem, guarded),
  failed: (status) => problemResponse({ status, code: 'pick_up_failed', title: failure.detail }, guarded),
};

/** Builds the JSON form of the credentials. Its members are named as those of OAuth are. */
const credentialsBody = (credentials: Credentials) => ({
  client_id: credentials.clientId,
  client_secret: credentials.clientSecret,
  token_url: credentials.tokenUrl,
  scopes: credentials.scopes,
  api_url: credentials.apiUrl,
  product: credentials.product,
  environment: credentials.environment,
  routes: credentials.routes,
  ip_ranges: credentials.ipRanges,
  contract_ends_at: credentials.contractEnd?.toISOString() ?? null,
  documentation_url: credentials.documentationUrl,
  support: credentials.brand.support,
  first_call: firstCallPrograms(credentials) ?? null,
});

const htmlAnswers: Answers = {
  credentials: (credentials) => pageResponse(200, credentialsPage(credentials), credentials.brand),
  wrongCode: (triesLeft) => pageResponse(403, wrongCodePage({ triesLeft })),
  unusable: ({ outcome }) => pageResponse(unusableProblems[outcome].status, unusablePages[outcome]()),
  refused: (problem) =>
    pageResponse(
      problem.status,
      problem === malformedCode || problem === missingCode
        ? unusableCodePage(problem.title)
        : problemPage({ title: 'That did not work', detail: problem.title }),
    ),
  failed: (status) => pageResponse(status, problemPage(failure)),
};

/** Returns HTML responses for clients that prefer HTML, and JSON responses for all others. */
export function answersFor(accept: string | undefined): Answers {
  const preferred = new Negotiator({ headers: { accept } }).mediaType(['application/json', 'text/html']);
  return preferred === 'text/html' ? htmlAnswers : jsonAnswers;
}
