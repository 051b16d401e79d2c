import type { CountedResource } from '../../core/capacity/capacity.ts';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { receiveClosedTask } from '../../core/onboarding/receive-closed-task.ts';
import { receiveRequest } from '../../core/onboarding/receive-request.ts';
import {
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  problemResponse,
} from '../../middleware/http-lambda.ts';
import { createLog } from '../../middleware/log.ts';
import type { WebhookDependencies } from './dependencies.ts';

const maxBodyBytes = 64 * 1024;
const log = createLog('servicenow-webhook');

const descriptions: Readonly<Record<CountedResource, string>> = {
  'app-clients': 'app clients that the user pool may have',
  'api-keys': 'API keys that the account may have',
};

/**
 * Answers `POST /webhooks/servicenow`. The order of the checks is part of the contract: an unsigned body is
 * never parsed.
 */
export async function answerWebhook(
  deps: WebhookDependencies,
  { headers, body }: HttpRequest,
): Promise<HttpResponse> {
  if (body.length > maxBodyBytes) {
    return problemResponse({ status: 413, code: 'too_large', title: 'The body is larger than 64 KB.' });
  }
  const rawBody = body.toString('utf8');
  if (!(await deps.isSigned(rawBody, headers))) {
    return problemResponse(
      {
        status: 401,
        code: 'bad_signature',
        title: 'The Standard Webhooks signature is missing, wrong, or more than five minutes old or ahead.',
      },
      { 'www-authenticate': 'Standard-Webhooks realm="sallyport"' },
    );
  }
  const event = parseEvent(rawBody, deps.deployment);
  switch (event.outcome) {
    case 'malformed':
      return problemResponse({ status: 400, code: 'malformed', title: event.problem });
    case 'invalid':
      return problemResponse({
        status: 422,
        code: 'invalid_request',
        title: 'The request breaks the rules listed in errors.',
        extensions: { errors: event.faults },
      });
    case 'request': {
      const received = await receiveRequest(deps, event.request, event.digest);
      if (received.outcome === 'full') {
        log.error('capacity_used_up', { counted: received.counted });
        return problemResponse(
          {
            status: 503,
            code: 'capacity_used_up',
            title:
              `No further API client can be created: all ${descriptions[received.counted]} are taken. ` +
              'The platform team has been alerted. Nothing was begun; send the request again later.',
          },
          { 'retry-after': '3600' },
        );
      }
      if (received.outcome !== 'conflict') {
        return jsonResponse(received.outcome === 'accepted' ? 202 : 200, received.receipt);
      }
      return problemResponse({
        status: 409,
        code: 'ticket_conflict',
        title:
          'This ticket was sent before with other content. Other content is taken only after the last attempt ended Rejected or RolledBack.',
        extensions: { onboardingId: received.onboardingId },
      });
    }
    case 'task-closed': {
      const outcome = await receiveClosedTask(deps, event.task);
      if (outcome === 'closed' || outcome === 'repeated') {
        return jsonResponse(outcome === 'closed' ? 202 : 200, {
          number: event.task.number,
          status: 'closed',
        });
      }
      if (outcome === 'other-task') {
        return problemResponse({
          status: 409,
          code: 'other_task',
          title:
            `Sallyport asked for task ${event.task.number} under another sys_id, so this is another task, for example of a copy of the instance. ` +
            'Nothing was changed. Close the task that is in the instance which Sallyport writes to.',
        });
      }
      return problemResponse({
        status: 404,
        code: 'unknown_ticket',
        title: 'No onboarding waits for this task.',
      });
    }
  }
}
