import {
  CreateSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { generateKeyPair, randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { lookAtSecret, type Member, type StageSecret, stageSecrets } from './stage-secrets.ts';
import type { BootstrapContext, BootstrapStep } from './step.ts';

/** Creates the stage's keys and secrets, in Secrets Manager only. Existing values are kept. */
export const secrets: BootstrapStep = {
  name: 'secrets',
  check: async (context) => {
    const all = stageSecrets(context.stack, context.parameters.okta);
    const changes = (await Promise.all(all.map((secret) => changeOf(context, secret)))).filter(
      (change) => change !== undefined,
    );
    const warnings = (await Promise.all(all.map((secret) => differenceOf(context, secret)))).filter(
      (difference) => difference !== undefined,
    );
    if (changes.length > 0) return { changes, warnings };
    return { facts: [`${all.length} secrets are there: ${all.map(({ id }) => id).join(', ')}`], warnings };
  },
  run: async (context) => {
    const done: string[] = [];
    for (const secret of stageSecrets(context.stack, context.parameters.okta)) {
      if ((await changeOf(context, secret)) === undefined) continue;
      await write(context, secret);
      done.push(`the secret ${secret.id} holds ${secret.member}`);
    }
    return done;
  },
};

async function changeOf(context: BootstrapContext, { id, member }: StageSecret): Promise<string | undefined> {
  const { state, content } = await lookAtSecret(context, id);
  const given = givenBy(context, member);
  if (state === 'missing') {
    return `create the secret ${id} with ${given === undefined ? 'a new' : 'the given'} ${member}`;
  }
  if (state === 'deleted') return `restore the secret ${id}, which waits for its deletion`;
  return content[member] === undefined ? `put ${member} into the secret ${id}` : undefined;
}

/**
 * Returns a warning if a secret differs from the parameter file. The secret takes precedence, because it may
 * have been changed later.
 */
async function differenceOf(
  context: BootstrapContext,
  { id, member }: StageSecret,
): Promise<string | undefined> {
  const { content } = await lookAtSecret(context, id);
  const given = givenBy(context, member);
  if (given === undefined || content[member] === undefined || given === content[member]) return undefined;
  return `The secret ${id} holds another ${member} than the parameter file, and counts. To change it: docs/deploy.md, "Changing keys and secrets".`;
}

async function write(context: BootstrapContext, { id, member }: StageSecret): Promise<void> {
  const {
    aws,
    parameters: { stage },
  } = context;
  const { state } = await lookAtSecret(context, id);
  if (state === 'deleted') await aws.secrets.send(new RestoreSecretCommand({ SecretId: id }));
  const { content } = await lookAtSecret(context, id);
  const text = JSON.stringify({ [member]: givenBy(context, member) ?? (await newValue(member)), ...content });
  if (state === 'missing') {
    const tags = [
      { Key: 'service', Value: 'sallyport' },
      { Key: 'stage', Value: stage },
    ];
    await aws.secrets.send(new CreateSecretCommand({ Name: id, SecretString: text, Tags: tags }));
  } else {
    await aws.secrets.send(new PutSecretValueCommand({ SecretId: id, SecretString: text }));
  }
}

/** Returns the value that the parameter file gives for a secret. */
function givenBy({ parameters: { okta, servicenow } }: BootstrapContext, member: Member): string | undefined {
  const keyText = (key: object | undefined): string | undefined =>
    key === undefined ? undefined : JSON.stringify(key);
  switch (member) {
    case 'servicenowWebhookSecret':
    case 'oktaEventSecret':
      return undefined;
    case 'servicenowClientSecret':
      return servicenow.clientSecret;
    case 'oktaPrivateKey':
      return keyText(okta.managerKey);
    case 'oktaReaderKey':
      return keyText(okta.readerKey);
    case 'oktaLoginKey':
      return keyText(okta.loginKey);
  }
}

async function newValue(member: Member): Promise<string> {
  if (member === 'servicenowWebhookSecret') return `whsec_${randomBytes(32).toString('base64')}`;
  if (member === 'oktaEventSecret') return randomBytes(32).toString('base64url');
  // Okta identifies the public half by this `kid`.
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return JSON.stringify({
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    use: 'sig',
    alg: 'RS256',
  });
}
