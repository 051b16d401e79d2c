import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JWK } from 'jose';
import * as z from 'zod';
import type { Catalogue, Environment } from '../core/catalogue/catalogue.ts';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import { createAws } from './aws/aws.ts';
import { createStepFunctions } from './aws/step-functions/step-functions.ts';
import { useTwinsAws } from './aws-environment.ts';
import { apiStage, restApiId } from './aws/api-gateway/api-gateway.ts';
import { createBackend } from './backend.ts';
import { takeDataFolder } from './data-folder.ts';
import type { Deployment } from './deployment/deployment.ts';
import { readDeployment } from './deployment/read-deployment.ts';
import { type Doors, listen } from './doors.ts';
import { createEventBus } from './events/event-bus.ts';
import { mailEvents } from './events/mail-events.ts';
import { executionStatusChange } from './events/execution-status-change.ts';
import { startSchedules } from './events/schedules.ts';
import type { AuthorizerAnswers } from './gateway/authorizer.ts';
import { type AccessLogLine, createGateway } from './gateway/gateway.ts';
import { longestIntegration, type Route } from './gateway/route.ts';
import { readRoles } from './iam/read-roles.ts';
import { initialSecrets, oktaLoginClientId, oktaReaderClientId, openIdentities, sallyportClientId } from './identities.ts';
import { createClock } from './kernel/clock.ts';
import { createFaults } from './kernel/faults.ts';
import { openInbox } from './kernel/inbox.ts';
import { openStore } from './kernel/store.ts';
import { createLambda } from './lambda/create-lambda.ts';
import { localValues, type OktaSigning, secretPrefix } from './local-values.ts';
import { oktaSigningKeyIds } from './aws/kms-signing-keys.ts';
import { keysUnder } from './okta/client-assertions.ts';
import { createOkta } from './okta/okta.ts';
import { withOrderedItems } from './ordered-items.ts';
import { setProcessClock } from './process-clock.ts';
import { createServiceNow } from './servicenow/servicenow.ts';
import { createTwinApi } from './twin-api.ts';

export interface TwinOptions {
  /** Where every stand-in keeps its state. */
  readonly dataFolder: string;
  /** The gateway's port; the four after it are the stand-ins'. 0 takes any five free ports. */
  readonly basePort: number;
  /** The one environment that requests may name. */
  readonly environment: Environment;
  /** How many times faster than life back-offs, waits and time-outs pass. */
  readonly timeScale: number;
  /** One or two `whsec_…`, separated by a blank. */
  readonly webhookSecret: string;
  /** By what Okta assertions are signed: private keys in Secrets Manager, or keys in KMS. */
  readonly oktaSigning: OktaSigning;
  /** Takes a line for every call of the gateway. */
  readonly log: (line: AccessLogLine) => void;
  /** Puts something between the functions and AWS; answers its address. */
  readonly beforeAws?: (url: string) => Promise<string>;
}

