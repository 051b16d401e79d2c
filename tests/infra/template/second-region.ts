import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { idsOfType, ofType, resource, resources } from './packaged.ts';

const environment = z.object({ Variables: z.record(z.string(), z.unknown()) });

/** The paths of all texts in a value that name a Region, an account or a stack. */
const placesIn = (value: unknown, path = ''): readonly string[] => {
  if (typeof value === 'string') return /AWS::(?:Region|AccountId|StackId|StackName)|[a-z]{2}-[a-z]+-\d\b/u.test(value) ? [path] : [];
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => placesIn(inner, `${path}.${key}`)) : [];
};

describe('ADR 30 the keys', () => {
  it('whose results leave the Region are multi-Region keys; that of the data at rest is not', () => {
    const kept = idsOfType('AWS::KMS::Key').map((id) => {
      const { KeyUsage, MultiRegion } = resource(id).Properties;
      return [id, { usage: KeyUsage ?? 'ENCRYPT_DECRYPT', multiRegion: MultiRegion ?? false }] as const;
    });
    expect(Object.fromEntries(kept)).toEqual({
      MacKey: { usage: 'GENERATE_VERIFY_MAC', multiRegion: true },
      SigningKeyBlue: { usage: 'SIGN_VERIFY', multiRegion: true },
      SigningKeyGreen: { usage: 'SIGN_VERIFY', multiRegion: true },
      DataKey: { usage: 'ENCRYPT_DECRYPT', multiRegion: false },
    });
  });

  it('are named to functions by an id or an alias, which are the same in every Region', () => {
    const named = ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
      const { Variables } = environment.parse(Properties['Environment']);
      return [Variables['MAC_KEY_ID'], Variables['SIGNING_KEY_IDS']].filter((value) => value !== undefined).map((value) => JSON.stringify(value));
    });
    expect(new Set(named)).toEqual(new Set([
      JSON.stringify({ Ref: 'MacKeyAlias' }), JSON.stringify({ 'Fn::Sub': '${SigningKeyBlue} ${SigningKeyGreen}' }),
    ]));
    expect(placesIn(resources['MacKeyAlias'])).toEqual([]);
  });
});
