import { join } from 'node:path';
import type { JWK } from 'jose';
import * as z from 'zod';
import type { Environment } from '../core/catalogue/catalogue.ts';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import { createAws } from './aws/aws.ts';
import { stateMachineArn } from './aws/step-functions/arns.ts';
import { createStepFunctions } from './aws/step-functions/step-functions.ts';
import { useTwinsAws } from './aws-environment.ts';
import { createBackend } from './seed/backend.ts';
import { DataFolderUnusable, takeDataFolder } from './data-folder.ts';
import { type OktaSigning, openPackage } from './deployment/package.ts';
import { readDeployment } from './deployment/read-deployment.ts';
import { type Listeners, listen } from './listeners.ts';
import { createEventBus } from './events/event-bus.ts';
import { mailEvents } from './events/mail-events.ts';
import { executionStatusChange } from './events/execution-status-change.ts';
import { startSchedules } from './events/schedules.ts';
import type { AuthorizerAnswers } from './gateway/authorizer.ts';
import { type AccessLogLine, createGateway } from './gateway/gateway.ts';
import {
  initialSecrets,
  oktaLoginClientId,
  oktaReaderClientId,
  openIdentities,
  sallyportClientId,
} from './seed/identities.ts';
import { createClock } from './kernel/clock.ts';
import { createFaults } from './kernel/faults.ts';
import { openInbox } from './kernel/inbox.ts';
import { createQuotas } from './kernel/quotas.ts';
import { openStore, type Store } from './kernel/store.ts';
import { createLambda } from './lambda/create-lambda.ts';
import { localParameters } from './seed/local-parameters.ts';
import { keysUnder } from './okta/client-assertions.ts';
import { createOkta } from './okta/okta.ts';
import { identityPool, oktaIdTokenClaims, oktaProfileAttributes, stackName } from './seed/names.ts';
import { withOrderedItems } from './seed/ordered-items.ts';
import { setProcessClock } from './process-clock.ts';
import { createServiceNow } from './servicenow/servicenow.ts';
import { createTwinApi } from './twin-api.ts';
import { paceParameters, type VendorPace } from './seed/vendor-quotas.ts';

export interface TwinOptions {
  /** The folder in which all stand-ins keep their state. */
  readonly dataFolder: string;
  /** The gateway's port. The stand-ins use the four ports after it. 0 takes any five free ports. */
  readonly basePort: number;
  /** The only environment that requests may name. */
  readonly environment: Environment;
  /** How many times faster than real time back-offs, waits and time-outs pass. */
  readonly timeScale: number;
  /** The rate at which functions call vendors. */
  readonly vendorPace: VendorPace;
  /** The source address of calls from this machine that name no other. */
  readonly callerAddress: string;
  /** One or two `whsec_…` secrets, separated by a space. */
  readonly webhookSecret: string;
  /** How assertions for Okta are signed: with private keys in Secrets Manager, or with KMS keys. */
  readonly oktaSigning: OktaSigning;
  /** Whether the functions run as they are bundled for AWS. Otherwise they run from their sources. */
  readonly bundles: boolean;
  /** Called with a line for every call of the gateway. */
  readonly log: (line: AccessLogLine) => void;
  /**
   * Places a proxy between the functions and AWS. It receives the URL of AWS and returns the URL of the
   * proxy.
   */
  readonly beforeAws?: (url: string) => Promise<string>;
}

export interface Twin {
  readonly urls: Listeners['urls'];
  /** The parts of the template that the twin does not know and that have no effect here. */
  readonly unknown: readonly string[];
  /**
   * Imports every function, so that its first call is fast. Rejects with the names of those that cannot be
   * imported.
   */
  warm(): Promise<void>;
  /** Stops the twin. Running executions continue at the next start. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..');

/**
 * Starts the twin and continues every execution that was running. It replaces the process's AWS_* variables
 * and its `Date`.
 *
 * @throws {DataFolderInUse} {@link takeDataFolder}
 * @throws {DataFolderUnusable} {@link takeDataFolder}
 * @throws {PortInUse} {@link listen}
 * @throws {DeploymentInvalid} {@link readDeployment}
 * @throws {Error} {@link openPackage}
 */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const closers: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    closers.push(takeDataFolder(options.dataFolder));
    const packaged = openPackage({
      root,
      environment: options.environment,
      oktaSigning: options.oktaSigning,
      bundles: options.bundles,
    });
    packaged.catch(() => undefined);
    const listeners = await listen(options.basePort);
    closers.push(() => listeners.close());
    useTwinsAws(await (options.beforeAws?.(listeners.urls.aws) ?? listeners.urls.aws));

    const store = openStoreIn(options.dataFolder);
    closers.push(() => store.close());
    const clock = createClock(options.timeScale);
    closers.push(setProcessClock(clock));
    const quotas = createQuotas(options.timeScale);
    const faults = createFaults(quotas);
    const inbox = openInbox(store);
    const identities = await openIdentities(store);
    const { catalogue } = readCatalogueSource(join(root, 'catalogue.yml'));
    const deployment = readDeployment({
      package: await packaged,
      awsUrl: listeners.urls.aws,
      backendUrl: listeners.urls.backend,
      parameters: {
        ...localParameters(listeners.urls),
        ...paceParameters(options.vendorPace, options.timeScale),
      },
    });

