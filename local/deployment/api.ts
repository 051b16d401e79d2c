import * as z from 'zod';
import { DeploymentInvalid, type Stack, type StackResource } from '../cloudformation/stack.ts';
import type { UsagePlanDefinition } from '../aws/api-gateway/usage-plans.ts';
import { firewallBodies, type FirewallBodies, firewallRules } from '../gateway/firewall.ts';
import type { GatewayResponses } from '../gateway/gateway-response.ts';
import { longestIntegration, type GatewayRoute } from '../gateway/route.ts';
import type { DeployedApi, DeployedAuthorizer } from './deployment.ts';
import { functionsInvocableBy, shortNameOf } from './functions.ts';
import { understood } from './understood.ts';

const restApi = z.object({
  ApiKeySourceType: z.literal('AUTHORIZER'),
  BinaryMediaTypes: z.array(z.string()).default([]),
});
const webAcl = z.object({
  DefaultAction: z.strictObject({ Allow: z.strictObject({}) }),
  Rules: firewallRules,
  CustomResponseBodies: firewallBodies.default({}),
});
const webAclAssociation = z.object({ WebACLArn: z.string() });
const apiStage = z.object({ StageName: z.string() });
const pathPart = z.object({ ParentId: z.string(), PathPart: z.string() });

const integration = z.discriminatedUnion('Type', [
  z.strictObject({ Type: z.literal('AWS_PROXY'), IntegrationHttpMethod: z.literal('POST'), Uri: z.string() }),
  z.strictObject({
    Type: z.literal('HTTP_PROXY'),
    IntegrationHttpMethod: z.string(),
    Uri: z.url({ protocol: /^https?$/ }),
    RequestParameters: z.record(z.string(), z.string()).default({}),
  }),
]);
const method = z.object({
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.enum(['NONE', 'CUSTOM']),
  AuthorizerId: z.string().optional(),
  ApiKeyRequired: z.boolean().default(false),
  Integration: integration,
});

const authorizer = z.object({
  Type: z.literal('REQUEST'),
  IdentitySource: z.string(),
  AuthorizerResultTtlInSeconds: z.int(),
  AuthorizerUri: z.string(),
});

const gatewayResponse = z.object({
  ResponseType: z.string(),
  StatusCode: z
    .string()
    .regex(/^[1-5]\d\d$/)
    .optional(),
  ResponseParameters: z.record(z.string().startsWith('gatewayresponse.header.'), z.string()).default({}),
  // API Gateway uses this one if `Accept` names no available type.
  ResponseTemplates: z.strictObject({ 'application/json': z.string() }),
});

const usagePlan = z.object({
  UsagePlanName: z.string(),
  Throttle: z.strictObject({ RateLimit: z.number(), BurstLimit: z.int() }),
  Quota: z.strictObject({ Limit: z.int(), Period: z.enum(['DAY', 'WEEK', 'MONTH']) }),
});

/**
 * Returns the REST API with its routes.
 *
 * @param backendUrl the URL of the sample backend, which replaces each product's own: `<backend>/<product>/…`
 */
export function deployedApi(stack: Stack, backendUrl: string): DeployedApi {
  const api = onlyOne(stack, 'AWS::ApiGateway::RestApi');
  const { BinaryMediaTypes } = understood(api, restApi);
  return {
    apiId: api.id,
    stage: understood(onlyOne(stack, 'AWS::ApiGateway::Stage'), apiStage).StageName,
    routes: deployedRoutes(stack, backendUrl),
    authorizer: deployedAuthorizer(stack),
    responses: deployedResponses(stack),
    usagePlans: deployedUsagePlans(stack),
    binaryMediaTypes: BinaryMediaTypes,
    ...deployedFirewall(stack),
  };
}

/** Returns the rules of the web ACL that is associated with the stage. A web ACL's ARN ends with its id. */
function deployedFirewall(stack: Stack): Pick<DeployedApi, 'firewallRules' | 'firewallBodies'> {
  const associated = stack
    .ofType('AWS::WAFv2::WebACLAssociation')
    .map((resource) => understood(resource, webAclAssociation).WebACLArn);
  const acls = stack
    .ofType('AWS::WAFv2::WebACL')
    .filter(({ id }) => associated.some((arn) => arn.endsWith(`/${id}`)))
    .map((resource) => understood(resource, webAcl));
  return {
    firewallRules: acls.flatMap(({ Rules }) => Rules),
    firewallBodies: Object.assign(
      {},
      ...acls.map(({ CustomResponseBodies }) => CustomResponseBodies),
    ) as FirewallBodies,
  };
}

function onlyOne(stack: Stack, type: string): StackResource {
  const [only, ...others] = stack.ofType(type);
  if (only === undefined || others.length > 0) {
    throw new DeploymentInvalid([
      `the twin serves one ${type}; the template has ${stack.ofType(type).length}`,
    ]);
  }
  return only;
}

