import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { countingRules, firewallRules } from '../../../local/gateway/firewall.ts';
import { pathRule } from '../../../resources/path-rule.ts';
import { shippedCatalogue } from '../../support/shipped-catalogue.ts';
import { ofType, resource } from './packaged.ts';
import { methodsTo, routeOf } from './routes.ts';

const stage = z
  .object({
    StageName: z.string(),
    ClientCertificateId: z.unknown(),
    TracingEnabled: z.boolean(),
    AccessLogSetting: z.object({ Format: z.string() }),
    MethodSettings: z.array(
      z.object({
        HttpMethod: z.string(),
        ResourcePath: z.string(),
        ThrottlingRateLimit: z.number(),
        ThrottlingBurstLimit: z.number(),
        LoggingLevel: z.string(),
        DataTraceEnabled: z.boolean(),
        MetricsEnabled: z.boolean(),
      }),
    ),
  })
  .parse(resource('ApiStage').Properties);
const plans = Object.values(shippedCatalogue.ratePlans);

describe('the stage of the API', () => {
  it('is the only one: the deployment makes none of its own', () => {
    expect(ofType('AWS::ApiGateway::Stage')).toHaveLength(1);
    expect(ofType('AWS::ApiGateway::Deployment').map(({ Properties }) => Properties)).toEqual([
      { RestApiId: { Ref: 'ApiGatewayRestApi' } },
    ]);
    expect(stage.StageName).toBe('dev');
  });

  it('shows the backends a certificate', () => {
    expect(stage.ClientCertificateId).toEqual({ Ref: 'BackendCertificate' });
    expect(resource('BackendCertificate').Type).toBe('AWS::ApiGateway::ClientCertificate');
  });

  // Threats T-12, T-42
  it("logs each call as a line of JSON, by its route: no path, query or header, so neither a link's token nor a login's", () => {
    const variables = [...stage.AccessLogSetting.Format.matchAll(/\$(context[\w.]+)/g)].map(
      ([, name]) => name,
    );
    expect(variables.toSorted()).toEqual([
      'context.authorizer.clientId',
      'context.authorizer.invocationId',
      'context.authorizer.latency',
      'context.authorizer.partnerId',
      'context.error.responseType',
      'context.httpMethod',
      'context.identity.sourceIp',
      'context.integration.latency',
      'context.requestId',
      'context.requestTimeEpoch',
      'context.resourcePath',
      'context.responseLatency',
      'context.responseLength',
      'context.status',
      'context.waf.status',
    ]);
    expect(stage.AccessLogSetting.Format).not.toContain('\n');
    expect(
      Object.keys(
        z
          .looseObject({})
          .parse(JSON.parse(stage.AccessLogSetting.Format.replaceAll(/\$context\.status/g, '200'))),
      ),
    ).toHaveLength(variables.length);
  });

  it('is searched by the runbook for fields that the lines have', () => {
    const runbook = readFileSync('docs/runbooks/README.md', 'utf8');
    const queries = [
      ...runbook.matchAll(/find_in (?<group>\S+) "fields (?<fields>[^|]+) \| filter (?<filter>\w+) = /gu),
    ].map(({ groups: { group = '', fields = '', filter = '' } = {} }) => ({
      group: group.replace('${SALLYPORT_STACK:-sallyport-dev}', 'sallyport-dev'),
      names: [...fields.split(', '), filter].filter((name) => name !== '@timestamp'),
    }));
    const accessLog = Object.keys(
      z
        .looseObject({})
        .parse(JSON.parse(stage.AccessLogSetting.Format.replaceAll(/\$context\.status/g, '200'))),
    );
    // What a line of the authorizer has: the fields of its own, and the code of its message.
    const lines = `${readFileSync('functions/authorizer/log-decision.ts', 'utf8')} code`;
    expect(queries.map(({ group }) => group)).toEqual([
      '/aws/apigateway/sallyport-dev',
      '/aws/lambda/sallyport-dev-authorizer',
      '/aws/apigateway/sallyport-dev',
    ]);
    expect(resource('AccessLogGroup').Properties['LogGroupName']).toBe('/aws/apigateway/sallyport-dev');
    for (const { group, names } of queries) {
      const unknown = names.filter((name) =>
        group.endsWith('authorizer')
          ? !new RegExp(`\\b${name}\\b`, 'u').test(lines)
          : !accessLog.includes(name),
      );
      expect(unknown, group).toEqual([]);
    }
  });

  it('keeps no other trace of an address: no X-Ray, no execution log, no samples of the firewall', () => {
    expect(stage.TracingEnabled).toBe(false);
    expect(stage.MethodSettings.map(({ ResourcePath }) => ResourcePath)).toContain('/~1session');
    for (const { ResourcePath, LoggingLevel, DataTraceEnabled } of stage.MethodSettings) {
      expect({ LoggingLevel, DataTraceEnabled }, ResourcePath).toEqual({
        LoggingLevel: 'OFF',
        DataTraceEnabled: false,
      });
    }
    expect(JSON.stringify(resource('Firewall').Properties)).not.toContain('"SampledRequestsEnabled":true');
    expect(ofType('AWS::WAFv2::LoggingConfiguration')).toEqual([]);
  });

  it('gives every client at least its rate plan', () => {
    const [all] = stage.MethodSettings;
    expect(all).toEqual({
      HttpMethod: '*',
      ResourcePath: '/*',
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 1000,
      LoggingLevel: 'OFF',
      DataTraceEnabled: false,
      MetricsEnabled: false,
    });
    const limit = z.object({ Limit: z.number(), EvaluationWindowSec: z.number() });
    const flood = z
      .object({
        Rules: z.array(
          z.object({ Name: z.string(), Statement: z.object({ RateBasedStatement: limit.optional() }) }),
        ),
      })
      .parse(resource('Firewall').Properties)
      .Rules.find(({ Name }) => Name === 'flood')?.Statement.RateBasedStatement;
    for (const { rate, burst } of plans) {
      expect(all?.ThrottlingRateLimit).toBeGreaterThanOrEqual(rate);
      expect(all?.ThrottlingBurstLimit).toBeGreaterThanOrEqual(burst);
      expect(flood?.Limit).toBeGreaterThanOrEqual(rate * (flood?.EvaluationWindowSec ?? 0));
    }
  });

  // Threats T-6, T-17
  it('stands behind the firewall', () => {
    expect(resource('FirewallOfStage').Properties).toEqual({
      WebACLArn: { 'Fn::GetAtt': ['Firewall', 'Arn'] },
      ResourceArn: {
        'Fn::Sub':
          'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${ApiGatewayRestApi}/stages/${ApiStage}',
      },
    });
  });

  // Threats T-17, T-90
  it.each([
    ['/oauth2/token', 'guessing'],
    ['/credentials/a-link', 'guessing'],
    ['/oauth2/introspect', 'guessing-elsewhere'],
    ['/oauth2/revoke', 'guessing-elsewhere'],
    ['/oauth2/check', 'guessing-elsewhere'],
    ['/session', 'guessing-elsewhere'],
    ['/operator/partners', 'guessing-elsewhere'],
  ])('counts the tries at %s in every spelling', (path, rule) => {
    const rules = firewallRules.parse(resource('Firewall').Properties['Rules']);
    const [, first = ''] = path.split('/');
    const encoded = (text: string): string =>
      text.replaceAll(/[a-z]/gu, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
    for (const spelling of [
      path,
      path.toUpperCase(),
      `/${path}`,
      `${path}/`,
      `${path}//`,
      `/dev${path}`,
      `//dev/${path}`,
      `/.${path}`,
      `/x/..${path}`,
      encoded(path),
      path.replaceAll('/', '%2F'),
      path.replace(first, encoded(first)),
      path.replace(first, `${first}/`),
    ]) {
      expect([spelling, countingRules(rules, spelling).toSorted()]).toEqual([spelling, ['flood', rule]]);
    }
    for (const other of [
      `/apis/reports${path}`,
      `/apis${path}`,
      `/x/y${path}`,
      '/session-page',
      '/webhooks',
    ]) {
      expect([other, ...countingRules(rules, other)]).toEqual([other, 'flood']);
    }
  });

  // Threat T-17
  it('counts the tries at every path of a function, but for those that take nothing secret and the webhooks', () => {
    const uncounted: Readonly<Record<string, string>> = {
      '/': 'it is public',
      '/.well-known/jwks.json': 'it is public',
      '/.well-known/oauth-authorization-server': 'it is public',
      '/.well-known/openid-configuration': 'it is public',
      '/apis': 'its callers call often, and what they could guess is a signature',
      '/docs': 'it is public',
      '/docs/{product}': 'it is public',
      '/webhooks/okta': 'its secret is long and random, and events come in bursts',
      '/webhooks/servicenow': 'it takes a signature, and events come in bursts',
    };
    const rules = firewallRules.parse(resource('Firewall').Properties['Rules']);
    const paths = methodsTo('AWS_PROXY').map((method) =>
      routeOf(method)
        .replace(/^\S+ /u, '')
        .replace(/^\/apis\/.+$/u, '/apis'),
    );
    const found = [...new Set(paths)].filter((path) => {
      const counting = countingRules(rules, path.replaceAll(/\{\w+\}/gu, 'x'));
      return !counting.some((name) => name.startsWith('guessing'));
    });
    expect(found.toSorted()).toEqual(Object.keys(uncounted).toSorted());
  });

  // Threat T-50
  it('WF-10 blocks the paths that the twin blocks', () => {
    expect(
      z.object({ Rules: z.array(z.unknown()) }).parse(resource('Firewall').Properties).Rules,
    ).toContainEqual(pathRule(shippedCatalogue, 'sallyport-dev'));
    expect(firewallRules.safeParse(resource('Firewall').Properties['Rules']).error).toBeUndefined();
  });

  // If the framework does not write the log itself, it deletes /aws/api-gateway/<stack> after each
  // deployment.
  it('logs where the framework does not clean up', () => {
    expect(resource('AccessLogGroup').Properties['LogGroupName']).toBe('/aws/apigateway/sallyport-dev');
    const cleansUp =
      'node_modules/serverless/lib/plugins/aws/package/compile/events/api-gateway/lib/hack/update-stage.js';
    expect(readFileSync(cleansUp, 'utf8')).toContain(
      'const logGroupName = `/aws/api-gateway/${service}-${stage}`;',
    );
  });
});
