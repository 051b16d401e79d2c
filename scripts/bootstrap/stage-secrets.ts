import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { JWK } from 'jose';
import * as z from 'zod';
import { unlessMissing } from './aws.ts';
import type { Parameters } from './parameters.ts';
import { privateJwk } from './private-jwk.ts';
import { type BootstrapContext, StepFailed } from './step.ts';

/** A private RSA key as a JWK, in a JSON string inside the secret's JSON, as the functions read it. */
const keyText = z.string().transform((text, context): JWK => {
  const parsed = privateJwk.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  context.addIssue('no private RSA key as a JWK with kid');
  return z.NEVER;
});

const members = {
  servicenowWebhookSecret: z.string().min(1),
  oktaEventSecret: z.string().min(16),
  servicenowClientSecret: z.string().min(1),
  oktaPrivateKey: keyText,
  oktaReaderKey: keyText,
  oktaLoginKey: keyText,
};
export type Member = keyof typeof members;

/** The values of the stage's secrets, as far as they exist. */
export interface SecretValues {
  readonly servicenowWebhookSecret?: string | undefined;
  readonly oktaEventSecret?: string | undefined;
  readonly servicenowClientSecret?: string | undefined;
  /** Present if the secret names a client of its own together with its client secret. */
  readonly servicenowClientId?: string | undefined;
  readonly oktaPrivateKey?: JWK | undefined;
  readonly oktaReaderKey?: JWK | undefined;
  readonly oktaLoginKey?: JWK | undefined;
}

export interface StageSecret {
  /** The secret's id, for example `sallyport-dev/okta-reader`. */
  readonly id: string;
  readonly member: Member;
}

/**
 * Returns the stage's secrets: one for each kind of function, each with one value (docs/adr/0026). With keys
 * in KMS there are none for Okta's applications.
 */
export function stageSecrets(
  stack: string,
  { signing, loginClientId }: Pick<Parameters['okta'], 'signing' | 'loginClientId'>,
): readonly StageSecret[] {
  const secrets: StageSecret[] = [
    { id: `${stack}/webhook`, member: 'servicenowWebhookSecret' },
    { id: `${stack}/servicenow`, member: 'servicenowClientSecret' },
    { id: `${stack}/okta-events`, member: 'oktaEventSecret' },
  ];
  if (signing === 'kms') return secrets;
  secrets.push(
    { id: `${stack}/okta-manager`, member: 'oktaPrivateKey' },
    { id: `${stack}/okta-reader`, member: 'oktaReaderKey' },
  );
  if (loginClientId !== undefined) secrets.push({ id: `${stack}/okta-login`, member: 'oktaLoginKey' });
  return secrets;
}

export interface HeldSecret {
  /** `deleted` means that the secret is scheduled for deletion, and can be restored until then. */
  readonly state: 'missing' | 'deleted' | 'there';
  /** The members of the secret's JSON. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** Reads a secret from Secrets Manager, with its state. */
export async function lookAtSecret({ aws }: Pick<BootstrapContext, 'aws'>, id: string): Promise<HeldSecret> {
  const description = await unlessMissing(aws.secrets.send(new DescribeSecretCommand({ SecretId: id })));
  if (description === undefined) return { state: 'missing', content: {} };
  if (description.DeletedDate !== undefined) return { state: 'deleted', content: {} };
  const { SecretString = '' } =
    (await unlessMissing(aws.secrets.send(new GetSecretValueCommand({ SecretId: id })))) ?? {};
  const content = z.record(z.string(), z.unknown()).safeParse(parseJson(SecretString));
  return { state: 'there', content: content.data ?? {} };
}

/**
 * Reads the values of the stage's secrets.
 * @throws {StepFailed} if one is not usable; its value is not repeated
 */
export async function readSecrets(
  context: Pick<BootstrapContext, 'aws' | 'stack' | 'parameters'>,
): Promise<SecretValues> {
  const { stack, parameters } = context;
  const found = await Promise.all(
    stageSecrets(stack, parameters.okta).map(async ({ id, member }) => {
      const { content } = await lookAtSecret(context, id);
      if (content[member] === undefined) return {};
      const value = members[member].safeParse(content[member]);
      const client = member === 'servicenowClientSecret' && {
        servicenowClientId: content['servicenowClientId'],
      };
      if (value.success) return { [member]: value.data, ...client };
      throw new StepFailed({
        what: `The secret ${id} is not usable: check its member ${member}.`,
        remedy:
          'Mend it in Secrets Manager: docs/deploy.md, "Changing keys and secrets". Or delete it, and run the command again.',
      });
    }),
  );
  return Object.assign({}, ...found) as SecretValues;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
