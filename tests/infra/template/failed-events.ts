import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ofType, resource } from './packaged.ts';

const queue = { 'Fn::GetAtt': ['FailedEvents', 'Arn'] };
const rules = ofType('AWS::Events::Rule').map(({ Properties }) =>
  z
    .object({
      Name: z.string().optional(),
      EventPattern: z.unknown().optional(),
      ScheduleExpression: z.string().optional(),
      Targets: z.array(
        z.object({ Arn: z.unknown(), DeadLetterConfig: z.object({ Arn: z.unknown() }).optional() }),
      ),
    })
    .parse(Properties),
);

describe('X-1 what fails while nobody waits for it', () => {
  it('goes to the queue where EventBridge cannot deliver it; a schedule comes again by itself', () => {
    for (const { Name, EventPattern, Targets } of rules.filter(
      ({ ScheduleExpression }) => ScheduleExpression === undefined,
    )) {
      for (const { DeadLetterConfig } of Targets) {
        expect(DeadLetterConfig, Name ?? JSON.stringify(EventPattern)).toEqual({ Arn: queue });
      }
    }
  });

  it('goes to the queue after a function has failed three times', () => {
    const invokedByEvents = rules
      .flatMap(({ Targets }) => Targets.map(({ Arn }) => JSON.stringify(Arn)))
      .filter((arn) => arn.includes('LambdaFunction'));
    const caught = ofType('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => {
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: queue } },
      });
      return JSON.stringify({
        'Fn::GetAtt': [z.object({ Ref: z.string() }).parse(Properties['FunctionName']).Ref, 'Arn'],
      });
    });
    expect(caught.toSorted()).toEqual(invokedByEvents.toSorted());
  });

  it('stays there for 14 days, and each rule of ours may send it there, no other', () => {
    expect(resource('FailedEvents').Properties['MessageRetentionPeriod']).toBe(14 * 24 * 60 * 60);
    const named = rules.flatMap(({ Name, EventPattern }) => (EventPattern === undefined ? [] : [Name]));
    const sources = z
      .object({
        PolicyDocument: z.object({
          Statement: z.tuple([
            z.object({
              Condition: z.object({ ArnEquals: z.object({ 'aws:SourceArn': z.array(z.looseObject({})) }) }),
            }),
          ]),
        }),
      })
      .parse(resource('FailedEventsPolicy').Properties).PolicyDocument.Statement[0].Condition.ArnEquals[
      'aws:SourceArn'
    ];
    const allowed = sources.map(
      (source) =>
        /rule\/([\w-]+)$/.exec(String(source['Fn::Sub']))?.[1] ??
        resource(String([source['Fn::GetAtt']].flat()[0])).Properties['Name'],
    );
    expect(allowed.toSorted()).toEqual(named.toSorted());
  });
});
