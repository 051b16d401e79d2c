import { expect, test } from 'vitest';
import { EnvironmentIncomplete, readEnvironment } from '../../adapters/environment.ts';

test('a function gets the variables that it names, and no others', () => {
  expect(
    readEnvironment({ TABLE_NAME: 'table', TOKEN_ISSUER: 'issuer', OTHER: 'x' }, [
      'TABLE_NAME',
      'TOKEN_ISSUER',
    ]),
  ).toEqual({ TABLE_NAME: 'table', TOKEN_ISSUER: 'issuer' });
  expect(readEnvironment({ OTHER: 'x' }, [])).toEqual({});
});

test('every missing or empty variable is named at once, and no value', () => {
  expect(() =>
    readEnvironment({ TABLE_NAME: 'the table', MAC_KEY_ID: '' }, ['TABLE_NAME', 'MAC_KEY_ID', 'PUBLIC_URL']),
  ).toThrow(new EnvironmentIncomplete('environment variables are missing: MAC_KEY_ID, PUBLIC_URL'));
});
