import * as z from 'zod';
import { type PickedUpCredentials, pickUp, requestToken } from '../../../clients/partner.ts';
import { referenceOf } from '../../../core/workflow/ids.ts';
import { problemOf } from '../problems.ts';
import { type SmokeCalls, smokeCalls } from '../smoke-request.ts';
import { type BootstrapContext, StepFailed } from '../step.ts';
import { invoke } from './invoke.ts';
import type { Run } from './run.ts';

/**
 * Does what the partner does. Returns the client's id, if the credentials were picked up, and what failed.
 */
export async function tryCredentials(
  run: Run,
  onboardingId: string,
): Promise<{ readonly clientId?: string; readonly failure?: Error }> {
  let clientId: string | undefined;
  try {
    const credentials = await pickUpOnce(run, onboardingId);
    clientId = credentials.client_id;
    await tokenAndCalls(run, credentials);
    return { clientId };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { failure, ...(clientId !== undefined && { clientId }) };
  }
}

/** Picks up the credentials with link and code, and checks that the link works only once. */
async function pickUpOnce(run: Run, onboardingId: string): Promise<PickedUpCredentials> {
  const {
    context,
    context: { say },
  } = run;
  const answer = await invoke(context, 'credential-delivery', { action: 'smoke-test-link', onboardingId });
  const { link } = z.object({ link: z.string() }).parse(answer);
  const code = await codeFrom(run, onboardingId);
  say('the code is in the ticket');
  const credentials = await attempt('The pick-up failed', () => pickUp(link, code));
  await expectStatus('The same link, once more,', 410, await fetch(link, pickUpRequest(code)));
  say(`picked up, once: client ${credentials.client_id}`);
  return credentials;
}

/** Requests a token, makes an allowed call, and checks that calls without permission are refused. */
async function tokenAndCalls({ context, api }: Run, credentials: PickedUpCredentials): Promise<void> {
  const { say, catalogue, parameters } = context;
  const { accessToken } = await attempt('No token was given', () => requestToken(credentials));
  say(`${credentials.token_url} gave a token`);

  const calls = smokeCalls(catalogue, parameters.smokeTest.product, credentials.scopes);
  if (calls === undefined) {
    throw new StepFailed({
      what: `${parameters.smokeTest.product} has no GET route within its default scopes, so no call can be tried.`,
      remedy: 'Choose another product as smokeTest.product.',
    });
  }
  await callAllowed(api, say, calls.allowed, accessToken);
  const { method, path } = calls.allowed;
  await expectStatus(`${method} ${path} without a token`, 401, await fetch(`${api}${path}`, { method }));
  if (calls.denied !== undefined) {
    const { method: deniedMethod, path: deniedPath } = calls.denied;
    const answer = await fetch(`${api}${deniedPath}`, {
      method: deniedMethod,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    await expectStatus(`${deniedMethod} ${deniedPath} without its scope`, 403, answer);
  }
  say('calls that are not allowed are refused');
}

const pickUpRequest = (code: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify({ code }),
});

async function codeFrom({ context, desk, ticketSysId }: Run, onboardingId: string): Promise<string> {
  const comments = await desk.comments(ticketSysId, referenceOf(onboardingId, 'code-1'));
  const code = comments
    .map((text) => /\bcode ([0-9A-Z]{4}-[0-9A-Z]{4})\b/u.exec(text)?.[1])
    .find((found) => found !== undefined);
  if (code !== undefined) return code;
  throw new StepFailed({
    what: `The ticket ${context.parameters.smokeTest.ticket} has no comment with the code.`,
    remedy:
      'Let the ServiceNow client write comments of sc_req_item and read sys_journal_field: a field behind a rule is passed over in silence.',
  });
}

/** The problem codes of API Gateway and the authorizer. A backend's answer has other codes. */
const gatewayCodes = new Set([
  'unauthorized',
  'insufficient_scope',
  'grant_not_allowed',
  'address_not_allowed',
  'client_inactive',
  'contract_inactive',
  'partner_inactive',
  'client_not_served',
  'not_found',
  'authorizer_failed',
  'throttled',
  'quota_exceeded',
]);

async function callAllowed(
  api: string,
  say: BootstrapContext['say'],
  { method, path }: SmokeCalls['allowed'],
  accessToken: string,
): Promise<void> {
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const code =
    z.object({ code: z.string() }).safeParse(await answer.json().catch(() => undefined)).data?.code ?? '';
  if (gatewayCodes.has(code)) {
    throw new StepFailed({
      what: `${method} ${path} was refused: ${answer.status} ${code}.`,
      remedy:
        code === 'address_not_allowed'
          ? 'Enter the address that this machine calls from as smokeTest.callsFrom.'
          : 'docs/guides/calls.md says what the code means.',
    });
  }
  say(
    code === 'upstream_failed' || code === 'upstream_timed_out'
      ? `warning: ${method} ${path} is let through, but its backend did not answer (${answer.status} ${code}): check upstreams in catalogue.yml`
      : `${method} ${path} is let through, and its backend answered ${answer.status}`,
  );
}

async function expectStatus(what: string, expected: number, answer: Response): Promise<void> {
  await answer.body?.cancel();
  if (answer.status === expected) return;
  throw new StepFailed({
    what: `${what} was answered ${answer.status}, not ${expected}.`,
    remedy:
      'Do not let a partner in before this is understood: docs/guides/calls.md, and the access log of the stage.',
  });
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const { what: why } = problemOf(error);
    throw new StepFailed(
      {
        what: `${what}: ${why}`,
        remedy: 'Look at the log groups of the functions credential-pickup and token.',
      },
      error,
    );
  }
}
