import * as z from 'zod';
import type { TableDefinition } from '../aws/dynamodb.ts';
import { createKeyLookup, keyArn, type KeyDefinition } from '../aws/kms.ts';
import { secretArn } from '../aws/secrets-manager.ts';
import { arnOf, region } from '../aws/service.ts';
import { unqualified } from '../aws/step-functions/arns.ts';
import { openTaskOwners } from '../aws/step-functions/task-tokens.ts';
import type { Store } from '../kernel/store.ts';
import type { Need } from './role.ts';
import { createTableNeeds } from './table-needs.ts';

/**
 * Returns the ARN of a REST API path, such as `/apikeys`, which API Gateway uses as the resource of its
 * operations.
 */
export const gatewayArn = (path: string): string => `arn:aws:apigateway:${region}::${path}`;

/**
 * Returns the permissions that a request needs, by service (the name that faults use), operation and input.
 * For a REST service, the operation is the HTTP method and the input is the path.
 */
export type NeedsOf = (service: string, operation: string, input: unknown) => readonly Need[];

/** In a query, an empty list is an empty string. */
const addressList = z.union([z.array(z.string()), z.literal('').transform((): string[] => [])]).default([]);
const keyRequest = z.object({ KeyId: z.string() });
const secretRequest = z.object({ SecretId: z.string() });
const poolRequest = z.object({ UserPoolId: z.string() });
const identityPoolRequest = z.object({ IdentityPoolId: z.string() });
const mailRequest = z.object({
  Source: z.string(),
  ConfigurationSetName: z.string().optional(),
  Destination: z.object({ ToAddresses: addressList, CcAddresses: addressList, BccAddresses: addressList }),
});
const eventsRequest = z.object({
  Entries: z.array(
    z.object({
      EventBusName: z.string().default('default'),
      Source: z.string().optional(),
      DetailType: z.string().optional(),
    }),
  ),
});
const machineRequest = z.object({ stateMachineArn: z.string() });
const executionRequest = z.object({ executionArn: z.string(), includedData: z.string().optional() });
const taskRequest = z.object({ taskToken: z.string() });

/**
 * Creates the look-up of needed permissions according to the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/). A request with invalid input needs
 * its action on all resources, because its resource is unknown. A mail without a configuration set uses the
 * first one, which mail domains have as their default.
 */
