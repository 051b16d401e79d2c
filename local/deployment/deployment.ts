import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { KeyDefinition } from '../aws/kms.ts';
import type { TableDefinition } from '../aws/dynamodb.ts';
import type { UsagePlanDefinition } from '../aws/api-gateway/usage-plans.ts';
import type { OperatorPoolDefinition } from '../aws/cognito/operator-pool.ts';
import type { UserPoolDefinition } from '../aws/cognito/user-pool.ts';
import type { EventRule } from '../events/event-bus.ts';
import type { Schedule } from '../events/schedules.ts';
import type { FirewallBodies, FirewallRules } from '../gateway/firewall.ts';
import type { GatewayResponses } from '../gateway/gateway-response.ts';
import type { GatewayRoute } from '../gateway/route.ts';
import type { IamRole } from '../iam/role.ts';

/** The result of deploying the packaged template on this machine: all that the stand-ins are created with. */
export interface Deployment {
  readonly functions: readonly DeployedFunction[];
  readonly roles: readonly IamRole[];
  readonly api: DeployedApi;
  readonly rules: readonly EventRule[];
  readonly schedules: readonly Schedule[];
  readonly stateMachines: readonly DeployedStateMachine[];
  readonly tables: readonly TableDefinition[];
  readonly keys: readonly KeyDefinition[];
  readonly userPool: UserPoolDefinition;
  readonly operatorPool: OperatorPoolDefinition;
  /** The names of the SES configuration sets. */
  readonly configurationSets: readonly string[];
  /**
   * The parts of the template that the twin does not know: resource types, and properties of types that it
   * knows.
   */
  readonly unknown: readonly string[];
}

export interface DeployedFunction {
  /** The short name, which is that of its folder. */
  readonly name: string;
  /** The name on AWS: `sallyport-dev-token`. */
  readonly functionName: string;
  /** The handler in the template: `functions/token/handler.handler`. */
  readonly handler: string;
  /** The absolute path of the module that is imported for it. */
  readonly handlerFile: string;
  readonly handlerExport: string;
  /** The folder that replaces `/var/task`. */
  readonly taskRoot: string;
  readonly timeoutSeconds: number;
  /** MiB. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether a caller of the API waits for its answer. */
  readonly isBehindApi: boolean;
}

/** The REST API and its only stage. */
export interface DeployedApi {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly GatewayRoute[];
  readonly authorizer: DeployedAuthorizer;
  /** By response type: `UNAUTHORIZED`, `DEFAULT_4XX`, … */
  readonly responses: GatewayResponses;
  readonly usagePlans: readonly UsagePlanDefinition[];
  readonly binaryMediaTypes: readonly string[];
  /** The rules of the stage's web ACL. */
  readonly firewallRules: FirewallRules;
  /** The bodies of the web ACL's custom responses. */
  readonly firewallBodies: FirewallBodies;
}

export interface DeployedAuthorizer {
  /** The short name of the authorizer's function. */
  readonly functionName: string;
  /** Mapping expressions whose values together form the cache key. */
  readonly identitySources: readonly string[];
  readonly ttlSeconds: number;
}

export interface DeployedStateMachine {
  readonly name: string;
  /** The definition with its placeholders filled in. It has not been validated otherwise. */
  readonly definition: StateMachineDefinition;
  /** The same definition as text, exactly as it was deployed. */
  readonly definitionString: string;
  /** The ARN of the customer-managed key that encrypts it, if one does. */
  readonly keyArn?: string;
  readonly roleArn: string;
  /** The names of its aliases. */
  readonly aliases: readonly string[];
}
