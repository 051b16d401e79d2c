import * as z from 'zod';
import type { PackagedTemplate } from '../packaged-template.ts';

/** What is charged by the month for deployed resources, and the settings that make acts more expensive. */
export interface FixedCosts {
  readonly keys: number;
  /** Secrets in Secrets Manager that functions may read. They are created before the stack. */
  readonly secrets: number;
  /** Metrics that alarms use. Each is charged like an alarm. */
  readonly alarms: number;
  /** Custom metrics, which count log lines. */
  readonly metrics: number;
  readonly dashboards: number;
  readonly firewalls: number;
  readonly firewallRules: number;
  /** Whether the gateway writes a line for each call. */
  readonly accessLog: boolean;
  /** Whether Step Functions writes a line for each event of an execution. */
  readonly workflowLog: boolean;
}

const alarm = z.looseObject({
  Metrics: z.array(z.looseObject({ MetricStat: z.unknown().optional() })).default([{ MetricStat: {} }]),
});
const filter = z.looseObject({ MetricTransformations: z.array(z.looseObject({ MetricName: z.unknown() })) });
const firewall = z.looseObject({ Rules: z.array(z.unknown()).default([]) });
const machine = z.looseObject({ LoggingConfiguration: z.looseObject({ Level: z.string() }).optional() });

/** Counts what a packaged template deploys. */
export function fixedCostsOf({ Resources }: PackagedTemplate): FixedCosts {
  const of = (type: string) =>
    Object.values(Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Properties);
  return {
    keys: of('AWS::KMS::Key').length,
    secrets: new Set(JSON.stringify(Resources).match(/:secret:[^"]+/g)).size,
    alarms: of('AWS::CloudWatch::Alarm')
      .flatMap((properties) => alarm.parse(properties).Metrics)
      .filter(({ MetricStat }) => MetricStat !== undefined).length,
    metrics: new Set(
      of('AWS::Logs::MetricFilter').flatMap((properties) =>
        filter.parse(properties).MetricTransformations.map(({ MetricName }) => MetricName),
      ),
    ).size,
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    firewalls: of('AWS::WAFv2::WebACL').length,
    firewallRules: of('AWS::WAFv2::WebACL').flatMap((properties) => firewall.parse(properties).Rules).length,
    accessLog: of('AWS::ApiGateway::Stage').some((properties) => 'AccessLogSetting' in properties),
    workflowLog: of('AWS::StepFunctions::StateMachine').some(
      (properties) => machine.parse(properties).LoggingConfiguration?.Level === 'ALL',
    ),
  };
}
