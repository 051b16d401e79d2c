import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { referencesIn } from '../references.ts';
import { ofType, resources, template } from './packaged.ts';

describe('the template as a whole', () => {
  it('refers only to what is there, and in no circle', () => {
    const references = new Map(Object.entries(resources).map(([id, resource]) => [id, referencesIn(resource)]));
    for (const [id, names] of references) {
      for (const name of names) expect([...Object.keys(resources), ...Object.keys(template.Parameters)], `${id} refers to ${name}`).toContain(name);
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

  it('holds no secret: what functions are given of that kind is read from Secrets Manager when the stack is deployed', () => {
    const secret = /SECRET|KEY(?!_IDS?$)|PASSWORD|TOKEN(?!_(?:URL|ISSUER))/;
    const given = ofType('AWS::Lambda::Function').flatMap(({ Properties }) => variablesOf(Properties)).filter(([name]) => secret.test(name));
    expect(new Set(given.map(([name]) => name))).toEqual(new Set(['SERVICENOW_WEBHOOK_SECRET', 'SERVICENOW_CLIENT_SECRET', 'OKTA_PRIVATE_KEY', 'OKTA_LOGIN_KEY']));
    for (const [name, value] of given) expect(value, name).toMatch(/^\{\{resolve:secretsmanager:sallyport-dev:SecretString:[a-zA-Z]+\}\}$/);
  });

  it('holds nothing that looks like a secret either', () => {
    const text = JSON.stringify(template).replaceAll(/"S3Key":"[^"]*"/g, '');
    expect(text).not.toMatch(/-----BEGIN|whsec_|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.|"d":\s*"/);
    // What is random has digits all over; a name of ours has words, and at most one number or hash.
    const pieces = text.match(/[\w+/=-]{20,}/g) ?? [];
    expect(pieces.filter((piece) => (piece.match(/\d+/g) ?? []).length > 3)).toEqual([]);
  });
});

const environment = z.object({ Variables: z.record(z.string(), z.unknown()) });
const variablesOf = (properties: Readonly<Record<string, unknown>>): [string, unknown][] => Object.entries(environment.parse(properties['Environment']).Variables);
