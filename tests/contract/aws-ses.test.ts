import { GetSendQuotaCommand, SendEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMailer } from '../../adapters/aws/ses-mailer.ts';
import { Rejected } from '../../core/errors.ts';
import { openInbox } from '../../local/kernel/inbox.ts';
import type { SendEvent } from '../../local/aws/ses.ts';
import { type AwsTwin, effectUnderFault, errorUnderFault, startAwsTwin } from '../support/aws-twin.ts';

describe('WF-8 the mailer, against the twin', () => {
  const events: SendEvent[] = [];
  let twin: AwsTwin;
  let client: SESClient;
  const mailer = () => createMailer({ client, configurationSet: 'sallyport-dev' });
  const mail = {
    from: 'Credit Reports <no-reply@credit.example>',
    to: 'api-team@acme.example',
    subject: 'Zugang für „Łódź" 🚀',
    text: 'Grüße & <mehr>',
    html: '<p>Grüße &amp; mehr</p>',
    tags: { onboarding: 'onb-1', link: '1' },
  };

  beforeAll(async () => {
    twin = await startAwsTwin({
      onSend: (event) => void events.push(event),
      configurationSets: ['sallyport-dev'],
    });
    client = new SESClient(twin.client);
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  it('sends in UTF-8, with tags, and SES tells that it did', async () => {
    const sentLast24Hours = async () => (await client.send(new GetSendQuotaCommand({}))).SentLast24Hours ?? 0;
    const before = await sentLast24Hours();
    const { messageId } = await mailer().send(mail);
    expect(openInbox(twin.store).get(messageId)).toEqual({
      source: 'ses',
      ...mail,
      sentAt: openInbox(twin.store).get(messageId)?.sentAt,
    });
    expect(events.filter((event) => event.messageId === messageId)).toEqual([
      { messageId, tags: mail.tags, recipients: [mail.to] },
    ]);
    expect(await sentLast24Hours()).toBe(before + 1);
  });

  it.each([
    [
      'letters of other scripts',
      'Crédit Łódź <a@b.example>',
      '=?UTF-8?B?Q3LDqWRpdCDFgcOzZMW6?= <a@b.example>',
    ],
    [
      'what would end the header',
      'A\r\nBcc: x@y.example <a@b.example>',
      '=?UTF-8?B?QQ0KQmNjOiB4QHkuZXhhbXBsZQ==?= <a@b.example>',
    ],
    ['quotes', 'Smith "& Sons" <a@b.example>', '=?UTF-8?B?U21pdGggIiYgU29ucyI=?= <a@b.example>'],
    ['no name', 'a@b.example', 'a@b.example'],
    ['an empty name', '<a@b.example>', 'a@b.example'],
  ])("a sender's name with %s", async (_case, from, sent) => {
    const { messageId } = await mailer().send({ ...mail, from });
    expect(openInbox(twin.store).get(messageId)?.from).toBe(sent);
  });

  it("a long sender's name becomes several words of at most 75 characters, none of which splits a character", async () => {
    const name = '🚀'.repeat(30);
    const { messageId } = await mailer().send({ ...mail, from: `${name} <a@b.example>` });
    const words = (openInbox(twin.store).get(messageId)?.from ?? '').split(' ').slice(0, -1);
    expect(words.map((word) => word.length <= 75)).toEqual([true, true, true]);
    expect(words.map((word) => Buffer.from(word.slice(10, -2), 'base64').toString()).join('')).toBe(name);
  });

  it('a tag that SES would not take is Rejected', async () => {
    await expect(mailer().send({ ...mail, tags: { 'not allowed': 'x' } })).rejects.toThrow(
      new Rejected({ service: 'ses', operation: 'SendEmail', detail: 'InvalidParameterValue' }),
    );
  });

  it('a configuration set that is not there is refused, and nothing is sent', async () => {
    const before = openInbox(twin.store).all().length;
    const send = (ConfigurationSetName: string) =>
      client.send(
        new SendEmailCommand({
          Source: 'a@b.example',
          Destination: { ToAddresses: [mail.to] },
          Message: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } },
          ConfigurationSetName,
        }),
      );
    await expect(send('sallyport-uat')).rejects.toMatchObject({
      name: 'ConfigurationSetDoesNotExistException',
      message: 'Configuration set <sallyport-uat> does not exist.',
      $metadata: { httpStatusCode: 400 },
    });
    expect(openInbox(twin.store).all().length).toBe(before);
    await send('sallyport-dev');
    expect(openInbox(twin.store).all().length).toBe(before + 1);
  });

  it('mail without tags is sent too', async () => {
    const { messageId } = await mailer().send({ ...mail, tags: {} });
    expect(openInbox(twin.store).get(messageId)?.tags).toEqual({});
  });

  // What SES refuses by its own word is the mail, and of that the requester has named the address.
  const underFault = effectUnderFault.map(
    ([mode, name]) => [mode, mode === 'reject' ? 'Rejected' : name] as const,
  );
  it.each(underFault)('sending under %s is %s', async (mode, name) => {
    const before = openInbox(twin.store).all().length;
    twin.faults.add([{ service: 'ses', operation: 'SendEmail', mode, times: 1 }]);
    await expect(mailer().send(mail)).rejects.toThrow(errorUnderFault(name, 'ses', 'SendEmail', mode));
    const happened = mode === 'fail-after' || mode === 'garbage' || mode === 'crash';
    expect(openInbox(twin.store).all().length).toBe(before + (happened ? 1 : 0));
  });
});
