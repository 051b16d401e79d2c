import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import { createUsers } from '../../adapters/aws/user-records.ts';
import type { ProfileState } from '../../core/users/user.ts';
import { createClientKeys } from '../../adapters/aws/token-records.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { invoke } from '../../clients/operator.ts';
import { deployment, signingKeyIds } from '../support/deployed.ts';
import { call, type PickedUpCredentials, pickUp, requestToken } from '../../clients/partner.ts';
import { newestHandOver } from '../journeys/onboarded.ts';
import { operatorOf as operatorNamed } from '../journeys/operator.ts';
import { openRecords } from '../journeys/third-party.ts';
import { doneEnd, rolledBackEnd, statesUntilUndone } from './support/ends.ts';
import { closeAwaited, operatorOf } from './support/held.ts';
import { eventually } from '../support/eventually.ts';
import { type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import { executionArnOf, newSubmission, onboardingIdOf } from './support/requests.ts';
import { closeTask, ewacsTaskOf, recordOf } from './support/things.ts';
import { serve } from '../../local/kernel/serve.ts';
import { tableAt } from '../support/table.ts';
import { lostAnswer, peopleSignIn, recordsAreManaged, usersSignIn } from './support/rare-paths.ts';
import { creditReports, fraudSignals, shippedCatalogue } from '../support/shipped-catalogue.ts';

const permissions = z.array(
  z.object({
    role: z.string(),
    action: z.string(),
    resource: z.string(),
    conditions: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
    used: z.number(),
  }),
);

const ratePlansAskedFor = [creditReports, fraudSignals].map(({ defaultTerms }) => defaultTerms.ratePlan);
const ratePlansNotAskedFor = Object.keys(shippedCatalogue.ratePlans).filter(
  (ratePlan) => !ratePlansAskedFor.includes(ratePlan),
);
const usagePlanIdOf = (ratePlan: string): string =>
  deployment.api.usagePlans.find(({ name }) => name === `sallyport-dev-${ratePlan}`)?.id ?? '';

/** Permissions that no function needs in this test, and why the role has them anyway. */
const explained: readonly { readonly unused: RegExp; readonly why: string }[] = [
  {
    unused: /^logs:(?:CreateLogStream|PutLogEvents) arn:aws:logs:/u,
    why: "Lambda writes the log in the function's name; the twin prints it",
  },
  { unused: /^xray:\w+ \*$/u, why: "Lambda's own daemon sends the traces; the twin has none" },
  {
    unused: /^sqs:SendMessage .*-failed-events$/u,
    why: 'Lambda sends what a function gave up; in the twin nobody gives up',
  },
  {
    unused:
      /^kms:(?:Decrypt|GenerateDataKey) .*:key\/\S+ if kms:ViaService is sqs\.eu-west-1\.amazonaws\.com$/u,
    why: 'SQS asks for it in the name of whoever sends',
  },
  {
    unused: new RegExp(`^kms:Sign .*:key/${signingKeyIds[1]}$`, 'u'),
    why: 'the second key signs once the deployment names it first',
  },
  ...ratePlansNotAskedFor.map((ratePlan) => ({
    unused: new RegExp(`^apigateway:POST .*/usageplans/${usagePlanIdOf(ratePlan)}/keys$`, 'u'),
    why: `none of the products here has ${ratePlan} in its default terms`,
  })),
];

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 40 });
});
afterAll(() => twin.stop());

const journalOf = (onboardingId: string): string => `ONBOARDING_JOURNAL#${onboardingId}`;
const uses = async () =>
  permissions.parse(await (await fetch(`${twin.urls.gateway}/_twin/permissions`)).json());
const statusBecomes = (onboardingId: string, status: string): Promise<true> =>
  eventually(async () => (await recordOf(twin, onboardingId)).status === status || undefined);
const operator = (functionName: string, payload: object): Promise<unknown> =>
  invoke(operatorOf(twin), functionName, payload);
const waitsForTask = (onboardingId: string): Promise<true> =>
  eventually(async () => (await twin.history(onboardingId)).at(-1)?.type === 'TaskSubmitted' || undefined);

/**
 * Authenticates with `private_key_jwt` (RFC 7523 §2.2) at all three OAuth endpoints, with keys that are
 * published.
 */