function deployedRoutes(stack: Stack, backendUrl: string): GatewayRoute[] {
  const pathOf = createPathLookup(stack);
  const permitted = functionsInvocableBy(stack, 'apigateway.amazonaws.com');
  return stack.ofType('AWS::ApiGateway::Method').map((resource) => {
    const { ResourceId, HttpMethod, AuthorizationType, ApiKeyRequired, Integration } = understood(
      resource,
      method,
    );
    if (ApiKeyRequired !== (AuthorizationType === 'CUSTOM')) {
      throw new DeploymentInvalid([
        `${resource.logicalId}: the twin asks for an API key where it asks the authorizer, and nowhere else`,
      ]);
    }
    const path = pathOf(ResourceId) || '/';
    const route = { method: HttpMethod, resource: path, protected: AuthorizationType === 'CUSTOM' };
    if (Integration.Type === 'HTTP_PROXY') {
      const uri = atSampleBackend(backendUrl, path, Integration.Uri);
      return {
        ...route,
        integration: {
          kind: 'http',
          uri,
          headers: mappedHeaders(Integration.RequestParameters),
          timeoutMillis: longestIntegration,
        },
      };
    }
    const functionArn = functionInUri(Integration.Uri);
    if (!permitted.has(functionArn)) {
      throw new DeploymentInvalid([
        `${resource.logicalId}: no AWS::Lambda::Permission lets apigateway.amazonaws.com invoke ${functionArn}`,
      ]);
    }
    return {
      ...route,
      integration: {
        kind: 'lambda',
        functionName: shortNameOf(stack, functionArn),
        timeoutMillis: longestIntegration,
      },
    };
  });
}

/** Creates a look-up of the path of an API resource by its id. */
function createPathLookup(stack: Stack): (resourceId: string) => string {
  const parts = new Map(
    stack
      .ofType('AWS::ApiGateway::Resource')
      .map((resource) => [resource.id, understood(resource, pathPart)]),
  );
  const pathOf = (resourceId: string): string => {
    const part = parts.get(resourceId);
    return part === undefined ? '' : `${pathOf(part.ParentId)}/${part.PathPart}`;
  };
  return pathOf;
}

/** The URI is `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<function's ARN>/invocations`. */
const functionInUri = (uri: string): string => /\/functions\/(.*)\/invocations$/.exec(uri)?.[1] ?? uri;

/**
 * Replaces the product's backend with the sample backend. The product is the second part of the path:
 * `/apis/<product>/…`.
 */
function atSampleBackend(backendUrl: string, path: string, uri: string): string {
  const [, , product = ''] = path.split('/');
  return `${backendUrl}/${product}${uri.replace(/^https?:\/\/[^/]+/, '')}`;
}

/** Returns header name → mapping expression. The path parameters are mapped to themselves. */
function mappedHeaders(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = 'integration.request.header.';
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([parameter]) => parameter.startsWith(prefix))
      .map(([parameter, expression]) => [parameter.slice(prefix.length), expression]),
  );
}

function deployedAuthorizer(stack: Stack): DeployedAuthorizer {
  const { IdentitySource, AuthorizerResultTtlInSeconds, AuthorizerUri } = understood(
    onlyOne(stack, 'AWS::ApiGateway::Authorizer'),
    authorizer,
  );
  const functionArn = functionInUri(AuthorizerUri);
  if (!functionsInvocableBy(stack, 'apigateway.amazonaws.com').has(functionArn)) {
    throw new DeploymentInvalid([
      `no AWS::Lambda::Permission lets apigateway.amazonaws.com invoke the authorizer ${functionArn}`,
    ]);
  }
  return {
    functionName: shortNameOf(stack, functionArn),
    identitySources: IdentitySource.split(',').map((source) => source.trim()),
    ttlSeconds: AuthorizerResultTtlInSeconds,
  };
}

function deployedResponses(stack: Stack): GatewayResponses {
  const prefix = 'gatewayresponse.header.';
  return Object.fromEntries(
    stack.ofType('AWS::ApiGateway::GatewayResponse').map((resource) => {
      const { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = understood(
        resource,
        gatewayResponse,
      );
      return [
        ResponseType,
        {
          ...(StatusCode !== undefined && { status: Number(StatusCode) }),
          headers: Object.fromEntries(
            Object.entries(ResponseParameters).map(([parameter, value]) => [
              parameter.slice(prefix.length),
              value,
            ]),
          ),
          template: ResponseTemplates['application/json'],
        },
      ];
    }),
  );
}

function deployedUsagePlans(stack: Stack): UsagePlanDefinition[] {
  return stack.ofType('AWS::ApiGateway::UsagePlan').map((resource) => {
    const { UsagePlanName, Throttle, Quota } = understood(resource, usagePlan);
    return {
      id: resource.id,
      name: UsagePlanName,
      rate: Throttle.RateLimit,
      burst: Throttle.BurstLimit,
      quota: { limit: Quota.Limit, period: Quota.Period },
    };
  });
}