export function createNeedsOf(
  store: Store,
  {
    tables,
    keys,
    stateMachines = [],
    configurationSets: [defaultConfigurationSet = '*'] = [],
  }: {
    readonly tables: readonly TableDefinition[];
    readonly keys: readonly KeyDefinition[];
    /** The state machines, with the keys that encrypt them. */
    readonly stateMachines?: readonly { readonly keyArn?: string }[];
    readonly configurationSets?: readonly string[];
  },
): NeedsOf {
  const tableNeeds = createTableNeeds(tables);
  const findKey = createKeyLookup(keys);
  // The twin encrypts nothing, but a caller who would need the key must be allowed to use it.
  const dataKeyArn = stateMachines.find((machine) => machine.keyArn !== undefined)?.keyArn ?? '*';
  const owners = openTaskOwners(store);
  const needsOn = (action: string, resources: readonly string[]): Need[] =>
    resources.map((resource) => ({ action, resource }));

  return (service, operation, input) => {
    switch (service) {
      case 'dynamodb':
        return tableNeeds(operation, input);
      case 'cognito':
        return needsOn(`cognito-idp:${operation}`, [
          arnOf('cognito-idp', `userpool/${poolRequest.safeParse(input).data?.UserPoolId ?? '*'}`),
        ]);
      case 'cognitoidentity':
        return needsOn(`cognito-identity:${operation}`, [
          arnOf(
            'cognito-identity',
            `identitypool/${identityPoolRequest.safeParse(input).data?.IdentityPoolId ?? '*'}`,
          ),
        ]);
      case 'apigateway':
        return needsOn(`apigateway:${operation}`, [gatewayArn(String(input))]);
      case 'kms':
        return needsOn(`kms:${operation}`, [keyArnOf(keyRequest.safeParse(input).data?.KeyId ?? '*')]);
      case 'secretsmanager':
        return needsOn(`secretsmanager:${operation}`, [
          secretArn(secretRequest.safeParse(input).data?.SecretId ?? '*'),
        ]);
      case 'ses':
        return mailNeeds(`ses:${operation}`, mailRequest.safeParse(input).data);
      case 'eventbridge':
        return eventNeeds(`events:${operation}`, eventsRequest.safeParse(input).data);
      case 'stepfunctions':
        return stepFunctionsNeeds(operation, input);
      // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permissions are
      // required.
      case 'sts':
        return [];
      default:
        return needsOn(`${service}:${operation}`, ['*']);
    }
  };

  /**
   * Returns the permissions for a mail. As in the SES sandbox, a right to the recipient's identity is needed
   * too. Senders are verified by domain here, recipients by mailbox.
   */
  function mailNeeds(action: string, mail: z.infer<typeof mailRequest> | undefined): Need[] {
    const [, from = '*', domain = '*'] = /([^<\s]+@([^@>]+))>?$/.exec(mail?.Source ?? '') ?? [];
    const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = mail?.Destination ?? {};
    const identities = [domain, ...ToAddresses, ...CcAddresses, ...BccAddresses];
    const resources = [
      ...identities.map((name) => `identity/${name}`),
      `configuration-set/${mail?.ConfigurationSetName ?? (mail === undefined ? '*' : defaultConfigurationSet)}`,
    ];
    const context = { 'ses:FromAddress': from };
    return resources.map((resource) => ({ action, resource: arnOf('ses', resource), context }));
  }

  /** Returns the permissions for events: one for each bus, with the sources and types of its events. */
  function eventNeeds(action: string, request: z.infer<typeof eventsRequest> | undefined): Need[] {
    if (request === undefined) return needsOn(action, [arnOf('events', 'event-bus/*')]);
    return [...Map.groupBy(request.Entries, ({ EventBusName }) => EventBusName)].map(([bus, entries]) => ({
      action,
      resource: arnOf('events', `event-bus/${bus}`),
      context: {
        'events:source': entries.flatMap(({ Source = [] }) => Source),
        'events:detail-type': entries.flatMap(({ DetailType = [] }) => DetailType),
      },
    }));
  }

  /** Policies name keys by their ARNs only. */
  function keyArnOf(name: string): string {
    return name.startsWith('arn:') && !name.includes(':alias/') ? name : keyArn(findKey(name)?.keyId ?? name);
  }

  function stepFunctionsNeeds(operation: string, input: unknown): Need[] {
    const action = `states:${operation}`;
    const task = taskRequest.safeParse(input).data;
    if (task !== undefined) {
      const owner = owners.get(task.taskToken)?.executionArn;
      // An unknown token belongs to no machine, so no permission applies. The service itself reports the
      // error.
      return owner === undefined ? [] : needsOn(action, [machineOf(owner)]);
    }
    const execution = executionRequest.safeParse(input).data;
    // https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html: the resource is the
    // machine, even if the request names an alias.
    if (execution === undefined) {
      return needsOn(action, [unqualified(machineRequest.safeParse(input).data?.stateMachineArn ?? '*')]);
    }
    const { executionArn, includedData } = execution;
    const asked = needsOn(action, [executionArn]);
    if (operation !== 'DescribeExecution' || includedData === 'METADATA_ONLY') return asked;
    // https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html: describing needs
    // decryption.
    return [
      ...asked,
      {
        action: 'kms:Decrypt',
        resource: dataKeyArn,
        context: { 'kms:EncryptionContext:aws:states:stateMachineArn': machineOf(executionArn) },
      },
    ];
  }
}

const machineOf = (executionArn: string): string =>
  executionArn.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, '');
