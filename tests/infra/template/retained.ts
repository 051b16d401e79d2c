import { describe, expect, it } from 'vitest';
import { mailDomains } from '../../../resources/mail-identities.ts';
import { logicalId } from '../../../resources/cloudformation.ts';
import type { PackagedTemplate } from '../../../scripts/packaged-template.ts';
import { shippedCatalogue } from '../../support/shipped-catalogue.ts';
import { firstUat, template as dev, uat } from './packaged.ts';

/** The types of resources that hold data or keys. Nothing brings them back once they are deleted. */
const irreplaceable = ['AWS::Cognito::UserPool', 'AWS::DynamoDB::Table', 'AWS::KMS::Key'] as const;

/** All resources with data that cannot be restored, and the versions of the state machine. */
const retained = [
  'ApiKeyValueKey',
  'CodeKey',
  'DataKey',
  'LinkKey',
  'MailConfigurationSet',
  ...mailDomains(shippedCatalogue).map((domain) => logicalId('MailIdentity', domain)),
  'OnboardingVersion',
  'OperatorPool',
  'ProviderSecretKey',
  'SealingKey',
  'SigningKeyBlue',
  'SigningKeyGreen',
  'Table',
  'UserPool',
];

/** Returns the policies by logical id, each as `<deletion> <replacement>`. */
function policiesOf({ Resources }: PackagedTemplate): Readonly<Record<string, string>> {
  const policies = Object.entries(Resources).map(
    ([id, { DeletionPolicy, UpdateReplacePolicy }]) =>
      [id, `${String(DeletionPolicy)} ${String(UpdateReplacePolicy)}`] as const,
  );
  return Object.fromEntries(policies.filter(([, policy]) => policy !== 'undefined undefined'));
}

const protections = ({ Resources }: PackagedTemplate) => ({
  table: Resources['Table']?.Properties['DeletionProtectionEnabled'],
  pools: ['UserPool', 'OperatorPool'].map((id) => Resources[id]?.Properties['DeletionProtection']),
});

describe('WF-12 what outlives a stack', () => {
  it('outlives it in uat, but for a deployment that created it and failed', () => {
    const everywhere = retained.map((id) => [id, 'RetainExceptOnCreate Retain']);
    expect(policiesOf(uat)).toEqual(Object.fromEntries(everywhere));
  });

  // Threat T-116
  it.each([uat, firstUat, dev])('is every key, table and pool, by both policies', ({ Resources }) => {
    const found = Object.entries(Resources).filter(([, { Type }]) =>
      irreplaceable.some((each) => each === Type),
    );
    expect(new Set(found.map(([, { Type }]) => Type)).size).toBe(irreplaceable.length);
    for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of found) {
      expect([id, retained.includes(id)]).toEqual([id, true]);
      const table = Resources['Table'];
      expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([
        id,
        table?.['DeletionPolicy'],
        table?.['UpdateReplacePolicy'],
      ]);
    }
  });

  it("is SES's side and the versions in dev, and nothing that holds data", () => {
    const sharedWithOthers = /^Mail|^OnboardingVersion$/;
    const expected = retained.map((id) => [
      id,
      sharedWithOthers.test(id) ? 'RetainExceptOnCreate Retain' : 'Delete Delete',
    ]);
    expect(policiesOf(dev)).toEqual(Object.fromEntries(expected));
  });

  it('is protected from deletion by hand in uat, not in dev, and not by a first deployment', () => {
    expect(protections(uat)).toEqual({ table: true, pools: ['ACTIVE', 'ACTIVE'] });
    expect(protections(firstUat)).toEqual({ table: false, pools: ['INACTIVE', 'INACTIVE'] });
    expect(protections(dev)).toEqual({ table: false, pools: ['INACTIVE', 'INACTIVE'] });
  });

  it('is the same in the first deployment: the second one only adds the protections', () => {
    const withoutMail = Object.entries(policiesOf(uat)).filter(([id]) => !/^Mail[CI]/.test(id));
    expect(policiesOf(firstUat)).toEqual(Object.fromEntries(withoutMail));
  });
});