export interface Twin {
  readonly urls: Doors['urls'];
  /** Imports every function, so that the first call of each need not. Rejects naming those that cannot be imported. */
  warm(): Promise<void>;
  /** Ends everything; what was running goes on with the next start. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..');

/**
 * Starts the twin and carries on with every execution that was running. It takes over the process's AWS_*
 * variables and its `Date`.
 * @throws {DataFolderInUse} {@link takeDataFolder}
 * @throws {PortInUse} {@link listen}
 * @throws {DeploymentInvalid} {@link readDeployment}
 */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const closings: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closings.splice(0).reverse()) await close();
  };
  try {
    closings.push(takeDataFolder(options.dataFolder));
    const doors = await listen(options.basePort);
    closings.push(() => doors.close());
    useTwinsAws(await (options.beforeAws?.(doors.urls.aws) ?? doors.urls.aws));

    const store = openStore(options.dataFolder);
    closings.push(() => store.close());
    const clock = createClock(options.timeScale);
    closings.push(setProcessClock(clock));
    const faults = createFaults();
    const inbox = openInbox(store);
    const identities = await openIdentities(store);
    const { catalogue, json } = readCatalogueSource(join(root, 'catalogue.yml'));
    const catalogueFile = resolve(options.dataFolder, 'catalogue.json');
    writeFileSync(catalogueFile, json);
    const source = {
      root, catalogue, environment: options.environment, backendUrl: doors.urls.backend,
      locals: { catalogueFile, ...localValues(doors.urls, options.oktaSigning) },
    };
    const deployment = readDeployment(source);

    const serviceNow = createServiceNow({
      store, clock, faults, oauthClient: {
        get clientId() { return identities.now().servicenowClientId; },
        get clientSecret() { return identities.now().servicenowClientSecret; },
      },
    });
    const functions = createLambda({ deployment, root, clock, faults });
    closings.push(() => functions.close());
    const lambda = withOrderedItems(functions, () => webhookSecretIn(aws.secretText(`${secretPrefix}/webhook`)), (item) => serviceNow.ensureRequestItem(item));
    const eventBus = createEventBus({
      store, clock, lambda, rules: deployment.functions.flatMap(({ name, patterns }) => patterns.map((pattern) => ({ functionName: name, pattern }))),
    });
    closings.push(() => eventBus.close());
    const stepFunctions = createStepFunctions({
      store, clock, lambda, machines: deployment.stateMachines, onStatusChange: (execution) => eventBus.publish(executionStatusChange(execution)),
    });
    const authorizerAnswers: AuthorizerAnswers = new Map();
    const aws = createAws({
      store, clock, faults, stepFunctions, lambda, secrets: initialSecrets(secretPrefix, identities.now(), options.webhookSecret),
      onSend: (mail) => { for (const event of mailEvents(mail)) eventBus.publish(event); }, onPut: (event) => eventBus.publish(event), onFlush: () => authorizerAnswers.clear(),
      functionNames: deployment.functions.map(({ name }) => name), ...standingOf(catalogue), roles: readRoles(source),
    });
    closings.push(aws.close);
    const registered = async (kid: string | undefined, app: keyof typeof oktaSigningKeyIds, keys: readonly JWK[]): Promise<readonly JWK[]> =>
      kid === oktaSigningKeyIds[app] ? [await aws.publicKey(kid)] : keysUnder(kid, keys);
    const okta = createOkta({
      store, clock, faults, inbox, groups: Object.values(catalogue.products).map(({ group }) => group),
      serviceApp: { clientId: sallyportClientId, keys: (kid) => registered(kid, 'manager', [identities.now().oktaPublicKey]), generation: identities.generation },
      // Whoever manages users may look them up, too.
      readerApp: {
        clientId: oktaReaderClientId,
        keys: (kid) => registered(kid, 'reader', [identities.now().oktaReaderPublicKey, identities.now().oktaPublicKey]),
        generation: identities.generation,
      },
      loginApp: { clientId: oktaLoginClientId, keys: (kid) => registered(kid, 'login', [identities.now().oktaLoginPublicKey]) },
    });

    const gateway = createGateway({
      api: { apiId: restApiId, stage: apiStage }, routes: routesOf(deployment), authorizer: deployment.authorizer, authorizerAnswers,
      responses: deployment.gatewayResponses, lambda, planOf: aws.planOf, store, clock, log: options.log,
    });
    const twinApi = createTwinApi({ inbox, tickets: () => serviceNow.listTickets(), events: aws.putEvents, permissions: aws.permissionUses, identities, operatorToken: (role, name) => aws.operatorToken(doors.urls.aws, role, name), faults, clock, urls: doors.urls });
    doors.open({
      gateway: {
        fetch: (request, bindings) => (/^\/_twin(?:[/?]|$)/.test(bindings.incoming.url ?? '') ? twinApi : gateway).fetch(request, bindings),
      },
      aws, okta, servicenow: serviceNow, backend: createBackend({ clock }),
    });

    stepFunctions.resume();
    closings.push(() => stepFunctions.close());
    eventBus.resume();
    closings.push(startSchedules({
      clock, lambda, schedules: deployment.functions.flatMap(({ name, schedules }) => schedules.map((everySeconds) => ({ functionName: name, everySeconds }))),
    }));
    return { urls: doors.urls, warm: () => functions.warm(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const webhookContent = z.object({ servicenowWebhookSecret: z.string() });
const webhookSecretIn = (secret = '{}'): string | undefined => webhookContent.safeParse(JSON.parse(secret)).data?.servicenowWebhookSecret;

/** What the deployment makes of the catalogue, as the stand-ins have it. */
function standingOf({ products, ratePlans }: Catalogue) {
  return {
    resourceServers: Object.values(products).map(({ id, scopes }) => ({
      identifier: id,
      scopes: Object.entries(scopes).map(([scope, description]) => ({ name: scope.slice(id.length + 1), description })),
    })),
    usagePlans: Object.entries(ratePlans).map(([name, plan]) => ({ name: `sallyport-dev-${name}`, ...plan })),
  };
}

function routesOf({ functions, productRoutes }: Deployment): Route[] {
  return [
    ...functions.flatMap(({ name, http }) => http.map(({ method, path }): Route => ({
      method, resource: path, protected: false,
      integration: { kind: 'lambda', functionName: name, timeoutMillis: longestIntegration },
    }))),
    ...productRoutes.map(({ method, path, upstream, headers }): Route => ({
      method, resource: path, protected: true,
      integration: { kind: 'http', uri: upstream, headers, timeoutMillis: longestIntegration },
    })),
  ];
}
