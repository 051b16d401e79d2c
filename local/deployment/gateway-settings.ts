import * as z from 'zod';
import type { DeployedAuthorizer, DeployedGatewayResponse } from './deployment.ts';
import type { Description } from './description.ts';
import { type FirewallRules, firewallRules } from '../gateway/firewall.ts';
import type { Resolve } from './expressions.ts';

const authorizer = z.object({
  Type: z.literal('REQUEST'),
  IdentitySource: z.string(),
  AuthorizerResultTtlInSeconds: z.int(),
  AuthorizerUri: z.unknown(),
});

const gatewayResponse = z.object({
  ResponseType: z.string(),
  StatusCode: z.string().regex(/^[1-5]\d\d$/).optional(),
  ResponseParameters: z.record(z.string().startsWith('gatewayresponse.header.'), z.string()),
  // API Gateway takes this one where `Accept` names none that is there.
  ResponseTemplates: z.strictObject({ 'application/json': z.string() }),
});

/** The one authorizer of the product routes. Its function's ARN ends in `<prefix><short name>`. */
export function authorizerOf({ resources }: Description, prefix: string, resolve: Resolve): DeployedAuthorizer {
  const [only, ...others] = resources.filter(({ Type }) => Type === 'AWS::ApiGateway::Authorizer');
  if (only === undefined || others.length > 0) throw new Error(`the deployment has ${others.length + (only ? 1 : 0)} authorizers, not one`);
  const settings = authorizer.parse(only.Properties);
  const uri = resolve(settings.AuthorizerUri, `authorizer ${only.logicalId}, AuthorizerUri`);
  return {
    functionName: uri.slice(uri.indexOf(prefix) + prefix.length, uri.lastIndexOf('/invocations')),
    identitySources: settings.IdentitySource.split(',').map((source) => source.trim()),
    ttlSeconds: settings.AuthorizerResultTtlInSeconds,
  };
}

/** What API Gateway itself answers, by response type. */
export function gatewayResponsesOf({ resources }: Description): Record<string, DeployedGatewayResponse> {
  return Object.fromEntries(resources.filter(({ Type }) => Type === 'AWS::ApiGateway::GatewayResponse').map(({ Properties }) => {
    const { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = gatewayResponse.parse(Properties);
    return [ResponseType, {
      ...(StatusCode !== undefined && { status: Number(StatusCode) }),
      headers: Object.fromEntries(Object.entries(ResponseParameters)
        .map(([parameter, value]) => [parameter.slice('gatewayresponse.header.'.length), value])),
      template: ResponseTemplates['application/json'],
    }];
  }));
}

const restApi = z.object({ provider: z.object({ apiGateway: z.object({ binaryMediaTypes: z.array(z.string()).optional() }).optional() }).optional() });

/** The media types that the REST API carries as bytes. */
export const binaryMediaTypesOf = ({ index }: Description): readonly string[] => restApi.parse(index).provider?.apiGateway?.binaryMediaTypes ?? [];

/** The rules of the one web ACL; in the place of an expression stands what it is made from. */
export function firewallRulesOf({ resources }: Description, made: Readonly<Record<string, unknown>>): FirewallRules {
  const rules = resources.filter(({ Type }) => Type === 'AWS::WAFv2::WebACL').flatMap(({ Properties }) => z.array(z.unknown()).parse(Properties['Rules']));
  return firewallRules.parse(rules.map((rule) => typeof rule === 'string' ? made[rule] : rule));
}
