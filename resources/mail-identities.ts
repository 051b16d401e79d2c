import type { Catalogue } from '../core/catalogue/catalogue.ts';
import { type Resources, logicalId } from './cloudformation.ts';

/** Whether the stack creates something or finds it there. */
export type Origin = 'create' | 'existing';

/** The addresses that the brands' mails are sent from. */
export const mailFromAddresses = (catalogue: Catalogue): readonly string[] => [
  ...new Set(Object.values(catalogue.brands).map(({ from }) => from)),
];

/** The domains of these addresses, each of which has to be verified in SES. */
export const mailDomains = (catalogue: Catalogue): readonly string[] => [
  ...new Set(mailFromAddresses(catalogue).map((address) => address.slice(address.lastIndexOf('@') + 1))),
];

/**
 * SES's side of the mails, as far as the stack creates it. All of it outlives the stack: with an identity its
 * DKIM records would go, and with the configuration set the reputation that it measures. What a first
 * deployment created before it failed is deleted, since the next one creates it again.
 * @param configurationSet the configuration set's name
 */
export function mailResources(
  catalogue: Catalogue,
  {
    configurationSet,
    origins,
  }: {
    readonly configurationSet: string;
    readonly origins: { readonly identities: Origin; readonly configurationSet: Origin };
  },
): Resources {
  const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
  return {
    ...(origins.configurationSet === 'create' && {
      MailConfigurationSet: {
        Type: 'AWS::SES::ConfigurationSet',
        ...kept,
        Properties: {
          Name: configurationSet,
          DeliveryOptions: { TlsPolicy: 'REQUIRE' },
          ReputationOptions: { ReputationMetricsEnabled: true },
          SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
        },
      },
    }),
    ...(origins.identities === 'create' &&
      Object.fromEntries(
        mailDomains(catalogue).map((domain) => [
          logicalId('MailIdentity', domain),
          {
            Type: 'AWS::SES::EmailIdentity',
            ...kept,
            ...(origins.configurationSet === 'create' && { DependsOn: ['MailConfigurationSet'] }),
            Properties: {
              EmailIdentity: domain,
              ConfigurationSetAttributes: { ConfigurationSetName: configurationSet },
              DkimAttributes: { SigningEnabled: true },
              DkimSigningAttributes: { NextSigningKeyLength: 'RSA_2048_BIT' },
              MailFromAttributes: {
                MailFromDomain: `bounce.${domain}`,
                // Until the records of this name are there, SES uses a domain of its own.
                BehaviorOnMxFailure: 'USE_DEFAULT_VALUE',
              },
            },
          },
        ]),
      )),
  };
}

/** @throws {Error} naming the parameter and what it may be */
export function originOf(parameter: string, value: unknown): Origin {
  if (value === 'create' || value === 'existing') return value;
  throw new Error(`The parameter ${parameter} is ${JSON.stringify(value)}; use "create" or "existing".`);
}
