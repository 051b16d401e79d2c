import { describe, expect, it } from 'vitest';
import { withPackagedTemplate } from '../../../scripts/packaged-template.ts';
import { stageDifferences } from '../../../scripts/stage-differences.ts';
import { resources, template } from './packaged.ts';

const next = await withPackagedTemplate('dev', (packaged) => packaged, { parameters: { secretsVersion: '0b7c4d6e' } });

/**
 * CloudFormation reads a secret anew when the resource that refers to it changes:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 */
describe('WF-12 another secretsVersion', () => {
  it('changes every function that is given a secret, and nothing else', () => {
    const holders = Object.keys(resources).filter((id) => JSON.stringify(resources[id]).includes('{{resolve:secretsmanager:'));
    expect(holders.length).toBeGreaterThan(0);
    const changed = [...stageDifferences({ stage: 'dev', template }, { stage: 'dev', template: next }).keys()].filter((path) => !path.endsWith('.S3Key'));
    expect(changed.toSorted()).toEqual(holders.map((id) => `Resources.${id}.Properties.Description`).toSorted());
    for (const id of holders) expect(next.Resources[id]?.Properties['Description']).toBe('Secrets: 0b7c4d6e');
  });
});
