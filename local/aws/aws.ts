import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Clock } from '../../core/clock.ts';
import type { SourceEvent } from '../events/event-bus.ts';
import { createIam, type Iam } from '../iam/iam.ts';
import { createNeedsOf } from '../iam/needs.ts';
import type { IamRole } from '../iam/role.ts';
import type { Faults } from '../kernel/faults.ts';
import type { Fetchable } from '../kernel/serve.ts';
import type { Store } from '../kernel/store.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { type ApiDefinition, type ApiGateway, createApiGateway } from './api-gateway/api-gateway.ts';
import { createCognito } from './cognito/cognito.ts';
import { createIdentityPools, type IdentityPoolDefinition } from './cognito/identity-pool.ts';
import {
  createOperatorPool,
  type OperatorPool,
  type OperatorPoolDefinition,
} from './cognito/operator-pool.ts';
import type { UserPoolDefinition } from './cognito/user-pool.ts';
import { openDynamoDb, type TableDefinition, targetPrefix as dynamoDbTarget } from './dynamodb.ts';
import { createEvents, type Events } from './events.ts';
import { createKms, type KeyDefinition, type Kms } from './kms.ts';
import { lambdaApp } from './lambda.ts';
import { createSecretsManager, type InitialSecrets, type SecretsManager } from './secrets-manager.ts';
import { AwsError, type AwsService } from './service.ts';
import { createSes, type SendEvent } from './ses.ts';
import { createSts } from './sts.ts';
import { jsonWire } from './wire/json-wire.ts';
import { parseQuery, queryWire } from './wire/query-wire.ts';
import { restApp } from './wire/rest.ts';
import { restWire } from './wire/rest-wire.ts';
import { type WireCall, notOffered, perform } from './wire/wire.ts';

export interface AwsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly stepFunctions: AwsService;
  readonly lambda: Lambda;
  /** The short names of the functions. */
  readonly functionNames: readonly string[];
  /** What their deployed names have before that. */
  readonly functionPrefix: string;
  readonly tables: readonly TableDefinition[];
  readonly keys: readonly KeyDefinition[];
  readonly userPool: UserPoolDefinition;
  readonly operatorPool: OperatorPoolDefinition;
  readonly identityPool: IdentityPoolDefinition;
  readonly api: ApiDefinition;
  /** The execution roles of the functions. */
  readonly roles?: readonly IamRole[];
  /** The state machines, with the keys that encrypt them. */
  readonly stateMachines?: readonly { readonly keyArn?: string }[];
  /** The secrets that Secrets Manager holds from the start. */
  readonly secrets?: InitialSecrets;
  /** The names of the SES configuration sets. */
  readonly configurationSets?: readonly string[];
  /** Called with every mail that SES accepts. */
  readonly onSend?: (event: SendEvent) => void;
  /** Called when API Gateway has to discard the cached answers of the authorizer. */
  readonly onFlush?: () => void;
  /** Called with every event that is put on the bus. */
  readonly onPut?: (event: SourceEvent) => void;
}

export interface Aws extends Fetchable {
  /** Issues access tokens of the operators' user pool. */
  readonly operators: Pick<OperatorPool, 'tokenFor' | 'tokenSeconds'>;
  readonly planOf: ApiGateway['planOf'];
  readonly putEvents: Events['all'];
  readonly permissionUses: Iam['uses'];
  readonly secretText: SecretsManager['textOf'];
  readonly publicKey: Kms['publicKey'];
  /** Closes DynamoDB. The caller closes the store. */
  readonly close: () => void;
}

/**
 * Creates the AWS APIs at one endpoint, as `AWS_ENDPOINT_URL` requires. JSON services are identified by
 * `X-Amz-Target`, query services by `Version`, and REST services by path. Functions may call what their roles
 * allow.
 */
