import type { Catalogue } from '../core/catalogue/catalogue.ts';
import { type Resources, logicalId } from './cloudformation.ts';

/**
 * Returns one usage plan per rate plan of the catalogue, named `<prefix><rate plan>`, for the stage of the
 * API.
 */
export function usagePlans(catalogue: Catalogue, prefix: string): Resources {
  return Object.fromEntries(
    Object.entries(catalogue.ratePlans).map(([name, { rate, burst, quota }]) => [
      usagePlanId(name),
      {
        Type: 'AWS::ApiGateway::UsagePlan',
        Properties: {
          UsagePlanName: `${prefix}${name}`,
          ApiStages: [{ ApiId: { Ref: 'ApiGatewayRestApi' }, Stage: { Ref: 'ApiStage' } }],
          Throttle: { RateLimit: rate, BurstLimit: burst },
          Quota: { Limit: quota.limit, Period: quota.period },
        },
      },
    ]),
  );
}

/** Returns the ARNs that a role must name to add API keys to these plans. */
export function usagePlanKeyArns(catalogue: Catalogue): readonly unknown[] {
  return Object.keys(catalogue.ratePlans).map((name) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}::/usageplans/\${${usagePlanId(name)}}/keys`,
  }));
}

/** Returns the logical id of each rate plan's usage plan. */
export const usagePlanIds = (catalogue: Catalogue): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(catalogue.ratePlans).map((name) => [name, usagePlanId(name)]));

const usagePlanId = (ratePlan: string): string => logicalId('UsagePlan', ratePlan);
