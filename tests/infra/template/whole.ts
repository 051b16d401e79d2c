import { describe, expect, it } from 'vitest';
import { referencesIn } from '../references.ts';
import { resources, template } from './packaged.ts';

describe('the template as a whole', () => {
  it('refers only to what is there, and in no circle', () => {
    const references = new Map(
      Object.entries(resources).map(([id, resource]) => [id, referencesIn(resource)]),
    );
    for (const [id, names] of references) {
      for (const name of names) {
        expect(
          [...Object.keys(resources), ...Object.keys(template.Parameters)],
          `${id} refers to ${name}`,
        ).toContain(name);
      }
    }
    const done = new Set<string>();
    const visit = (id: string, path: readonly string[]): void => {
      if (path.includes(id)) throw new Error(`a circle: ${[...path, id].join(' → ')}`);
      if (done.has(id)) return;
      for (const name of references.get(id) ?? []) visit(name, [...path, id]);
      done.add(id);
    };
    for (const id of references.keys()) visit(id, []);
  });

  it('fits into CloudFormation', () => {
    expect(Object.keys(resources).length).toBeLessThan(500);
    expect(JSON.stringify(template, undefined, 2).length).toBeLessThan(1_000_000);
  });

  it('holds nothing that looks like a secret', () => {
    const text = JSON.stringify(template).replaceAll(/"S3Key":"[^"]*"/g, '');
    expect(text).not.toMatch(/-----BEGIN|whsec_|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.|"d":\s*"/);
    // Random text contains digits throughout. Our names consist of words, with at most one number or hash.
    const pieces = text.match(/[\w+/=-]{20,}/g) ?? [];
    expect(pieces.filter((piece) => (piece.match(/\d+/g) ?? []).length > 3)).toEqual([]);
  });
});