async function signsForItself(clientId: string): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  await createClientKeys(tableAt(twin.urls.aws)).put(clientId, [{ ...(await exportJWK(publicKey)) }], 2);
  const post = async (endpoint: string, form: Readonly<Record<string, string>>): Promise<Response> => {
    const assertion = new SignJWT()
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(twin.urls.gateway);
    const signed = await assertion
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('1 minute')
      .sign(privateKey);
    return fetch(`${twin.urls.gateway}/oauth2/${endpoint}`, {
      method: 'POST',
      body: new URLSearchParams({
        ...form,
        client_assertion: signed,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }),
    });
  };
  const { access_token: token } = z
    .object({ access_token: z.string() })
    .parse(await (await post('token', { grant_type: 'client_credentials' })).json());
  expect(await (await post('introspect', { token })).json()).toEqual({
    active: true,
    iss: twin.urls.gateway,
    sub: clientId,
    client_id: clientId,
    token_type: 'Bearer',
    scope: 'credit-reports/read',
    iat: expect.any(Number) as number,
    exp: expect.any(Number) as number,
    aud: [twin.urls.gateway],
  });
  expect((await post('revoke', { token })).status).toBe(200);
  expect(await (await post('introspect', { token })).json()).toEqual({ active: false });
}

/** Calls `GET /session`, and calls it again with the cookie from the answer. */
async function logsIn(clientId: string, user: unknown): Promise<void> {
  const records = openRecords(twin.urls);
  const portal = await records.register(clientId, z.string().parse(user));
  const swapped = await fetch(`${twin.urls.gateway}/session?access_token=${await portal.sign()}`, {
    redirect: 'manual',
  });
  const [cookie = ''] = swapped.headers.get('set-cookie')?.split(';') ?? [];
  expect((await fetch(`${twin.urls.gateway}/session`, { headers: { cookie } })).status).toBe(200);
}

