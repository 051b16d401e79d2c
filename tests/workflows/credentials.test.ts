import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { postWebhook, webhookSecret } from '../../clients/webhook.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import {
  type OnboardingTwin,
  type OnboardingTwinOptions,
  startOnboardingTwin,
} from './support/onboarding-twin.ts';
import { newSubmission } from './support/requests.ts';
import { changeIdentities, newPrivateJwk, putSecret, deleteSecret, usesOf } from './support/secrets.ts';

async function startTwinForThisTest(options: OnboardingTwinOptions): Promise<OnboardingTwin> {
  const twin = await startOnboardingTwin(options);
  onTestFinished(() => twin.stop());
  return twin;
}
const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const text = (value: unknown): string => JSON.stringify(value);

describe('X-7 credentials change while the functions run', () => {
  /** For two tests: one changes the credentials of Okta and ServiceNow, the other one those of the webhook. */
  let twin: OnboardingTwin;
  beforeAll(async () => {
    twin = await startOnboardingTwin();
  });
  afterAll(() => twin.stop());

  // Threat T-82
  test('those of Okta and ServiceNow: the next refusal has them read again, and nothing fails', async () => {
    const before = newSubmission('b2b-onboarding');
    expect(await twin.onboard(before)).toEqual(doneEnd(before));
    const readBefore = await usesOf(twin.urls, 'secretsmanager:GetSecretValue');

    const [oktaPrivateKey, oktaReaderKey] = await Promise.all([
      newPrivateJwk('manager-2'),
      newPrivateJwk('reader-2'),
    ]);
    await changeIdentities(twin.urls, {
      oktaPrivateKey,
      oktaReaderKey,
      servicenowClientId: 'successor',
      servicenowClientSecret: 'changed',
    });
    await putSecret(twin.urls, 'okta-manager', { oktaPrivateKey: text(oktaPrivateKey) });
    await putSecret(twin.urls, 'okta-reader', { oktaReaderKey: text(oktaReaderKey) });
    await putSecret(twin.urls, 'servicenow', {
      servicenowClientId: 'successor',
      servicenowClientSecret: 'changed',
    });

    const after = newSubmission('b2b-onboarding');
    expect(await twin.onboard(after)).toEqual(doneEnd(after));
    expect(twin.log()).not.toContain('step_failed');
    const readAfter = await usesOf(twin.urls, 'secretsmanager:GetSecretValue');
    const once = Object.fromEntries(
      Object.entries(readBefore).map(([role, used]) => [
        role,
        used > 0 && !/^(?:ServicenowWebhook|OktaEvents)Role /u.test(role) ? used + 1 : used,
      ]),
    );
    expect(readAfter).toEqual(once);
    expect(readBefore).toMatchObject({
      'RequestIntakeRole sallyport-dev/okta-reader': 1,
      'OktaProfileRole sallyport-dev/okta-manager': 1,
      'TicketReportRole sallyport-dev/servicenow': 1,
    });
  });

  test('credentials that neither side takes any more fail, and are read again at most once a minute', async () => {
    const hurried = await startTwinForThisTest({ timeScale: 100 });
    const before = newSubmission('b2b-onboarding');
    expect(await hurried.onboard(before)).toEqual(doneEnd(before));
    await changeIdentities(hurried.urls, { oktaReaderKey: await newPrivateJwk('reader-2') });
    for (let time = 0; time < 2; time += 1) {
      const refused = newSubmission('b2b-onboarding');
      expect(await hurried.onboard(refused)).toEqual(
        rolledBackEnd(refused, 'RequestIntake', { alerted: true }),
      );
    }
    expect(await usesOf(hurried.urls, 'secretsmanager:GetSecretValue')).toMatchObject({
      'RequestIntakeRole sallyport-dev/okta-reader': 2,
    });
  });

  // Threat T-5
  test('the webhook secret: two at once, then the new one; forged webhooks cause one reading', async () => {
    const [forger, next] = [newWebhookSecret(), newWebhookSecret()];
    const statusOf = async (secret?: string): Promise<number> =>
      (await postWebhook(twin.urls.gateway, '{}', secret)).status;
    const reads = async () =>
      (await usesOf(twin.urls, 'secretsmanager:GetSecretValue'))[
        'ServicenowWebhookRole sallyport-dev/webhook'
      ];
    expect(await statusOf()).toBe(400);
    expect(await reads()).toBe(1);
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => statusOf(forger))))).toEqual(
      new Set([401]),
    );
    expect(await reads()).toBe(2);

    await putSecret(twin.urls, 'webhook', { servicenowWebhookSecret: next });
    expect([await statusOf(next), await statusOf()]).toEqual([401, 400]);
    await twin.moveClock(60);
    expect([await statusOf(next), await statusOf()]).toEqual([400, 401]);
    expect(await reads()).toBe(3);

    await putSecret(twin.urls, 'webhook', { servicenowWebhookSecret: webhookSecret() });
    await twin.moveClock(120);
    expect([await statusOf(), await statusOf(next)]).toEqual([400, 401]);
  });
});

describe('X-7 Okta assertions signed by KMS', () => {
  test("create, and take back, without a secret of Okta's anywhere", async () => {
    const twin = await startTwinForThisTest({ environment: { SALLYPORT_OKTA_SIGNING: 'kms' } });
    for (const app of ['manager', 'reader', 'login']) {
      await deleteSecret(twin.urls, `okta-${app}`);
    }
    const submission = newSubmission('b2b-onboarding');
    expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
    await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'reject' });
    const refused = newSubmission('b2b-onboarding');
    expect(await twin.onboard(refused)).toEqual(rolledBackEnd(refused, 'CredentialDelivery'));

    const signed = await usesOf(twin.urls, 'kms:Sign');
    const used = Object.entries(signed)
      .filter(([role, times]) => times > 0 && /Intake|Profile/u.test(role))
      .map(([role]) => role.split(' ')[0])
      .toSorted();
    expect(used).toEqual(['OktaProfileRole', 'RequestIntakeRole']);
    expect(
      Object.keys(await usesOf(twin.urls, 'secretsmanager:GetSecretValue')).filter((role) =>
        /okta-(?:manager|reader|login)/u.test(role),
      ),
    ).toEqual([]);
  });
});
