import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { PackagedTemplate } from '../../../scripts/packaged-template.ts';
import { packagedStage } from '../../support/packaged-stage.ts';
import { allowingStatements, textOf } from '../statements.ts';
import { template as dev, uat } from './packaged.ts';

const { template: byKms } = await packagedStage('dev', { oktaSigning: 'kms' });
const stages: Readonly<Record<string, PackagedTemplate>> = {
  dev,
  uat,
  prod: (await packagedStage('prod')).template,
  'dev, signed by KMS': byKms,
};

const environment = z.object({ Variables: z.record(z.string(), z.unknown()) });
const functionsOf = ({ Resources }: PackagedTemplate) =>
  Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function'
      ? [
          {
            name: String(Properties['FunctionName']).replace(/^sallyport-[a-z]+-/, ''),
            role: textOf(Properties['Role']).replace('.Arn', ''),
            variables: environment.parse(Properties['Environment']).Variables,
          },
        ]
      : [],
  );

/**
 * Returns the resources on which each function may use this action, by its role and the policies that the
 * role names.
 */
function allowed(template: PackagedTemplate, action: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    functionsOf(template).flatMap(({ name, role }) => {
      const properties = template.Resources[role]?.Properties ?? {};
      const managed = z
        .array(z.unknown())
        .parse(properties['ManagedPolicyArns'] ?? [])
        .map((policy) => template.Resources[textOf(policy)]?.Properties);
      const resources = [properties, managed]
        .flatMap(allowingStatements)
        .filter(({ Action }) => Action.includes(action))
        .flatMap(({ Resource }) => Resource);
      return resources.length === 0
        ? []
        : [[name, resources.map((resource) => resource.replace(/^.*:secret:/, ''))]];
    }),
  );
}

const withServiceNow = [
  'ewacs-account',
  'credential-delivery',
  'credential-pickup',
  'ticket-report',
  'finish-rollback',
  'mail-events',
  'execution-ended',
  'onboarding-sweep',
];

describe.each(Object.entries(stages))('X-7 the template of %s', (stage, template) => {
  const prefix = `sallyport-${stage.replace(/,.*$/, '')}`;

  // Threat T-80
  it('gives no function a secret, nor a reference by which CloudFormation would read one', () => {
    expect(JSON.stringify(template)).not.toContain('{{resolve:');
    for (const { name, variables } of functionsOf(template)) {
      for (const [variable, value] of Object.entries(variables)) {
        if (variable.includes('SECRET')) {
          expect(value, name).toMatch(new RegExp(`^${prefix}/(?:webhook|servicenow|okta-events)$`));
        }
        if (variable.includes('SIGNER')) {
          expect(textOf(value), name).toMatch(
            new RegExp(
              `^(?:secret:${prefix}/okta-(?:manager|reader|login)|kms:\\$\\{Okta(?:Manager|Reader|Login)Key\\})$`,
            ),
          );
        }
        expect(JSON.stringify(value), `${name} ${variable}`).not.toMatch(/whsec_|"d\\?"\s*:|-----BEGIN/);
      }
      expect(
        Object.keys(variables).filter((variable) => /PASSWORD|PRIVATE|_SECRET$/.test(variable)),
        name,
      ).toEqual([]);
    }
  });

  // Threat T-81
  it('lets each function read the secret of its purpose alone, and nobody the one with all of them', () => {
    const ofServiceNow = Object.fromEntries(
      withServiceNow.map((name) => [name, [`${prefix}/servicenow-??????`]]),
    );
    const ofOkta =
      template === byKms
        ? {}
        : {
            'okta-profile': [`${prefix}/okta-manager-??????`],
            'finish-rollback': [`${prefix}/servicenow-??????`, `${prefix}/okta-manager-??????`],
            'request-intake': [`${prefix}/okta-reader-??????`],
            'user-sweep': [`${prefix}/okta-reader-??????`],
            token: [`${prefix}/okta-login-??????`],
          };
    expect(allowed(template, 'secretsmanager:GetSecretValue')).toEqual({
      ...ofServiceNow,
      'servicenow-webhook': [`${prefix}/webhook-??????`],
      'okta-events': [`${prefix}/okta-events-??????`],
      ...ofOkta,
    });
  });
});

describe('X-7 a stage whose Okta assertions are signed by KMS', () => {
  // Threat T-81
  it('lets each function sign with the key of its application alone', () => {
    const signing = ['SigningKeyBlue.Arn', 'SigningKeyGreen.Arn'];
    expect(allowed(byKms, 'kms:Sign')).toEqual({
      'okta-profile': ['OktaManagerKey.Arn'],
      'finish-rollback': ['OktaManagerKey.Arn'],
      'request-intake': ['OktaReaderKey.Arn'],
      'user-sweep': ['OktaReaderKey.Arn'],
      token: [...signing, 'OktaLoginKey.Arn'],
      session: signing,
    });
    expect(
      functionsOf(byKms)
        .flatMap(({ name, variables }) =>
          Object.entries(variables).flatMap(([variable, value]) =>
            variable.includes('SIGNER') ? [[name, textOf(value)]] : [],
          ),
        )
        .toSorted(),
    ).toEqual([
      ['finish-rollback', 'kms:${OktaManagerKey}'],
      ['okta-profile', 'kms:${OktaManagerKey}'],
      ['request-intake', 'kms:${OktaReaderKey}'],
      ['token', 'kms:${OktaLoginKey}'],
      ['user-sweep', 'kms:${OktaReaderKey}'],
    ]);
  });

  it('has three keys for it, which another Region can have, too; any other stage has none', () => {
    const keysOf = ({ Resources }: PackagedTemplate) =>
      Object.entries(Resources).filter(([id, { Type }]) => Type === 'AWS::KMS::Key' && id.startsWith('Okta'));
    expect(
      keysOf(byKms).map(
        ([
          id,
          {
            Properties: { KeySpec, KeyUsage, MultiRegion },
          },
        ]) => ({ id, KeySpec, KeyUsage, MultiRegion }),
      ),
    ).toEqual(
      ['OktaManagerKey', 'OktaReaderKey', 'OktaLoginKey'].map((id) => ({
        id,
        KeySpec: 'RSA_2048',
        KeyUsage: 'SIGN_VERIFY',
        MultiRegion: true,
      })),
    );
    expect(keysOf(dev)).toEqual([]);
  });
});
