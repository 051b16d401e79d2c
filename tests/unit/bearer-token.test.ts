import { describe, expect, test } from 'vitest';
import { bearerToken } from '../../functions/authorizer/decide.ts';

describe('WF-10 the token of a call', () => {
  test.each<[string, Readonly<Record<string, readonly string[] | undefined>>]>([
    ['as the standard writes it', { Accept: ['text/html'], Authorization: ['Bearer a.b.c'] }],
    ['in lower case', { authorization: ['bearer a.b.c'] }],
    ['in capitals', { AUTHORIZATION: ['BEARER a.b.c'], Host: ['api.example'] }],
    ['after several spaces', { Authorization: ['Bearer   a.b.c'] }],
  ])('is found %s', (_how, headers) => {
    expect(bearerToken(headers)).toBe('a.b.c');
  });

  test.each<[string, Readonly<Record<string, readonly string[] | undefined>>]>([
    ['without headers', {}],
    ['without the header', { 'Proxy-Authorization': ['Bearer a.b.c'], 'X-Authorization': ['Bearer a.b.c'] }],
    ['where the header has no value', { Authorization: undefined }],
    ['where it is empty', { Authorization: [''] }],
    ['where the scheme stands alone', { Authorization: ['Bearer'] }],
    ['of another scheme', { Authorization: ['Basic a.b.c'] }],
    ['of a scheme that begins alike', { Authorization: ['Bearera.b.c'] }],
    ['without a scheme', { Authorization: ['a.b.c'] }],
    ['in two headers', { Authorization: ['Bearer a.b.c', 'Bearer a.b.c'] }],
    ['in two headers in other letters', { Authorization: ['Bearer a.b.c'], authorization: ['Bearer d.e.f'] }],
    ['beside a header of another scheme', { authorization: ['Basic x', 'Bearer a.b.c'] }],
  ])('is none %s', (_how, headers) => {
    expect(bearerToken(headers)).toBeUndefined();
  });
});
