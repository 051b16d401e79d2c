import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { countWaits } from '../../../core/workflow/waits.ts';
import { logMessages } from '../../../middleware/log.ts';
import { createWorld } from '../../support/fakes/world.ts';
import { tasks } from '../onboarding-machine.ts';
import { ofType, resource, resources, template } from './packaged.ts';

const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Properties }) =>
  z
    .looseObject({
      AlarmName: z.string(),
      AlarmDescription: z.string(),
      AlarmActions: z.unknown(),
      TreatMissingData: z.string(),
      Threshold: z.number(),
      ComparisonOperator: z.string(),
      Metrics: z.array(
        z.looseObject({
          Id: z.string(),
          MetricStat: z
            .looseObject({
              Metric: z.looseObject({
                Namespace: z.string(),
                MetricName: z.string(),
                Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
              }),
            })
            .optional(),
        }),
      ),
    })
    .parse(Properties),
);
const watched = alarms.flatMap(({ AlarmName, Metrics }) =>
  Metrics.flatMap(({ MetricStat }) =>
    MetricStat === undefined ? [] : [{ AlarmName, ...MetricStat.Metric }],
  ),
);
const filters = ofType('AWS::Logs::MetricFilter').map(({ Properties }) =>
  z
    .object({
      LogGroupName: z.object({ Ref: z.string() }),
      FilterPattern: z.string(),
      MetricTransformations: z.tuple([
        z.object({ MetricNamespace: z.string(), MetricName: z.string(), MetricValue: z.string() }),
      ]),
    })
    .parse(Properties),
);

/** The alarms on numbers that stay unchanged if nobody counts. */
const counted = ['waits-overdue', 'app-clients-scarce', 'api-keys-scarce'].map(
  (name) => `sallyport-dev-${name}`,
);

