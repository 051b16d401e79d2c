import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSecretOpener, createSecretSealer } from '../../adapters/aws/kms-secrets.ts';
import { Defect } from '../../core/errors.ts';
import { accessKeyIdOf } from '../../local/iam/credentials.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { deployment } from '../support/deployed.ts';
import { awsEnvironment } from '../support/table.ts';

const keyId = 'alias/sallyport-dev-provider-secrets';
let twin: AwsTwin;
beforeAll(async () => {
  twin = await startAwsTwin({ roles: deployment.roles });
});
afterAll(() => twin.stop());

const envOf = (name: string): NodeJS.ProcessEnv => ({
  ...awsEnvironment(twin.url),
  AWS_ACCESS_KEY_ID: accessKeyIdOf(`sallyport-dev-${name}`),
});
const sealer = () => createSecretSealer({ keyId, env: envOf('operator-api') });
const opener = (name = 'sign-in') => createSecretOpener({ keyId, env: envOf(name), attempts: 1 });

// Threat T-122
test('FED-3 a secret opens for the record that it was sealed for, and for no other', async () => {
  const sealed = await sealer().seal('provider-1', 'geheim £ 秘密');
  expect(sealed).not.toContain(Buffer.from('geheim').toString('base64').slice(0, 6));
  expect(await opener().open('provider-1', sealed)).toBe('geheim £ 秘密');
  await expect(opener().open('provider-2', sealed)).rejects.toBeInstanceOf(Defect);
  const other = Buffer.from(sealed, 'base64');
  other[20] = (other[20] ?? 0) ^ 1;
  await expect(opener().open('provider-1', other.toString('base64'))).rejects.toBeInstanceOf(Defect);
});

// Failure F-86
test('FED-3 the same secret is sealed differently each time', async () => {
  expect(await sealer().seal('provider-1', 'a')).not.toBe(await sealer().seal('provider-1', 'a'));
});

test.each(['operator-api', 'token', 'authorizer'])('FED-3 %s cannot open it', async (name) => {
  const sealed = await sealer().seal('provider-1', 'a');
  await expect(opener(name).open('provider-1', sealed)).rejects.toBeInstanceOf(Defect);
});
