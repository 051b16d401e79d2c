import type { Catalogue } from '../core/catalogue/catalogue.ts';
import { type Resources, logicalId } from './cloudformation.ts';

/** Whether the stack creates a resource or uses an existing one. */
export type Origin = 'create' | 'existing';

/** Returns the addresses that the brands' mails are sent from. */
export const mailFromAddresses = (catalogue: Catalogue): readonly string[] => [
  ...new Set(Object.values(catalogue.brands).map(({ from }) => from)),
];

/** Returns the domains of these addresses. Each must be verified in SES. */
export const mailDomains = (catalogue: Catalogue): readonly string[] => [
  ...new Set(mailFromAddresses(catalogue).map((address) => address.slice(address.lastIndexOf('@') + 1))),
];

/**
 * Returns the SES resources that the stack creates. They are retained when the stack is deleted, because an
 * identity's DKIM records and the configuration set's reputation metrics would be lost. If a first deployment
 * fails, its resources are deleted, since the next one creates them again.
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
                // Until the DNS records of this name exist, SES uses a domain of its own.
                BehaviorOnMxFailure: 'USE_DEFAULT_VALUE',
              },
            },
          },
        ]),
      )),
  };
}

/**
 * Returns the value of a parameter that says where a resource comes from.
 * @throws {Error} naming the parameter and its allowed values
 */
export function originOf(parameter: string, value: unknown): Origin {
  if (value === 'create' || value === 'existing') return value;
  throw new Error(`The parameter ${parameter} is ${JSON.stringify(value)}; use "create" or "existing".`);
}
