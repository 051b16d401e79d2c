import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Catalogue, Environment } from '../../core/catalogue/catalogue.ts';
import type { ProductRoute } from '../../resources/product-routes.ts';
import type { FirewallRules } from '../gateway/firewall.ts';

/** What serverless.yml, the function.yml files, resources/ and the catalogue come to on this machine. */
export interface Deployment {
  readonly functions: readonly DeployedFunction[];
  /** `upstream` is the sample backend: `<backend>/<product>/…`. */
  readonly productRoutes: readonly ProductRoute[];
  readonly authorizer: DeployedAuthorizer;
  /** Of the REST API. */
  readonly binaryMediaTypes: readonly string[];
  /** Of the web ACL before it. */
  readonly firewallRules: FirewallRules;
  /** By response type: `UNAUTHORIZED`, `DEFAULT_4XX`, … */
  readonly gatewayResponses: Readonly<Record<string, DeployedGatewayResponse>>;
  readonly stateMachines: readonly DeployedStateMachine[];
}

export interface DeployedFunction {
  /** The short name: that of its folder. */
  readonly name: string;
  /** As AWS knows it: `sallyport-dev-token`. */
  readonly functionName: string;
  /** Relative to the project's root. */
  readonly handlerFile: string;
  readonly handlerExport: string;
  readonly timeoutSeconds: number;
  /** MiB */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Routes that API Gateway hands to it, without authorizer; methods in capitals. */
  readonly http: readonly { readonly method: string; readonly path: string }[];
  /** Events of the default bus that it is invoked with. */
  readonly patterns: readonly EventPattern[];
  /** Seconds from one invocation to the next. */
  readonly schedules: readonly number[];
}

/** An event matches if each of these has one of the values listed. */
export interface EventPattern {
  readonly 'source': readonly string[];
  readonly 'detail-type': readonly string[];
  readonly 'detail': Readonly<Record<string, readonly string[]>>;
}

export interface DeployedAuthorizer {
  /** Short name of its function. */
  readonly functionName: string;
  /** Mapping expressions; their values together are the cache's key. */
  readonly identitySources: readonly string[];
  readonly ttlSeconds: number;
}

export interface DeployedGatewayResponse {
  /** Left out where the response keeps the status of what it stands for. */
  readonly status?: number;
  /** Header → mapping expression: `'a literal'` in quotes, or a variable. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body, with `$context.…` variables. */
  readonly template: string;
}

export interface DeployedStateMachine {
  readonly name: string;
  /** Its placeholders are filled in; not checked otherwise. */
  readonly definition: StateMachineDefinition;
  readonly roleArn: string;
  /** The names of its aliases. */
  readonly aliases: readonly string[];
}

export interface DeploymentSource {
  /** The folder that serverless.yml is in. */
  readonly root: string;
  readonly catalogue: Catalogue;
  readonly environment: Environment;
  /** Where the sample backend answers, in place of every product's own. */
  readonly backendUrl: string;
  /**
   * What the deployment's expressions stand for here, by parameter name (`oktaUrl`), logical id (`Table`) or
   * attribute (`UserPool.ProviderURL`). Functions, state machines and roles need none.
   */
  readonly locals: Readonly<Record<string, string>>;
}

/** The deployment cannot be had on this machine; `faults` says everything that is in the way. */
export class DeploymentInvalid extends Error {
  override readonly name = 'DeploymentInvalid';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(['The deployment cannot be read.', ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.faults = faults;
  }
}