describe('WF-12 every alarm', () => {
  it('names a page for whoever gets it, which is there', () => {
    for (const { AlarmName, AlarmDescription } of alarms) {
      const page = / See (docs\/runbooks\/[\w-]+\.md)\.$/.exec(AlarmDescription)?.[1];
      expect(page, AlarmName).toBeDefined();
      expect(existsSync(page ?? ''), `${AlarmName}: ${String(page)}`).toBe(true);
    }
  });

  it('tells the alerts, and rests where nothing happens, but for what has not ended because nobody counts', () => {
    for (const { AlarmName, AlarmActions, TreatMissingData } of alarms) {
      expect({ AlarmActions, TreatMissingData }, AlarmName).toEqual({
        AlarmActions: [{ Ref: 'Alerts' }],
        TreatMissingData: counted.includes(AlarmName) ? 'ignore' : 'notBreaching',
      });
    }
  });

  it('for waits rings after three days, long before the state gives up', () => {
    const { Metrics, Threshold, ComparisonOperator } =
      alarms.find(({ AlarmName }) => AlarmName === 'sallyport-dev-waits-overdue') ?? {};
    expect({ Metrics, Threshold, ComparisonOperator }).toEqual({
      Metrics: [
        {
          Id: 'm0',
          ReturnData: true,
          MetricStat: {
            Metric: { Namespace: 'sallyport-dev', MetricName: 'LongestWaitHours', Dimensions: [] },
            Period: 900,
            Stat: 'Maximum',
          },
        },
      ],
      Threshold: 72,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
    const wait = tasks.find(({ name }) => name === 'AwaitEwacsAccount')?.TimeoutSeconds;
    expect(wait).toBeGreaterThan(2 * 72 * 3600);
  });

  it('adds up as many metrics as an alarm may, at most', () => {
    for (const { AlarmName, Metrics } of alarms) expect(Metrics.length, AlarmName).toBeLessThanOrEqual(11);
  });

  it('watches what is there: functions, and lines of logs that are read', () => {
    const functions = new Set(
      ofType('AWS::Lambda::Function').map(({ Properties }) => Properties['FunctionName']),
    );
    for (const { AlarmName, Namespace, MetricName, Dimensions } of watched) {
      if (Namespace === 'AWS/Lambda') expect(functions, AlarmName).toContain(Dimensions[0]?.Value);
      if (!Namespace.startsWith('AWS/')) {
        expect(
          filters.map(
            ({ MetricTransformations: [{ MetricNamespace, MetricName: read }] }) =>
              `${MetricNamespace} ${read}`,
          ),
          AlarmName,
        ).toContain(`${Namespace} ${MetricName}`);
      }
    }
  });
});

describe('WF-12 the alarms together', () => {
  it('see every function that is throttled, and every defect', () => {
    const throttled = watched
      .filter(({ MetricName }) => MetricName === 'Throttles')
      .map(({ Dimensions }) => String(Dimensions[0]?.Value));
    expect(throttled.toSorted()).toEqual(
      readdirSync('functions')
        .map((name) => `sallyport-dev-${name}`)
        .toSorted(),
    );
    const defects = filters
      .filter(({ FilterPattern }) => FilterPattern === '{ ($.code = "defect") || ($.error = "Defect") }')
      .map(({ LogGroupName }) => resource(LogGroupName.Ref).Properties['LogGroupName']);
    expect(defects.toSorted()).toEqual(
      readdirSync('functions')
        .map((name) => `/aws/lambda/sallyport-dev-${name}`)
        .toSorted(),
    );
  });

  it('look for lines that functions log', () => {
    const codes = new Set(
      filters.flatMap(({ FilterPattern }) =>
        [...FilterPattern.matchAll(/\$\.code = "(\w+)"/g)].map(([, code = '']) => code),
      ),
    );
    expect([...codes].filter((code) => !Object.hasOwn(logMessages, code))).toEqual([]);
  });

  it('read the numbers that the sweep counts', async () => {
    const read = filters.flatMap(({ FilterPattern, MetricTransformations: [{ MetricValue }] }) =>
      MetricValue === '1' || FilterPattern.includes('trust_swept') ? [] : [`${FilterPattern} ${MetricValue}`],
    );
    const fields = [
      ...Object.keys(await countWaits(createWorld().ports)),
      'appClientsTakenPercent',
      'apiKeysTakenPercent',
    ];
    expect(read).toEqual(fields.map((field) => `{ ($.code = "swept") && ($.${field} >= 0) } $.${field}`));
  });
});

describe('WF-12 the dashboard', () => {
  const { widgets } = z
    .object({ widgets: z.array(z.looseObject({ type: z.string(), properties: z.looseObject({}) })) })
    .parse(
      JSON.parse(
        z.object({ 'Fn::Sub': z.string() }).parse(resource('Dashboard').Properties['DashboardBody'])[
          'Fn::Sub'
        ],
      ),
    );

  it('shows every alarm', () => {
    const [first] = widgets;
    expect(first?.properties['alarms']).toEqual(
      alarms.map(
        ({ AlarmName }) =>
          `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${AlarmName}`,
      ),
    );
  });

  it('shows functions and metrics that are there', () => {
    const shown = widgets.flatMap(({ properties }) =>
      z.array(z.array(z.unknown())).default([]).parse(properties['metrics']),
    );
    expect(shown.length).toBeGreaterThan(20);
    const functions = new Set(
      ofType('AWS::Lambda::Function').map(({ Properties }) => Properties['FunctionName']),
    );
    for (const [namespace, metric, , value] of shown) {
      if (namespace === 'AWS/Lambda') expect(functions).toContain(value);
      if (namespace === 'sallyport-dev') {
        expect(filters.map(({ MetricTransformations: [{ MetricName }] }) => MetricName)).toContain(metric);
      }
    }
  });
});

describe('WF-8 the alerts', () => {
  it('come from the source and of the kind that functions raise', () => {
    const kinds = ['Onboarding Needs Operator', 'Trust Needs Operator'];
    expect(resources['OnboardingNeedsOperator']?.Properties['EventPattern']).toEqual({
      source: ['sallyport'],
      'detail-type': kinds,
      account: [{ Ref: 'AWS::AccountId' }],
    });
    const raised = readFileSync('adapters/aws/eventbridge-alerts.ts', 'utf8');
    expect(raised).toContain("Source: 'sallyport'");
    for (const kind of kinds) expect(raised).toContain(`'${kind}'`);
  });
});

describe("JWT-1 the end of third parties' certificates", () => {
  it('is measured in days, and alarms where few are left', () => {
    const [filter] = ofType('AWS::Logs::MetricFilter').filter(({ Properties }) =>
      String(Properties['FilterPattern']).includes('trust_swept'),
    );
    expect(filter?.Properties['MetricTransformations']).toEqual([
      { MetricNamespace: 'sallyport-dev', MetricName: 'TrustExpiryDays', MetricValue: '$.soonestExpiryDays' },
    ]);
    const [alarm] = ofType('AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => Properties['AlarmName'] === 'sallyport-dev-trust-expires',
    );
    expect(alarm?.Properties).toEqual({
      ComparisonOperator: 'LessThanOrEqualToThreshold',
      Threshold: 7,
      EvaluationPeriods: 1,
      Metrics: [
        {
          MetricStat: {
            Metric: { Namespace: 'sallyport-dev', MetricName: 'TrustExpiryDays', Dimensions: [] },
            Period: 86_400,
            Stat: 'Minimum',
          },
          Id: 'm0',
          ReturnData: true,
        },
      ],
      AlarmName: 'sallyport-dev-trust-expires',
      AlarmDescription: expect.any(String) as string,
      AlarmActions: [{ Ref: 'Alerts' }],
      TreatMissingData: 'notBreaching',
    });
  });

  it('is looked at from outside: no address within is called', () => {
    const [sweep] = ofType('AWS::Lambda::Function').filter(
      ({ Properties }) => Properties['FunctionName'] === 'sallyport-dev-trust-sweep',
    );
    expect(sweep?.Properties['Environment']).toEqual({
      Variables: { PARTNER_ADDRESSES: { Ref: 'PartnerAddresses' }, TABLE_NAME: { Ref: 'Table' } },
    });
    expect(template.Parameters['PartnerAddresses']).toEqual({
      Default: 'public',
      Type: 'String',
      AllowedValues: ['public', 'loopback'],
      Description: expect.any(String) as string,
    });
  });
});
