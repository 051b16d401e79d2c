import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import { frameworkId } from '../../resources/cloudformation.ts';
import { productRoutes } from '../../resources/product-routes.ts';
import { thirdPartyProducts } from '../../resources/third-party-products.ts';
import { account, region } from '../aws/service.ts';
import { stateMachineArn } from '../aws/step-functions/arns.ts';
import { type DeployedFunction, type Deployment, DeploymentInvalid, type DeploymentSource } from './deployment.ts';
import { type Description, type FunctionDescription, readDescription } from './description.ts';
import { type Meanings, type Resolve, Unresolved, resolve } from './expressions.ts';
import { authorizerOf, gatewayResponsesOf } from './gateway-settings.ts';
import { deployedStateMachine, stateMachineAliasesOf, stateMachinesOf } from './state-machines.ts';

/** The twin bears this stage's names, whatever environment it serves. */
const stage = 'dev';

/**
 * Reads the deployment as the twin runs it.
 * @throws {DeploymentInvalid} with every expression that has no meaning here, and where it stands
 */
export function readDeployment(source: DeploymentSource): Deployment {
  const { root, catalogue, environment, backendUrl } = source;
  const { description, prefix, meanings } = describeDeployment(source);

  const faults: string[] = [];
  const resolveOrNote: Resolve = (value, where) => {
    try {
      return resolve(value, meanings);
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      faults.push(`${where}: ${error.message} means nothing here; locals may say what`);
      return '';
    }
  };
  const deployment = {
    functions: description.functions.map((each) => deployedFunction(each, prefix, resolveOrNote)),
    productRoutes: productRoutes(behind(backendUrl, catalogue), environment),
    authorizer: authorizerOf(description, prefix, resolveOrNote),
    gatewayResponses: gatewayResponsesOf(description),
    stateMachines: stateMachinesOf(description).map((each) => {
      const aliases = stateMachineAliasesOf(description).filter(({ machine }) => machine === each.logicalId);
      return deployedStateMachine(root, each, aliases.map(({ name }) => name), resolveOrNote);
    }),
  };
  if (faults.length > 0) throw new DeploymentInvalid(faults);
  return deployment;
}

/** The deployment as it is written, and what its expressions stand for here. */
export function describeDeployment({ root, catalogue, environment, locals }: Pick<DeploymentSource, 'root' | 'catalogue' | 'environment' | 'locals'>):
{ readonly description: Description; readonly prefix: string; readonly meanings: Meanings } {
  const description = readDescription(root, { oktaSigning: locals['oktaSigning'] });
  const prefix = `${description.index.service}-${stage}-`;
  const known: Meanings = { stage, self: description.index, values: { ...pseudoParameters, environment, ...fromCatalogue(catalogue), ...locals } };
  return { description, prefix, meanings: { ...known, values: { ...localArns(description, prefix, known), ...known.values } } };
}

function deployedFunction({ name, handler, timeout, memorySize, environment, events }: FunctionDescription, prefix: string, resolved: Resolve): DeployedFunction {
  const dot = handler.lastIndexOf('.');
  return {
    name,
    functionName: `${prefix}${name}`,
    handlerFile: `${handler.slice(0, dot)}.ts`,
    handlerExport: handler.slice(dot + 1),
    timeoutSeconds: timeout,
    memorySize,
    environment: Object.fromEntries(Object.entries(environment)
      .map(([variable, value]) => [variable, resolved(value, `function ${name}, ${variable}`)])),
    http: events.flatMap((event) => 'http' in event ? [{ method: event.http.method.toUpperCase(), path: `/${event.http.path}` }] : []),
    patterns: events.flatMap((event) => 'eventBridge' in event ? [{
      ...event.eventBridge.pattern,
      detail: Object.fromEntries(Object.entries(event.eventBridge.pattern.detail)
        .map(([field, values]) => [field, values.map((value) => resolved(value, `function ${name}, event pattern, ${field}`))])),
    }] : []),
    schedules: events.flatMap((event) => 'schedule' in event ? [60 * Number(/\d+/.exec(event.schedule)?.[0])] : []),
  };
}

/** The catalogue as if every product's backend were the sample one. */
function behind(backendUrl: string, catalogue: Catalogue): Catalogue {
  return {
    ...catalogue,
    products: Object.fromEntries(Object.values(catalogue.products).map((product) => {
      const upstream = `${backendUrl}/${product.id}`;
      return [product.id, { ...product, upstreams: { DEV: upstream, UAT: upstream, PROD: upstream } }];
    })),
  };
}

/** What the framework takes from the catalogue, made by the same functions. */
const fromCatalogue = (catalogue: Catalogue) => ({ 'file(resources/catalogue.cjs):thirdPartyProducts': thirdPartyProducts(catalogue) });

const pseudoParameters = {
  'AWS::AccountId': account, 'AWS::Partition': 'aws', 'AWS::Region': region, 'AWS::URLSuffix': 'amazonaws.com',
};

/** What the deployment itself makes, under the ids by which its parts refer to one another. */
function localArns(description: Description, prefix: string, meanings: Meanings): Record<string, string> {
  const machines = stateMachinesOf(description).map(({ logicalId, StateMachineName }) => ({ logicalId, name: resolve(StateMachineName, meanings) }));
  return Object.fromEntries([
    ...description.functions.map(({ name }) =>
      [`${frameworkId(name)}LambdaFunction.Arn`, `arn:aws:lambda:${region}:${account}:function:${prefix}${name}`] as const),
    ...description.functions.map(({ name }) =>
      [`${frameworkId(name)}LogGroup.Arn`, `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${prefix}${name}:*`] as const),
    ...machines.flatMap(({ logicalId, name }) => [[logicalId, stateMachineArn(name)] as const, [`${logicalId}.Name`, name] as const]),
    ...stateMachineAliasesOf(description).flatMap(({ logicalId, name, machine }) =>
      machines.filter((each) => each.logicalId === machine).map((each) => [logicalId, `${stateMachineArn(each.name)}:${name}`] as const)),
    ...description.resources.filter(({ Type }) => Type === 'AWS::IAM::Role').map(({ logicalId }) =>
      [`${logicalId}.Arn`, `arn:aws:iam::${account}:role/${prefix}${logicalId}`] as const),
  ]);
}
