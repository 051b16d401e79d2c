import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { callJson, usualLimits } from '../../adapters/http/json-call.ts';
import { createJwkSigner } from '../../adapters/okta/assertion-signer.ts';
import { createPasswordLogin } from '../../adapters/okta/password-login.ts';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import { NotFound, StepError } from '../../core/errors.ts';
import type { UserDirectory } from '../../core/access/ports.ts';
import { fixedSecret } from '../../core/secrets/cached-secret.ts';
import { problemOf } from './problems.ts';
import { resourcesOf } from './stack.ts';
import { readSecrets, type SecretValues } from './stage-secrets.ts';
import type { BootstrapContext, Findings, HandOver, StepProblem, BootstrapStep } from './step.ts';

/** Sallyport's three applications in Okta, each with a key of its own. */
const applications = [
  {
    idParameter: 'clientId',
    member: 'oktaPrivateKey',
    keyParameter: 'managerKey',
    kmsKey: 'OktaManagerKey',
    is: 'the API Services application that manages users',
  },
  {
    idParameter: 'readerClientId',
    member: 'oktaReaderKey',
    keyParameter: 'readerKey',
    kmsKey: 'OktaReaderKey',
    is: 'the API Services application that looks users up',
  },
  {
    idParameter: 'loginClientId',
    member: 'oktaLoginKey',
    keyParameter: 'loginKey',
    kmsKey: 'OktaLoginKey',
    is: 'the native application of the password grant',
  },
] as const;
type Application = (typeof applications)[number];

/** Checks, before anything is created, that Okta is reachable and accepts the existing keys. */
export const okta: BootstrapStep = {
  name: 'okta',
  check: async (context) => {
    const { facts, problems, handOvers } = await lookAtOkta(context, {
      ...givenKeys(context),
      ...(await readSecrets(context)),
    });
    // Registering keys is left to the step `hand-over`, when everything else that others must do is known.
    return { facts, problems, warnings: handOvers.map(({ what }) => what) };
  },
};

/** Checks whether Okta accepts the applications and their keys. */
export async function lookAtOkta(
  context: BootstrapContext,
  secrets: SecretValues,
): Promise<Required<Pick<Findings, 'facts' | 'problems' | 'handOvers'>>> {
  const {
    parameters: {
      okta: { url },
    },
  } = context;
  const unreachable = await problemOfOrg(url);
  if (unreachable !== undefined) return { facts: [], problems: [unreachable], handOvers: [] };

  const facts = [`${url} answers`];
  const problems: StepProblem[] = [];
  const handOvers: HandOver[] = [];
  for (const application of applications) {
    const clientId = context.parameters.okta[application.idParameter];
    const key = secrets[application.member];
    // Without the password grant, this application does not exist.
    if (clientId === undefined) continue;
    if (key === undefined) {
      facts.push(`the application ${clientId} is looked at once it has a key`);
      continue;
    }
    try {
      problems.push(...(await problemsOf(context, application, key)));
      facts.push(`Okta takes the key of ${clientId}, ${application.is}`);
    } catch (error) {
      if (isUnknownClient(error)) handOvers.push(registerKey(clientId, application, publicJwk(key)));
      else problems.push(problemOf(error));
    }
  }
  return { facts, problems, handOvers };
}

/** Uses the application as Sallyport does. Returns what Okta lacks. */
async function problemsOf(
  context: BootstrapContext,
  { member }: Application,
  key: JWK,
): Promise<readonly StepProblem[]> {
  const {
    parameters: {
      okta: { url, readerClientId, loginClientId = '' },
    },
    catalogue,
    clock,
  } = context;
  const signer = createJwkSigner(fixedSecret(key));
  switch (member) {
    case 'oktaPrivateKey':
      return missingGroups(
        managingDirectory(context, key),
        Object.values(catalogue.products).map(({ group }) => group),
      );
    case 'oktaReaderKey':
      await createUserDirectory({
        orgUrl: url,
        clientId: readerClientId,
        signer,
        clock,
        rights: 'reader',
      }).findByLogin('sallyport.nobody');
      return [];
    case 'oktaLoginKey':
      // Nobody has this login. Okta first authenticates the application, and then reports an unknown user.
      await createPasswordLogin({ orgUrl: url, clientId: loginClientId, signer, clock }).verify(
        'sallyport.nobody',
        'no-password',
      );
      return [];
  }
}

/** Creates the user directory that the onboarding steps use. */
export function managingDirectory(
  {
    parameters: {
      okta: { url, clientId },
    },
    clock,
  }: BootstrapContext,
  key: JWK,
): UserDirectory {
  return createUserDirectory({ orgUrl: url, clientId, signer: createJwkSigner(fixedSecret(key)), clock });
}

async function missingGroups(
  directory: UserDirectory,
  groups: readonly string[],
): Promise<readonly StepProblem[]> {
  const problems: StepProblem[] = [];
  for (const group of new Set(groups)) {
    try {
      await directory.groupIdByName(group);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      problems.push({
        what: `Okta has no group "${group}".`,
        remedy: 'Create it as an Okta group under exactly this name, or correct catalogue.yml.',
      });
    }
  }
  return problems;
}

/** Returns whether Okta does not know the application, or not this key of it. */
const isUnknownClient = (error: unknown): boolean =>
  error instanceof StepError && (/\binvalid_client\b/u.test(error.detail) || isUnknownClient(error.cause));

function registerKey(clientId: string, { is }: Application, key: JWK): HandOver {
  return {
    what: `Okta does not take the key of ${clientId}, ${is}. Its administrator adds this one under Public keys, Add key:`,
    lines: [JSON.stringify(key)],
  };
}

const publicJwk = ({ kty, n, e, kid }: JWK): JWK => ({ kty, n, e, kid, use: 'sig', alg: 'RS256' }) as JWK;

/**
 * Returns the public halves of the stage's keys in KMS. Whether Okta accepts them is not checked, because
 * that would require permission to sign with them. The smoke test shows it.
 */
export async function kmsKeys(context: BootstrapContext): Promise<readonly HandOver[]> {
  const owned = await resourcesOf(context, context.stack);
  const handOvers: HandOver[] = [];
  for (const application of applications) {
    const keyId = owned.get(application.kmsKey)?.physicalId;
    const clientId = context.parameters.okta[application.idParameter];
    if (keyId === undefined || clientId === undefined) continue;
    const { PublicKey = new Uint8Array() } = await context.aws.kms.send(
      new GetPublicKeyCommand({ KeyId: keyId }),
    );
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }).export({
      format: 'jwk',
    });
    handOvers.push({
      what: `The public key of ${clientId}, ${application.is}, for Okta's Public keys, Add key:`,
      lines: [JSON.stringify({ ...key, kid: keyId, use: 'sig', alg: 'RS256' })],
    });
  }
  return handOvers;
}

function givenKeys({ parameters }: BootstrapContext): SecretValues {
  return Object.fromEntries(
    applications.flatMap(({ member, keyParameter }) => {
      const key = parameters.okta[keyParameter];
      return key === undefined ? [] : [[member, key]];
    }),
  );
}

/** Returns the problem if the org cannot be reached. Any answer of the org is sufficient. */
async function problemOfOrg(url: string): Promise<StepProblem | undefined> {
  try {
    const request = {
      service: 'okta',
      operation: 'GetMetadata',
      method: 'GET',
      headers: {},
      changes: false,
    } as const;
    await callJson({ ...request, url: `${url}/.well-known/openid-configuration` }, usualLimits);
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
