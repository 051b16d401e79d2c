import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { KeyDefinition } from '../aws/kms.ts';
import type { TableDefinition } from '../aws/dynamodb.ts';
import type { UsagePlanDefinition } from '../aws/api-gateway/usage-plans.ts';
import type { OperatorPoolDefinition } from '../aws/cognito/operator-pool.ts';
import type { UserPoolDefinition } from '../aws/cognito/user-pool.ts';
import type { EventRule } from '../events/event-bus.ts';
import type { Schedule } from '../events/schedules.ts';
import type { FirewallRules } from '../gateway/firewall.ts';
import type { GatewayResponses } from '../gateway/gateway-response.ts';
import type { GatewayRoute } from '../gateway/route.ts';
import type { IamRole } from '../iam/role.ts';

/** What the packaged template comes to on this machine: everything that the stand-ins are made with. */
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
  /** The names of SES's configuration sets. */
  readonly configurationSets: readonly string[];
  /** What the template holds and the twin does not know: resource types, and properties of types that it knows. */
  readonly unknown: readonly string[];
}

export interface DeployedFunction {
  /** The short name: that of its folder. */
  readonly name: string;
  /** As AWS knows it: `sallyport-dev-token`. */
  readonly functionName: string;
  /** As the template has it: `functions/token/handler.handler`. */
  readonly handler: string;
  /** The absolute path of the module that is imported for it. */
  readonly handlerFile: string;
  readonly handlerExport: string;
  /** The folder that stands for `/var/task`. */
  readonly taskRoot: string;
  readonly timeoutSeconds: number;
  /** MiB */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether somebody who calls the API waits for it. */
  readonly isBehindApi: boolean;
}

/** The REST API and its one stage. */
export interface DeployedApi {
  readonly apiId: string;
  readonly stage: string;
  readonly routes: readonly GatewayRoute[];
  readonly authorizer: DeployedAuthorizer;
  /** By response type: `UNAUTHORIZED`, `DEFAULT_4XX`, … */
  readonly responses: GatewayResponses;
  readonly usagePlans: readonly UsagePlanDefinition[];
  readonly binaryMediaTypes: readonly string[];
  /** Of the web ACL that the stage stands behind. */
  readonly firewallRules: FirewallRules;
}

export interface DeployedAuthorizer {
  /** Short name of its function. */
  readonly functionName: string;
  /** Mapping expressions; their values together are the cache's key. */
  readonly identitySources: readonly string[];
  readonly ttlSeconds: number;
}

export interface DeployedStateMachine {
  readonly name: string;
  /** Its placeholders are filled in; not checked otherwise. */
  readonly definition: StateMachineDefinition;
  /** The same as text, as it was deployed. */
  readonly definitionString: string;
  /** By a customer's key. */
  readonly isEncrypted: boolean;
  readonly roleArn: string;
  /** The names of its aliases. */
  readonly aliases: readonly string[];
}
