import { createServer, type Server, type ServerResponse } from 'node:http';
import {
  AddUserPoolClientSecretCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { createClientSecrets } from '../../adapters/aws/cognito-client-secrets.ts';
import { codeTable } from '../../adapters/aws/error-table.ts';
import { awsCalls } from '../../adapters/aws/errors.ts';
import { Conflict, Defect, OutcomeUnknown, Rejected, Throttled, Unavailable } from '../../core/errors.ts';

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'nothing in it': (response) => response.end('{}'),
  'a page with 503': (response) => response.writeHead(503).end('<html>'),
  'a page with 429': (response) => response.writeHead(429).end('<html>'),
  'a page with 403': (response) => response.writeHead(403).end('<html>'),
  'a page with 404': (response) => response.writeHead(404).end('<html>'),
  'a page with 409': (response) => response.writeHead(409).end('<html>'),
  'an empty 403': (response) => response.writeHead(403).end(),
  'half a secret': (response) => response.end('{"ClientSecretDescriptor":{"ClientSecretValue":"s3cr3t'),
  'a secret and then a broken connection': (response) => {
    response.writeHead(200, { 'content-length': 500 });
    response.write('{"ClientSecretDescriptor":{"ClientSecretValue":"s3cr3t"', () => response.destroy());
  },
};

describe("what becomes of AWS's errors", () => {
  let next = '';
  let server: Server;
  let client: CognitoIdentityProviderClient;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => answers[next]?.(response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    client = new CognitoIdentityProviderClient({
      ...clientSettings({ maxAttempts: 1 }),
      region: 'eu-west-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      endpoint: `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`,
    });
  });
  afterAll(() => {
    client.destroy();
    server.close();
  });

  it.each([
    ['nothing in it', OutcomeUnknown, Unavailable, 'incomplete answer'],
    ['a page with 503', OutcomeUnknown, Unavailable, 'HTTP 503'],
    ['a page with 429', Throttled, Throttled, 'HTTP 429'],
    ['a page with 403', Defect, Defect, 'HTTP 403'],
    // Somebody in between does not know: that says nothing about what was asked for.
    ['a page with 404', Defect, Defect, 'HTTP 404'],
    ['a page with 409', Conflict, Conflict, 'HTTP 409'],
    ['an empty 403', Defect, Defect, 'HTTP 403'],
    ['half a secret', OutcomeUnknown, Unavailable, 'unreadable answer'],
    ['a secret and then a broken connection', OutcomeUnknown, Unavailable, 'unreadable answer'],
  ])(
    'an answer with %s has its errors for an effect and for a read',
    async (answer, Effect, Read, detail) => {
      next = answer;
      const secrets = createClientSecrets({ client, userPoolId: 'eu-west-1_x' });
      await expect(secrets.add('client')).rejects.toThrow(
        new Effect({ service: 'cognito', operation: 'AddUserPoolClientSecret', detail }),
      );
      await expect(secrets.list('client')).rejects.toThrow(
        new Read({ service: 'cognito', operation: 'ListUserPoolClientSecrets', detail }),
      );
    },
  );

  it('a list that is not in the answer is not an empty list', async () => {
    next = 'nothing in it';
    await expect(
      createClientRegistry({ client, userPoolId: 'eu-west-1_x' }).findByName('onb-1'),
    ).rejects.toThrow(
      new Unavailable({ service: 'cognito', operation: 'ListUserPoolClients', detail: 'incomplete answer' }),
    );
  });

  it.each(['half a secret', 'a secret and then a broken connection'])(
    'after %s, the error holds none of it',
    async (answer) => {
      next = answer;
      const raw: unknown = await client
        .send(new AddUserPoolClientSecretCommand({ UserPoolId: 'eu-west-1_x', ClientId: 'client' }))
        .catch((error: unknown) => error);
      expect(raw).toHaveProperty('$response');
      const error: unknown = await createClientSecrets({ client, userPoolId: 'eu-west-1_x' })
        .add('client')
        .catch((thrown: unknown) => thrown);
      expect(error).toEqual(
        new OutcomeUnknown({
          service: 'cognito',
          operation: 'AddUserPoolClientSecret',
          detail: 'unreadable answer',
        }),
      );
      expect(error).toHaveProperty('cause', undefined);
    },
  );

  it.each(codeTable)(
    '$code of $service, $says, is $means',
    async ({ code, service, onlyOf: operation = 'Operation', says, means }) => {
      const words = says?.source ?? "the vendor's words";
      const thrown = Object.assign(new Error(words), {
        name: code,
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
      });
      await expect(
        awsCalls(service === 'any' ? 'apigateway' : service).effect(operation, () => Promise.reject(thrown)),
      ).rejects.toMatchObject({
        name: means,
        service: service === 'any' ? 'apigateway' : service,
        operation,
        detail: code,
        cause: thrown,
      });
    },
  );

  it('a code means something only where its service says it', async () => {
    const thrown = Object.assign(new Error(), {
      name: 'LimitExceededException',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(awsCalls('cognito').effect('Operation', () => Promise.reject(thrown))).rejects.toThrow(
      new Defect({ service: 'cognito', operation: 'Operation', detail: 'LimitExceededException' }),
    );
    await expect(awsCalls('apigateway').effect('Operation', () => Promise.reject(thrown))).rejects.toThrow(
      new Throttled({ service: 'apigateway', operation: 'Operation', detail: 'LimitExceededException' }),
    );
  });

  it.each([
    [
      'Email address is not verified. The following identities failed the check in region EU-WEST-1: a@b.example',
      Defect,
    ],
    ['Sending suspended for this account.', Defect],
    ['Sending paused for this account.', Defect],
    ['Transaction failed: Invalid domain name.', Rejected],
  ])('a mail that is refused with "%s" is %o', async (words, ErrorClass) => {
    const thrown = Object.assign(new Error(words), {
      name: 'MessageRejected',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(awsCalls('ses').effect('SendEmail', () => Promise.reject(thrown))).rejects.toThrow(
      new ErrorClass({ service: 'ses', operation: 'SendEmail', detail: 'MessageRejected' }),
    );
  });

  it('a fault of our own making stays what it is', async () => {
    const mistake = new TypeError('not a function');
    await expect(awsCalls('kms').read('Operation', () => Promise.reject(mistake))).rejects.toBe(mistake);
  });
});
