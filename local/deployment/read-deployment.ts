import { createStack, type StackSource } from '../cloudformation/stack.ts';
import { deployedApi } from './api.ts';
import {
  deployedConfigurationSets,
  deployedKeys,
  deployedOperatorPool,
  deployedTables,
  deployedUserPool,
} from './data.ts';
import type { Deployment } from './deployment.ts';
import { deployedRules } from './events.ts';
import { deployedFunctions } from './functions.ts';
import { unknownIn } from './known-types.ts';
import { stackName } from '../seed/names.ts';
import type { Package } from './package.ts';
import { deployedRoles } from './roles.ts';
import { deployedStateMachines } from './state-machines.ts';

export interface DeploymentSource extends Pick<StackSource, 'awsUrl' | 'parameters'> {
  readonly package: Package;
  /** The URL of the sample backend, which replaces each product's own. */
  readonly backendUrl: string;
}

/**
 * Evaluates the packaged template as CloudFormation would, for the stand-ins of the twin.
 *
 * @throws {DeploymentInvalid} with everything that the twin cannot deploy, and its location in the template
 */
export function readDeployment({ package: packaged, backendUrl, ...source }: DeploymentSource): Deployment {
  const { template } = packaged;
  const stack = createStack({ ...source, template, name: stackName });
  const api = deployedApi(stack, backendUrl);
  const behindApi = new Set(
    api.routes.flatMap(({ integration }) =>
      integration.kind === 'lambda' ? [integration.functionName] : [],
    ),
  );
  return {
    functions: deployedFunctions(stack, packaged, behindApi),
    roles: deployedRoles(stack),
    api,
    ...deployedRules(stack),
    stateMachines: deployedStateMachines(stack),
    tables: deployedTables(stack),
    keys: deployedKeys(stack),
    userPool: deployedUserPool(stack),
    operatorPool: deployedOperatorPool(stack),
    configurationSets: deployedConfigurationSets(stack),
    unknown: unknownIn(template),
  };
}