/** Uses the contract's legacy grant: Okta checks the password, which is wrong. */
async function logsInByPassword({
  client_id: clientId,
  client_secret: secret,
}: PickedUpCredentials): Promise<void> {
  await openRecords(twin.urls).agree(clientId, {
    grants: ['client_credentials', 'password'],
    password: { owner: 'legacy@acme.example', sunset: '2099-12-31T00:00:00.000Z' },
  });
  // Contracts are cached for ten seconds.
  await twin.moveClock(11);
  const answer = await fetch(`${twin.urls.gateway}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'password',
      username: 'nobody',
      password: 'wrong horse battery',
    }),
  });
  expect({ status: answer.status, body: await answer.json() }).toEqual({
    status: 400,
    body: {
      error: 'invalid_grant',
      error_description: 'the user cannot be served with these credentials',
    },
  });
}

/** Registers a third party whose certificate expires soon, and who publishes a private key at an address. */
async function trusts(clientId: string, jwksUrl: string): Promise<void> {
  const at = new Date().toISOString();
  await createIssuers(tableAt(twin.urls.aws)).create({
    issuer: 'https://portal.acme.example',
    partnerId: 'acme',
    clientId,
    audiences: ['urn:sallyport'],
    principalClaim: 'sub',
    longestLife: 300,
    uses: ['assertion'],
    jwksUrl,
    keys: [
      {
        kid: 'one',
        jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' },
        algorithm: 'EdDSA',
        thumbprint: 'print',
        notAfter: new Date(Date.now() + 3 * 86_400_000).toISOString(),
      },
    ],
    ...initialState('active', { at, by: 'olga', why: 'agreed' }),
  });
}

/** Okta suspends a user and tells of it. The event about the user's return gets lost, and the sweep finds it. */
async function leavesAndReturns(userId: string): Promise<void> {
  const users = createUsers(tableAt(twin.urls.aws));
  const becomes = (state: ProfileState): Promise<true> =>
    eventually(async () => {
      const user = await users.find(userId);
      return (user?.origin === 'directory' && user.profile.state === state) || undefined;
    });
  const okta = (action: string): Promise<Response> =>
    fetch(`${twin.urls.okta}/api/v1/users/${userId}/lifecycle/${action}`, {
      method: 'POST',
      headers: { authorization: 'SSWS twin' },
    });
  await okta('suspend');
  await becomes('inactive');
  await twin.addFaults({ service: 'okta', operation: 'SendEventHook', mode: 'fail-before', times: 2 });
  await okta('unsuspend');
  await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
  await operator('user-sweep', {});
  await becomes('active');
}

// Threats T-14, T-75
test('every permission of every function is needed by some request', { timeout: 120_000 }, async () => {
  // Two products of different brands. The first request waits for its account and loses answers on the way.
  const first = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  const firstId = onboardingIdOf(first);
  await twin.addFaults(
    { service: 'cognito', operation: 'CreateUserPoolClient', mode: 'fail-after' },
    { service: 'apigateway', operation: 'CreateApiKey', mode: 'fail-after' },
    { service: 'apigateway', operation: 'CreateUsagePlanKey', mode: 'fail-after' },
    { service: 'ses', operation: 'SendEmail', mode: 'fail-after' },
    lostAnswer('request-intake', `ONBOARDING#${firstId}`),
    ...['ticket-report', 'credential-delivery'].map((name) => lostAnswer(name, journalOf(firstId))),
  );
  await twin.post(first);
  await waitsForTask(firstId);
  await closeAwaited(twin, first);
  expect(await twin.ended(firstId)).toEqual(doneEnd(first));
  expect(await twin.faultsLeft()).toEqual([]);
  const ofAnotherProduct = newSubmission('b2b-onboarding', { ewacs_product_name: 'fraud-signals' });
  await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'throttle' });
  expect(await twin.onboard(ofAnotherProduct)).toEqual(doneEnd(ofAnotherProduct));

  // The credentials are picked up three times, each time with a new link that revokes the oldest secret. A
  // token and a call follow.
  const handedOver = await newestHandOver(twin.urls, firstId);
  // Cognito does not answer the first time, so the link stays for the second.
  await twin.addFaults({ service: 'cognito', operation: 'ListUserPoolClientSecrets', mode: 'fail-before' });
  await expect(pickUp(handedOver.link, handedOver.code)).rejects.toThrow();
  const picked = await pickUp(handedOver.link, handedOver.code);
  await expect(pickUp(handedOver.link, handedOver.code)).rejects.toThrow();
  let newest = picked;
  for (let time = 0; time < 2; time += 1) {
    await operator('credential-delivery', { action: 'relink', onboardingId: firstId });
    const again = await newestHandOver(twin.urls, firstId);
    newest = await pickUp(again.link, again.code);
    const { accessToken } = await requestToken(newest);
    expect(
      await call(
        twin.urls,
        { method: 'GET', path: '/apis/credit-reports/reports/1' },
        '203.0.113.10',
        accessToken,
      ),
    ).toEqual({ status: 200 });
  }
  const denied = await fetch(`${twin.urls.gateway}/apis/credit-reports/reports`, {
    headers: {
      authorization: `Bearer ${(await requestToken(newest)).accessToken}`,
      'x-twin-source-ip': '192.0.2.1',
    },
  });
  const { evaluationId } = z.object({ evaluationId: z.string() }).parse(await denied.json());

  // Wrong codes lock a link, and the ticket reports it.
  await operator('credential-delivery', { action: 'relink', onboardingId: firstId });
  const { link } = await newestHandOver(twin.urls, firstId);
  await twin.addFaults(lostAnswer('credential-pickup', journalOf(firstId)));
  for (let tries = 0; tries < 5; tries += 1) {
    await fetch(link, { method: 'POST', body: new URLSearchParams({ code: 'AAAA-AAAA' }) });
  }

  // A user of the legacy grant.
  await logsInByPassword(newest);

  await usersSignIn(twin, newest, first.variables['user_id'] ?? '');
  await peopleSignIn(twin);

  // A client that authenticates with its own key. Its token is introspected and revoked.
  await signsForItself(picked.client_id);

  // A third party logs a user in with a link.
  await logsIn(picked.client_id, first.variables['user_id']);

  // Another third party is trusted, and its keys are checked.
  const { privateKey: published } = await generateKeyPair('ES256', { extractable: true });
  const keySet = { keys: [{ ...(await exportJWK(published)), kid: 'published' }] };
  const publisher = await serve({ fetch: () => Response.json(keySet) }, 0);
  await trusts(picked.client_id, `${publisher.url}/keys`);
  await operator('trust-sweep', {});
  await publisher.close();

  // The account is refused, and tasks whose webhook is missing are checked again.
  const refused = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  await twin.post(refused);
  await waitsForTask(onboardingIdOf(refused));
  await closeAwaited(twin, refused, '4');
  await twin.ended(onboardingIdOf(refused));
  for (const state of ['3', '4'] as const) {
    const unheard = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
    await twin.post(unheard);
    await waitsForTask(onboardingIdOf(unheard));
    await closeTask(twin, await eventually(() => ewacsTaskOf(twin, onboardingIdOf(unheard))), state);
    await operator('ewacs-account', { action: 'apply', onboardingId: onboardingIdOf(unheard) });
    await twin.ended(onboardingIdOf(unheard));
  }

  // Rolled back at the last step, and tried again.
  const atTheLast = newSubmission('b2b-onboarding');
  await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'reject' });
  expect(await twin.onboard(atTheLast)).toEqual(rolledBackEnd(atTheLast, 'CredentialDelivery'));
  await operator('redrive', { onboardingId: onboardingIdOf(atTheLast) });
  expect(await twin.ended(onboardingIdOf(atTheLast, 2))).toEqual(doneEnd(atTheLast, 2));

  // The end of the rollback undoes what the undo steps could not: resources with known ids, and those it
  // looks up.
  await twin.addFaults(
    { service: 'ses', operation: 'SendEmail', mode: 'reject' },
    {
      service: 'kms',
      operation: 'GenerateMac',
      mode: 'reject',
      during: { functionName: 'credential-delivery', event: { action: 'undo' } },
    },
    ...[
      ['cognito', 'DeleteUserPoolClient', 'cognito-client'],
      ['apigateway', 'DeleteApiKey', 'gateway-mapping'],
      ['okta', 'DeleteUser', 'okta-profile'],
    ].map(
      ([service = '', operation = '', functionName = '']) =>
        ({ service, operation, mode: 'reject', during: { functionName } }) as const,
    ),
  );
  const neverFinished = newSubmission('b2b-onboarding');
  await twin.addFaults({
    service: 'apigateway',
    operation: 'DeleteApiKey',
    mode: 'throttle',
    during: { functionName: 'finish-rollback' },
  });
  expect(await twin.onboard(neverFinished)).toEqual(rolledBackEnd(neverFinished, 'CredentialDelivery'));
  for (const [service, create, list, functionName, failed, options] of [
    [
      'cognito',
      'CreateUserPoolClient',
      'ListUserPoolClients',
      'cognito-client',
      'CognitoClient',
      { alerted: true },
    ],
    ['apigateway', 'CreateApiKey', 'GetApiKeys', 'gateway-mapping', 'GatewayMapping', {}],
  ] as const) {
    await twin.addFaults(
      { service, operation: create, mode: 'fail-after' },
      { service, operation: list, mode: 'reject', times: 2, during: { functionName } },
    );
    const submission = newSubmission('b2b-onboarding');
    expect(await twin.onboard(submission)).toEqual(rolledBackEnd(submission, failed, options));
  }
  expect(await twin.faultsLeft()).toEqual([]);

  // The functions that undo cannot even begin, so the end of the rollback does all of their work.
  const neverUndone = newSubmission('b2b-onboarding');
  await twin.addFaults(
    { service: 'ses', operation: 'SendEmail', mode: 'reject' },
    ...['okta-profile', 'gateway-mapping'].map((operation) => ({
      service: 'lambda',
      operation,
      mode: 'import-error' as const,
      during: { event: { action: 'undo', onboardingId: onboardingIdOf(neverUndone) } },
    })),
  );
  expect(await twin.onboard(neverUndone)).toEqual(rolledBackEnd(neverUndone, 'CredentialDelivery'));
  expect(await twin.faultsLeft()).toEqual([]);

  // The intake cannot even begin, so the end of the execution is recorded by whoever hears of it.
  const neverRecorded = newSubmission('b2b-onboarding');
  await twin.addFaults({
    service: 'lambda',
    operation: 'request-intake',
    mode: 'import-error',
  });
  await twin.onboard(neverRecorded);
  await eventually(async () => (await recordOf(twin, onboardingIdOf(neverRecorded))).status);

  // Not everything can be undone, so operators are alerted.
  await twin.addFaults(
    { service: 'ses', operation: 'SendEmail', mode: 'reject' },
    { service: 'cognito', operation: 'DeleteUserPoolClient', mode: 'reject', times: 2 },
  );
  const incomplete = newSubmission('b2b-onboarding');
  await twin.addFaults(lostAnswer('finish-rollback', journalOf(onboardingIdOf(incomplete))));
  expect(await twin.onboard(incomplete)).toEqual({
    onboardingId: onboardingIdOf(incomplete),
    status: 'FAILED',
    error: 'RollbackIncomplete',
    states: statesUntilUndone(incomplete, 'CredentialDelivery'),
  });

  // Stopped by hand.
  const stopped = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  await twin.post(stopped);
  await waitsForTask(onboardingIdOf(stopped));
  await twin.aws.stepFunctions.send(
    new StopExecutionCommand({ executionArn: executionArnOf(onboardingIdOf(stopped)) }),
  );
  await statusBecomes(onboardingIdOf(stopped), 'Stopped');

  // A company whose name looks like another one's: the operators are told.
  for (const company of ['Ocean Data', '0cean Data']) {
    const similar = newSubmission('b2b-user', { company });
    expect(await twin.onboard(similar)).toEqual(doneEnd(similar));
  }

  // A mail that bounces, and a request that was recorded but not started.
  const bounced = newSubmission('b2b-onboarding', { email: 'bounce@simulator.amazonses.com' });
  await twin.addFaults(lostAnswer('mail-events', journalOf(onboardingIdOf(bounced))));
  expect(await twin.onboard(bounced)).toEqual(doneEnd(bounced));
  const forgotten = newSubmission('b2b-onboarding');
  await twin.addFaults({
    service: 'stepfunctions',
    operation: 'StartExecution',
    mode: 'fail-before',
    times: 3,
  });
  await twin.post(forgotten);
  await twin.moveClock(120);
  await operator('onboarding-sweep', {});
  expect(await twin.ended(onboardingIdOf(forgotten))).toEqual(doneEnd(forgotten));

  const lateUser = ofAnotherProduct.variables['user_id'] ?? '';
  await leavesAndReturns(lateUser);
  // A user whose record is missing, as an earlier version has left it.
  await tableAt(twin.urls.aws).delete({ pk: `USER#${lateUser}`, sk: 'USER' });
  await operator('user-sweep', {});
  await recordsAreManaged(twin, picked.client_id, lateUser);

  // Operators read records and suspend a client. This flushes the authorizer's cache at once, and again
  // later.
  const ada = await operatorNamed(twin.urls.gateway, 'operator', 'ada');
  const {
    items: [some],
  } = z
    .object({ items: z.array(z.object({ clientId: z.string() })) })
    .parse((await ada('GET /operator/clients?limit=1')).body);
  expect(await ada('POST /operator/explain', { body: { evaluationId } })).toMatchObject({
    body: { evaluation: { rule: 'address' } },
  });
  const {
    headers: { etag: ifMatch = '' },
  } = await ada(`GET /operator/clients/${some?.clientId ?? ''}`);
  expect(
    await ada(`POST /operator/clients/${some?.clientId ?? ''}/transitions`, {
      ifMatch,
      body: { to: 'suspended', why: 'to see it work' },
    }),
  ).toMatchObject({ status: 200, body: { cacheFlushed: true } });
  await twin.moveClock(150);
  await eventually(
    async () =>
      (await uses()).some(
        ({ role, action, used }) =>
          role === 'sallyport-dev-AuthorizerFlushRole' && action === 'apigateway:DELETE' && used > 0,
      ) || undefined,
  );

  // A vendor is down. The ticket and the operators are told that a request waits.
  const waits = newSubmission('b2b-onboarding');
  await twin.addFaults({ service: 'okta', operation: 'CreateUser', mode: 'fail-before', times: 100_000 });
  await twin.post(waits);
  await eventually(
    async () =>
      (await twin.history(onboardingIdOf(waits))).some(({ type }) => type === 'TaskFailed') || undefined,
  );
  for (const seconds of [600, 26 * 3600]) {
    await twin.moveClock(seconds);
    await operator('onboarding-sweep', {});
  }
  await twin.clearFaults();

  // Users who were rolled back are forgotten in the end.
  await twin.moveClock(91 * 86_400);
  await operator('onboarding-sweep', {});
  await operator('user-sweep', {});

  const unused = (await uses())
    .filter(({ used }) => used === 0)
    .map(({ role, action, resource, conditions }) => ({
      role,
      permission: `${action} ${resource}${Object.entries(conditions)
        .flatMap(([operator, keys]) => (operator === 'Null' ? [] : Object.entries(keys)))
        .map(([key, values]) => ` if ${key} is ${values.join(' or ')}`)
        .join('')}`,
    }));
  expect(unused.filter(({ permission }) => !explained.some((each) => each.unused.test(permission)))).toEqual(
    [],
  );
  // KMS reports the fault above in this way. Nothing else was denied.
  expect(twin.log().match(/"operation":"\w+","detail":"AccessDenied\w*"/gu)).toEqual([
    '"operation":"GenerateMac","detail":"AccessDeniedException"',
  ]);
  for (const { unused: pattern, why } of explained) {
    expect(
      unused.some(({ permission }) => pattern.test(permission)),
      why,
    ).toBe(true);
  }
});