export function createAws(parts: AwsParts): Aws {
  const { store, faults, stepFunctions } = parts;
  const cognito = createCognito(parts);
  const operatorPool = createOperatorPool(parts);
  const identityPools = createIdentityPools(parts);
  const apiGateway = createApiGateway(parts);
  const events = createEvents(store, parts.onPut ?? (() => undefined));
  const iam = createIam(store, parts.roles ?? []);
  const needsOf = createNeedsOf(store, parts);
  const secretsManager = createSecretsManager(store, parts.clock, parts.secrets);
  const kms = createKms(store, parts.keys);
  const dynamoDb = openDynamoDb(parts);
  const byTarget: Readonly<Record<string, AwsService>> = {
    AWSStepFunctions: stepFunctions,
    AWSCognitoIdentityProviderService: cognito.service,
    AWSCognitoIdentityService: identityPools.service,
    AWSEvents: events.service,
    TrentService: kms.service,
    secretsmanager: secretsManager.service,
  };
  const byVersion: Readonly<Record<string, { service: AwsService; namespace: string }>> = {
    '2010-12-01': { service: createSes(parts), namespace: 'http://ses.amazonaws.com/doc/2010-12-01/' },
    '2011-06-15': { service: createSts(), namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
  };
  const queryServices = Object.values(byVersion).map(({ service }) => service);
  for (const { name, operations } of [...Object.values(byTarget), ...queryServices, apiGateway.service]) {
    faults.register(name, Object.keys(operations));
  }
  faults.register('lambda', ['Invoke', 'ListFunctions']);

  const callOf = ({ req }: Context, service: string, operation: string, input: unknown): WireCall => ({
    faults,
    permit: iam.permitOf(req.header('authorization')),
    needs: needsOf(service, operation, input),
  });

  const answerJson = async (context: Context, target: string): Promise<Response> => {
    const { req } = context;
    const [prefix = '', operation = ''] = target.split('.');
    if (prefix === dynamoDbTarget) {
      return dynamoDb.answer(operation, req.raw, (input) => callOf(context, 'dynamodb', operation, input));
    }
    const wire = jsonWire(req.header('content-type') ?? 'application/x-amz-json-1.1');
    const service = byTarget[prefix];
    if (service === undefined) return wire.error(notOffered(target));
    const input: unknown = await req.json();
    return perform(callOf(context, service.name, operation, input), service, operation, input, wire);
  };

  const answerQuery = async (context: Context): Promise<Response> => {
    const form = new URLSearchParams(await context.req.text());
    const version = form.get('Version') ?? '';
    const action = form.get('Action') ?? '';
    const target = byVersion[version];
    if (target === undefined) return queryWire('').error(notOffered(`${action} (version ${version})`));
    const { service, namespace } = target;
    const input = parseQuery(form);
    const call = callOf(context, service.name, action, input);
    return perform(call, service, action, input, queryWire(namespace));
  };

  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    if (!context.res.headers.has('x-amzn-requestid')) {
      context.res.headers.set('x-amzn-requestid', randomUUID());
    }
  });
  app.onError((error) => {
    const awsError =
      error instanceof SyntaxError
        ? new AwsError('SerializationException', 'The body is no JSON.')
        : new AwsError('InternalFailure', error.message, 500);
    return restWire(200).error(awsError);
  });
  app.route('/', cognito.endpoints);
  app.route('/', operatorPool.endpoints);
  app.route('/', identityPools.endpoints);
  app.post('/', async (context) => {
    const target = context.req.header('x-amz-target');
    return target === undefined ? answerQuery(context) : answerJson(context, target);
  });
  app.route(
    '/',
    restApp(apiGateway.service, (context, verb, path) => callOf(context, 'apigateway', verb, path)),
  );
  app.route(
    '/',
    lambdaApp({ ...parts, callOf: (context, action) => callOf(context, 'lambda', action, undefined) }),
  );
  app.all('*', ({ req }) => restWire(200).error(notOffered(`${req.method} ${req.path}`)));

  return {
    fetch: (request, bindings) => app.fetch(request, bindings),
    planOf: apiGateway.planOf,
    operators: operatorPool,
    putEvents: () => events.all(),
    permissionUses: () => iam.uses(),
    secretText: (name) => secretsManager.textOf(name),
    publicKey: (keyId) => kms.publicKey(keyId),
    close: () => dynamoDb.close(),
  };
}