    const serviceNow = createServiceNow({
      store,
      clock,
      faults,
      oauthClient: {
        get clientId() {
          return identities.now().servicenowClientId;
        },
        get clientSecret() {
          return identities.now().servicenowClientSecret;
        },
      },
    });
    const functions = createLambda({ functions: deployment.functions, clock, faults });
    closers.push(() => functions.close());
    const lambda = withOrderedItems(
      functions,
      () => webhookSecretIn(aws.secretText(`${stackName}/webhook`)),
      (item) => serviceNow.ensureRequestItem(item),
    );
    const eventBus = createEventBus({
      store,
      clock,
      lambda,
      rules: deployment.rules,
    });
    closers.push(() => eventBus.close());
    const encryptedMachines = new Set(
      deployment.stateMachines
        .filter(({ keyArn }) => keyArn !== undefined)
        .map(({ name }) => stateMachineArn(name)),
    );
    const stepFunctions = createStepFunctions({
      store,
      clock,
      lambda,
      functionPrefix: `${stackName}-`,
      machines: deployment.stateMachines,
      onStatusChange: (execution) =>
        eventBus.publish(
          executionStatusChange(execution, {
            now: clock.now().getTime(),
            encrypted: encryptedMachines.has(execution.stateMachineArn),
          }),
        ),
    });
    const authorizerAnswers: AuthorizerAnswers = new Map();
    const aws = createAws({
      store,
      clock,
      faults,
      stepFunctions,
      lambda,
      secrets: initialSecrets(stackName, identities.now(), options.webhookSecret),
      onSend: (mail) => {
        for (const event of mailEvents(mail)) eventBus.publish(event);
      },
      onPut: (event) => eventBus.publish(event),
      onFlush: () => authorizerAnswers.clear(),
      identityPool,
      ...deployment,
      functionNames: deployment.functions.map(({ name }) => name),
      functionPrefix: `${stackName}-`,
    });
    closers.push(aws.close);
    /**
     * Returns the application's keys in Okta: the KMS key that the function signs with, or the keys from the
     * secrets.
     */
    const keysOf = async (
      functionName: string,
      kid: string | undefined,
      keys: readonly JWK[],
    ): Promise<readonly JWK[]> => {
      const environment = deployment.functions.find(({ name }) => name === functionName)?.environment ?? {};
      const signer = environment['OKTA_LOGIN_SIGNER'] ?? environment['OKTA_SIGNER'];
      if (kid !== undefined && signer === `kms:${kid}`) return [await aws.publicKey(kid)];
      return keysUnder(kid, keys);
    };
    const okta = createOkta({
      store,
      clock,
      faults,
      inbox,
      groups: Object.values(catalogue.products).map(({ group }) => group),
      profileAttributes: oktaProfileAttributes,
      idTokenClaims: oktaIdTokenClaims,
      serviceApp: {
        clientId: sallyportClientId,
        generation: () => identities.generation(),
        keys: (kid) => keysOf('okta-profile', kid, [identities.now().oktaPublicKey]),
      },
      // An application that may manage users may also look them up.
      readerApp: {
        clientId: oktaReaderClientId,
        generation: () => identities.generation(),
        keys: (kid) =>
          keysOf('request-intake', kid, [
            identities.now().oktaReaderPublicKey,
            identities.now().oktaPublicKey,
          ]),
      },
      loginApp: {
        clientId: oktaLoginClientId,
        keys: (kid) => keysOf('token', kid, [identities.now().oktaLoginPublicKey]),
      },
      eventHook: {
        url: `${listeners.urls.gateway}/webhooks/okta`,
        secret: () => identities.now().oktaEventSecret,
      },
    });

    const gateway = createGateway({
      api: deployment.api,
      routes: deployment.api.routes,
      authorizer: deployment.api.authorizer,
      authorizerAnswers,
      binaryMediaTypes: deployment.api.binaryMediaTypes,
      firewallRules: deployment.api.firewallRules,
      firewallBodies: deployment.api.firewallBodies,
      responses: deployment.api.responses,
      lambda,
      planOf: aws.planOf,
      callerAddress: options.callerAddress,
      store,
      clock,
      log: options.log,
    });
    const twinApi = createTwinApi({
      inbox,
      tickets: () => serviceNow.listTickets(),
      executions: () => stepFunctions.list(),
      events: aws.putEvents,
      permissions: aws.permissionUses,
      identities,
      operatorToken: (user) => aws.operators.tokenFor(listeners.urls.aws, user, lambda),
      operatorTokenSeconds: aws.operators.tokenSeconds,
      faults,
      quotas,
      clock,
      urls: listeners.urls,
    });
    listeners.open({
      gateway: {
        fetch: (request, bindings) => {
          const isForTwinApi = /^\/_twin(?:[/?]|$)/.test(bindings.incoming.url ?? '');
          return (isForTwinApi ? twinApi : gateway).fetch(request, bindings);
        },
      },
      aws,
      okta,
      servicenow: serviceNow,
      backend: createBackend({ clock }),
    });

    stepFunctions.resume();
    closers.push(() => stepFunctions.close());
    eventBus.resume();
    closers.push(startSchedules({ clock, lambda, schedules: deployment.schedules }));
    return { urls: listeners.urls, unknown: deployment.unknown, warm: () => functions.warm(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @throws {DataFolderUnusable} if the store is damaged */
function openStoreIn(folder: string): Store {
  try {
    return openStore(folder);
  } catch (cause) {
    throw new DataFolderUnusable(folder, cause);
  }
}

const webhookContent = z.object({ servicenowWebhookSecret: z.string() });
const webhookSecretIn = (secret = '{}'): string | undefined =>
  webhookContent.safeParse(JSON.parse(secret)).data?.servicenowWebhookSecret;
