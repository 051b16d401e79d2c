import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { Store } from '../kernel/store.ts';
import { operation } from './operation.ts';
import { arnOf, AwsError, type AwsService } from './service.ts';

/** The deployment's secrets: JSON text by secret name. */
export type InitialSecrets = Readonly<Record<string, string>>;

interface Version {
  readonly id: string;
  readonly text: string;
  readonly createdAt: string;
  readonly stages: readonly string[];
}

interface Secret {
  readonly name: string;
  /**
   * The initial value at the twin's last start. If the next start brings another one, it becomes a new
   * version.
   */
  readonly initial?: string;
  readonly versions: readonly Version[];
}

/**
 * Returns the ARN of a secret. Secrets Manager appends six random characters; the twin derives them from the
 * name.
 */
export function secretArn(nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  const suffix = createHash('sha256')
    .update(nameOrArn)
    .digest('base64')
    .replaceAll(/[^a-zA-Z0-9]/gu, '')
    .slice(0, 6);
  return arnOf('secretsmanager', `secret:${nameOrArn}-${suffix}`);
}

const text = z.string().min(1).max(65_536);
const secretId = z.string().min(1).max(2048);
/** The only filter that the twin supports is the one by name prefix. */
const listRequest = z.object({
  Filters: z
    .array(z.strictObject({ Key: z.literal('name'), Values: z.array(z.string()).min(1) }))
    .default([]),
});
const [current, previous] = ['AWSCURRENT', 'AWSPREVIOUS'];

export interface SecretsManager {
  readonly service: AwsService;
  /** Returns the current text of a secret. */
  textOf(name: string): string | undefined;
}

/**
 * Creates Secrets Manager with the operations that functions read with and that rotation with the AWS CLI
 * needs.
 */
export function createSecretsManager(
  store: Store,
  clock: Clock,
  initial: InitialSecrets = {},
): SecretsManager {
  const secrets = store.collection<Secret>('secrets');

  const withVersion = (secret: Secret, value: string, id: string = randomUUID()): Secret => ({
    ...secret,
    versions: [
      { id, text: value, createdAt: clock.now().toISOString(), stages: [current] },
      ...secret.versions.map((version) => ({
        ...version,
        stages: version.stages.includes(current) ? [previous] : [],
      })),
    ].filter(({ stages }) => stages.length > 0),
  });
  for (const [name, value] of Object.entries(initial)) {
    const known = secrets.get(name);
    if (known?.initial !== value) {
      secrets.put(name, { ...withVersion(known ?? { name, versions: [] }, value), initial: value });
    }
  }

  const find = (id: string): Secret => {
    const found = secrets.get(id) ?? secrets.all().find(({ name }) => secretArn(name) === id);
    if (found === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return found;
  };
  const versionOf = ({ versions }: Secret, stage: string, id?: string): Version => {
    const found = versions.find((version) =>
      id === undefined ? version.stages.includes(stage) : version.id === id,
    );
    if (found !== undefined) return found;
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`}`,
    );
  };
  const named = (secret: Secret) => ({ ARN: secretArn(secret.name), Name: secret.name });
  const put = (secret: Secret, value: string, token?: string): object => {
    const changed = withVersion(secret, value, token);
    secrets.put(secret.name, changed);
    return { ...named(secret), VersionId: versionOf(changed, current).id };
  };
  const described = (secret: Secret) => ({
    ...named(secret),
    VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages])),
  });

  const service: AwsService = {
    name: 'secretsmanager',
    operations: {
      GetSecretValue: operation(
        z.object({
          SecretId: secretId,
          VersionId: z.string().optional(),
          VersionStage: z.string().default(current),
        }),
        ({ SecretId, VersionId, VersionStage }) => {
          const secret = find(SecretId);
          const { id, text: SecretString, stages, createdAt } = versionOf(secret, VersionStage, VersionId);
          return {
            ...named(secret),
            VersionId: id,
            SecretString,
            VersionStages: stages,
            CreatedDate: new Date(createdAt),
          };
        },
      ),

      PutSecretValue: operation(
        z.object({ SecretId: secretId, SecretString: text, ClientRequestToken: z.string().optional() }),
        ({ SecretId, SecretString, ClientRequestToken }) => ({
          ...put(find(SecretId), SecretString, ClientRequestToken),
          VersionStages: [current],
        }),
      ),

      UpdateSecret: operation(
        z.object({ SecretId: secretId, SecretString: text, ClientRequestToken: z.string().optional() }),
        ({ SecretId, SecretString, ClientRequestToken }) =>
          put(find(SecretId), SecretString, ClientRequestToken),
      ),

      UpdateSecretVersionStage: operation(
        z.object({
          SecretId: secretId,
          VersionStage: z.string(),
          MoveToVersionId: z.string(),
          RemoveFromVersionId: z.string().optional(),
        }),
        ({ SecretId, VersionStage, MoveToVersionId }) => {
          const secret = find(SecretId);
          versionOf(secret, VersionStage, MoveToVersionId);
          const versions = secret.versions.map((version) => {
            if (version.id === MoveToVersionId) return { ...version, stages: [VersionStage] };
            return {
              ...version,
              stages:
                VersionStage === current && version.stages.includes(current) ? [previous] : version.stages,
            };
          });
          secrets.put(secret.name, { ...secret, versions });
          return named(secret);
        },
      ),

      CreateSecret: operation(
        z.object({ Name: secretId, SecretString: text, ClientRequestToken: z.string().optional() }),
        ({ Name, SecretString, ClientRequestToken }) => {
          if (secrets.get(Name) !== undefined) {
            throw new AwsError(
              'ResourceExistsException',
              `The operation failed because the secret ${Name} already exists.`,
            );
          }
          return put({ name: Name, versions: [] }, SecretString, ClientRequestToken);
        },
      ),

      DeleteSecret: operation(z.object({ SecretId: secretId }), ({ SecretId }) => {
        const secret = find(SecretId);
        secrets.delete(secret.name);
        return { ...named(secret), DeletionDate: clock.now() };
      }),

      DescribeSecret: operation(z.object({ SecretId: secretId }), ({ SecretId }) =>
        described(find(SecretId)),
      ),

      ListSecrets: operation(listRequest, ({ Filters }) => ({
        SecretList: secrets
          .all()
          .filter(({ name }) => Filters.every(({ Values }) => Values.some((start) => name.startsWith(start))))
          .map(described),
      })),
    },
  };
  return {
    service,
    textOf: (name) => secrets.get(name)?.versions.find(({ stages }) => stages.includes(current))?.text,
  };
}
