import { describe, expect, it } from 'vitest';
import { shippedCatalogue } from '../../support/shipped-catalogue.ts';
import { allowingStatements } from '../statements.ts';
import { firstUat, ofType, resource, resources, uat } from './packaged.ts';

const senders = [...new Set(Object.values(shippedCatalogue.brands).map(({ from }) => from))];
const domains = [...new Set(senders.map((address) => address.replace(/^.*@/u, '')))];

const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
const identity = (domain: string) => ({
  Type: 'AWS::SES::EmailIdentity',
  ...kept,
  DependsOn: ['MailConfigurationSet'],
  Properties: {
    EmailIdentity: domain,
    ConfigurationSetAttributes: { ConfigurationSetName: 'sallyport-dev' },
    DkimAttributes: { SigningEnabled: true },
    DkimSigningAttributes: { NextSigningKeyLength: 'RSA_2048_BIT' },
    MailFromAttributes: { MailFromDomain: `bounce.${domain}`, BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' },
  },
});

describe('WF-12 what SES needs to know before it sends a mail', () => {
  it('is in the stack: each domain that brands send from, once, signed, with the configuration set', () => {
    expect(ofType('AWS::SES::EmailIdentity')).toEqual(domains.map(identity));
    expect(resource('MailConfigurationSet')).toEqual({
      Type: 'AWS::SES::ConfigurationSet',
      ...kept,
      DependsOn: [],
      Properties: {
        Name: 'sallyport-dev',
        DeliveryOptions: { TlsPolicy: 'REQUIRE' },
        ReputationOptions: { ReputationMetricsEnabled: true },
        SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
      },
    });
    expect(resource('MailEvents')).toEqual({
      DependsOn: ['MailConfigurationSet'],
      Properties: {
        ConfigurationSetName: 'sallyport-dev',
        EventDestination: {
          Name: 'event-bus',
          Enabled: true,
          MatchingEventTypes: ['send', 'delivery', 'bounce', 'complaint', 'reject', 'renderingFailure'],
          EventBridgeDestination: {
            EventBusArn: {
              'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default',
            },
          },
        },
      },
      Type: 'AWS::SES::ConfigurationSetEventDestination',
    });
  });

  it('stays out of the stack where the parameters say that it exists; its events still come here', () => {
    // The id of the API's deployment differs each time.
    const gone = Object.entries(uat.Resources).filter(
      ([id]) => !Object.hasOwn(firstUat.Resources, id) && !id.startsWith('ApiGatewayDeployment'),
    );
    expect(gone.map(([, { Type }]) => Type).toSorted()).toEqual([
      'AWS::SES::ConfigurationSet',
      ...domains.map(() => 'AWS::SES::EmailIdentity'),
    ]);
    expect(firstUat.Resources['MailEvents']).toEqual({
      DependsOn: [],
      Properties: {
        ConfigurationSetName: 'sallyport-uat',
        EventDestination: {
          Name: 'event-bus',
          Enabled: true,
          MatchingEventTypes: ['send', 'delivery', 'bounce', 'complaint', 'reject', 'renderingFailure'],
          EventBridgeDestination: {
            EventBusArn: {
              'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default',
            },
          },
        },
      },
      Type: 'AWS::SES::ConfigurationSetEventDestination',
    });
    expect(firstUat.faults).toEqual([]);
  });

  it('is what the one function names that sends: as a brand only, to whomever, by this set', () => {
    const ses = 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:';
    const sending = Object.values(resources)
      .flatMap(({ Properties }) => allowingStatements(Properties))
      .filter(({ Action }) => Action.includes('ses:SendEmail'));
    expect(sending.map(({ Resource, Condition }) => ({ Resource, Condition }))).toEqual([
      { Resource: [`${ses}identity/*`], Condition: { StringEquals: { 'ses:FromAddress': senders } } },
      { Resource: [`${ses}configuration-set/sallyport-dev`], Condition: {} },
    ]);
    expect(resource('CredentialDashdeliveryLambdaFunction').Properties).toMatchObject({
      Environment: { Variables: { MAIL_CONFIGURATION_SET: 'sallyport-dev' } },
    });
  });
});
