import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faultsForAws } from '../../../scripts/template-faults.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function faultsOf(properties: object): string[] {
  const file = join(folder, 'template.json');
  writeFileSync(
    file,
    JSON.stringify({ Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties: properties } } }),
  );
  return faultsForAws(file);
}
const table = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
};

describe('WF-12 the check finds in a template', () => {
  it('nothing where nothing is wrong', () => {
    expect(faultsOf(table)).toEqual([]);
  });

  it('a property that AWS does not know', () => {
    expect(faultsOf({ ...table, BillingMod: 'x' })).toEqual([
      expect.stringMatching(/^Table\.Properties\.BillingMod: .* \(F3002\)$/),
    ]);
  });

  it('a value that AWS does not know', () => {
    expect(faultsOf({ ...table, BillingMode: 'PAY_LATER' })).toEqual([
      expect.stringMatching(/^Table\.Properties\.BillingMode: .* \([EW]3030\)$/),
    ]);
  });
});

describe("X-15 the deployer's policies", () => {
  it('are a template that AWS takes', () => {
    expect(faultsForAws('resources/account/deployer.yml')).toEqual([]);
  });
});
