import { codePage } from '../../pages/pick-up-pages.ts';
import { findUnusable, pickUp, type PickUp, type UnusableLink } from '../../core/credentials/pick-up.ts';
import { type HttpRequest, type HttpResponse, httpLambda } from '../../middleware/http-lambda.ts';
import { createLog } from '../../middleware/log.ts';
import { pageResponse } from '../../middleware/page-response.ts';
import { answersFor } from './answers.ts';
import { dependencies } from './dependencies.ts';
import { readCode } from './read-code.ts';

/**
 * Answers a pick-up request. `GET /credentials/{token}` shows a form and changes nothing, so that mail
 * scanners which follow the link do not use it up. If the link gives nothing now, it says so as
 * `POST` would. `POST` with the code hands over the credentials.
 */
async function answer(deps: PickUp, request: HttpRequest): Promise<HttpResponse> {
  const answers = answersFor(request.headers['accept']);
  const token = request.pathParameters['token'] ?? '';
  if (request.method === 'GET') {
    const unusable = await findUnusable(deps, token);
    if (unusable === undefined) return pageResponse(200, codePage());
    logDamage(unusable, request);
    return answers.unusable(unusable);
  }
  const read = readCode(request.headers['content-type'], request.body);
  if ('refusal' in read) return answers.refused(read.refusal);

  const result = await pickUp(deps, token, read.code, request.requestId);
  switch (result.outcome) {
    case 'credentials':
      return answers.credentials(result.credentials);
    case 'wrong-code':
      if (result.triesLeft === 0) log.warn('link_locked', { requestId: request.requestId });
      return answers.wrongCode(result.triesLeft);
    case 'not-in-force':
    case 'access-ended':
    case 'gone':
      logDamage(result, request);
      return answers.unusable(result);
  }
}

/** Logs that the records of a link were changed, which its answer does not say. `Defect` alerts operators. */
function logDamage(link: UnusableLink, { requestId }: HttpRequest): void {
  if (link.outcome === 'gone' && link.damage !== undefined) {
    log.error('link_damaged', { requestId, damage: link.damage, error: 'Defect' });
  }
}

const pickUpDependencies = dependencies(process.env);
const log = createLog('credential-pickup');
export const handler = httpLambda('credential-pickup', (request) => answer(pickUpDependencies, request), {
  unavailable: ({ headers }) => answersFor(headers['accept']).failed(503),
  defect: ({ headers }) => answersFor(headers['accept']).failed(500),
});
