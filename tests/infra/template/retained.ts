import { describe, expect, it } from 'vitest';
import type { PackagedTemplate } from '../../../scripts/packaged-template.ts';
import { firstUat, template as dev, uat } from './packaged.ts';

/** Whatever holds what nobody could bring back, and the versions of the state machine. */
const retained = [
  'DataKey', 'MacKey', 'MailConfigurationSet', 'MailIdentityNorthlightExamplef7f1a5', 'MailIdentitySentinelExample444fa2', 'OnboardingVersion', 'OperatorPool',
  'SigningKeyBlue', 'SigningKeyGreen', 'Table', 'UserPool',
];

/** By logical id, each as `<deletion> <replacement>`. */
const policiesOf = ({ Resources }: PackagedTemplate): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(Resources)
  .flatMap(([id, { DeletionPolicy, UpdateReplacePolicy }]) =>
    DeletionPolicy === undefined && UpdateReplacePolicy === undefined ? [] : [[id, `${String(DeletionPolicy)} ${String(UpdateReplacePolicy)}`]]));

const protections = ({ Resources }: PackagedTemplate) => ({
  table: Resources['Table']?.Properties['DeletionProtectionEnabled'],
  pools: ['UserPool', 'OperatorPool'].map((id) => Resources[id]?.Properties['DeletionProtection']),
});

describe('WF-12 what outlives a stack', () => {
  it('outlives it in uat, but for a deployment that created it and failed', () => {
    expect(policiesOf(uat)).toEqual(Object.fromEntries(retained.map((id) => [id, 'RetainExceptOnCreate Retain'])));
  });

  it('is SES\'s side and the versions in dev, and nothing that holds data', () => {
    const sharedWithOthers = /^Mail|^OnboardingVersion$/;
    expect(policiesOf(dev)).toEqual(Object.fromEntries(retained.map((id) => [id, sharedWithOthers.test(id) ? 'RetainExceptOnCreate Retain' : 'Delete Delete'])));
  });

  it('is protected from being deleted by hand in uat, not in dev, and not by the first deployment, which has to be able to take it back', () => {
    expect(protections(uat)).toEqual({ table: true, pools: ['ACTIVE', 'ACTIVE'] });
    expect(protections(firstUat)).toEqual({ table: false, pools: ['INACTIVE', 'INACTIVE'] });
    expect(protections(dev)).toEqual({ table: false, pools: ['INACTIVE', 'INACTIVE'] });
  });

  it('is the same in the first deployment: the second one only adds the protections', () => {
    expect(policiesOf(firstUat)).toEqual(Object.fromEntries(Object.entries(policiesOf(uat)).filter(([id]) => !/^Mail[CI]/.test(id))));
  });
});
