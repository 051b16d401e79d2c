import { parseEventBatch } from '../../adapters/okta/event-hook.ts';
import { propagateChange } from '../../core/operators/propagation.ts';
import { receiveDirectoryEvents } from '../../core/users/directory-events.ts';
import {
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  problemResponse,
} from '../../middleware/http-lambda.ts';
import type { Log } from '../../middleware/log.ts';
import type { OktaEventsDependencies } from './dependencies.ts';

/** Okta's largest delivery is far below: https://developer.okta.com/docs/concepts/event-hooks/ */
const maxBodyBytes = 1024 * 1024;

/** Okta proves by this header, once, that the address belongs to whoever registers the hook. */
const challengeHeader = 'x-okta-verification-challenge';

/**
 * Answers Okta's event hook: `GET /webhooks/okta` when the hook is registered, and `POST /webhooks/okta` for
 * events. A body is parsed only if the request carries the hook's secret.
 */
export async function answerEventHook(
  deps: OktaEventsDependencies,
  { method, headers, body }: HttpRequest,
  log: Log,
): Promise<HttpResponse> {
  if (method === 'GET') return answerChallenge(headers[challengeHeader]);
  if (body.length > maxBodyBytes) {
    return problemResponse({ status: 413, code: 'too_large', title: 'The body is larger than 1 MB.' });
  }
  const rawBody = body.toString('utf8');
  if (!(await deps.isFromOkta(rawBody, headers))) {
    return problemResponse(
      {
        status: 401,
        code: 'bad_secret',
        title: "The header Authorization does not hold the secret of Okta's event hook.",
      },
      { 'www-authenticate': 'Okta-Event-Hook realm="sallyport"' },
    );
  }
  const events = parseEventBatch(rawBody);
  if (events === undefined) {
    return problemResponse({
      status: 400,
      code: 'malformed',
      title: "The body is no delivery of Okta's event hook: JSON with data.events.",
    });
  }
  const changed = await receiveDirectoryEvents(deps, events);
  if (changed.length > 0) {
    const { decidedWithinSeconds } = await propagateChange(deps);
    log.info('users_changed', { users: changed.length, decidedWithinSeconds });
  }
  return jsonResponse(200, { changed: changed.length });
}

/** Returns the challenge. Okta may ask before it knows the secret, and the answer tells nothing. */
const answerChallenge = (challenge = ''): HttpResponse =>
  /^[\w.~+/=-]{1,256}$/u.test(challenge)
    ? jsonResponse(200, { verification: challenge })
    : problemResponse({
        status: 400,
        code: 'no_challenge',
        title: `The header ${challengeHeader} must hold 1 to 256 letters, digits and . _ ~ + / = -.`,
      });
