import { describe, expect, test } from 'vitest';
import { OAuthError, type OAuthErrorCode } from '../../core/tokens/oauth-error.ts';
import { parseTokenRequest, type RawTokenRequest } from '../../core/tokens/token-request.ts';

const form = 'application/x-www-form-urlencoded';
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const request = (
  body: string,
  authorization?: string,
  contentType: string | undefined = form,
): RawTokenRequest => ({ contentType, authorization, body, sourceIp: '203.0.113.10' });
const cc = 'grant_type=client_credentials';

describe('OAU-2 who the client says it is', () => {
  test.each<[what: string, raw: RawTokenRequest, clientId: string, clientSecret: string, method?: string]>([
    ['by HTTP Basic', request(cc, basic('client-1:secret')), 'client-1', 'secret'],
    [
      'by the body',
      request(`${cc}&client_id=client-1&client_secret=secret`),
      'client-1',
      'secret',
      'client_secret_post',
    ],
    [
      'by HTTP Basic, with its id in the body as well',
      request(`${cc}&client_id=client-1`, basic('client-1:secret')),
      'client-1',
      'secret',
    ],
    [
      'by HTTP Basic in any case',
      request(cc, basic('client-1:secret').replace('Basic', 'bAsIc')),
      'client-1',
      'secret',
    ],
    [
      'by HTTP Basic after several blanks',
      request(cc, basic('client-1:secret').replace(' ', '   ')),
      'client-1',
      'secret',
    ],
    [
      'by HTTP Basic without padding',
      request(cc, basic('client-1:sec').replaceAll('=', '')),
      'client-1',
      'sec',
    ],
    ['with colons in the secret', request(cc, basic('client-1:a:b:')), 'client-1', 'a:b:'],
    ['with a colon in the id, encoded', request(cc, basic('client%3A1:secret')), 'client:1', 'secret'],
    ['with + for a blank and %2B for a plus', request(cc, basic('client+1:a+b%2Bc')), 'client 1', 'a b+c'],
    ['with characters beyond ASCII', request(cc, basic('client-1:%C3%9F')), 'client-1', 'ß'],
    ['without a secret', request(cc, basic('client-1:')), 'client-1', ''],
    [
      'by the body with + and %2B',
      request(`${cc}&client_id=client-1&client_secret=a+b%2Bc%3D`),
      'client-1',
      'a b+c=',
      'client_secret_post',
    ],
    [
      'by HTTP Basic, with an empty secret in the body',
      request(`${cc}&client_secret=`, basic('client-1:secret')),
      'client-1',
      'secret',
    ],
  ])('%s', (_what, raw, clientId, clientSecret, method = 'client_secret_basic') => {
    expect(parseTokenRequest(raw).client).toEqual({ method, clientId, clientSecret });
  });

  test.each<[what: string, raw: RawTokenRequest, code: OAuthErrorCode, description: string]>([
    [
      'in two ways',
      request(`${cc}&client_id=client-1&client_secret=s`, basic('client-1:s')),
      'invalid_request',
      'the client authenticates in two ways',
    ],
    [
      'in two ways, of which one is broken',
      request(`${cc}&client_secret=s`, 'Basic !'),
      'invalid_request',
      'the client authenticates in two ways',
    ],
    [
      'under two ids',
      request(`${cc}&client_id=client-2`, basic('client-1:s')),
      'invalid_request',
      'two client ids are given',
    ],
    [
      'not at all',
      request(cc),
      'invalid_client',
      'the client must authenticate by HTTP Basic, by client_id and client_secret in the body, or by client_assertion',
    ],
    [
      'by id alone',
      request(`${cc}&client_id=client-1`),
      'invalid_client',
      'the client must authenticate by HTTP Basic, by client_id and client_secret in the body, or by client_assertion',
    ],
    [
      'with an empty secret in the body',
      request(`${cc}&client_id=client-1&client_secret=`),
      'invalid_client',
      'the client must authenticate by HTTP Basic, by client_id and client_secret in the body, or by client_assertion',
    ],
    [
      'by a bearer token',
      request(cc, 'Bearer abc'),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
    [
      'by an empty header',
      request(cc, ''),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
    [
      'without a colon',
      request(cc, basic('client-1')),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
    [
      'without an id',
      request(cc, basic(':secret')),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
    [
      'by what is no base64',
      request(cc, 'Basic client-1:secret'),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
    [
      'by two headers in one',
      request(cc, `${basic('a:b')}, ${basic('c:d')}`),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
    [
      'with a percent sign that encodes nothing',
      request(cc, basic('client-1:100%')),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
    [
      'with an encoding that is no UTF-8',
      request(cc, basic('client-1:%FF')),
      'invalid_client',
      'the Authorization header is not valid HTTP Basic',
    ],
  ])('%s is refused', (_what, raw, code, description) => {
    expect(() => parseTokenRequest(raw)).toThrow(new OAuthError(code, description));
  });
});

describe('OAU-2 the form', () => {
  const client = basic('client-1:secret');

  test.each([form, 'Application/X-WWW-Form-URLencoded', `${form};charset=UTF-8`, `${form} ; charset=utf-8`])(
    'may come as %s',
    (contentType) => {
      expect(parseTokenRequest(request(cc, client, contentType))).toEqual({
        grantType: 'client_credentials',
        parameters: new Map([['grant_type', 'client_credentials']]),
        sourceIp: '203.0.113.10',
        client: { method: 'client_secret_basic', clientId: 'client-1', clientSecret: 'secret' },
      });
    },
  );

  test.each(['application/json', 'text/plain', `${form}x`, `multipart/form-data; boundary=${form}`, ''])(
    'may not come as %j',
    (contentType) => {
      expect(() => parseTokenRequest(request(cc, client, contentType))).toThrow(
        'invalid_request: the body must be application/x-www-form-urlencoded',
      );
    },
  );

  test('may not come without its type', () => {
    expect(() =>
      parseTokenRequest({
        contentType: undefined,
        authorization: client,
        body: cc,
        sourceIp: '203.0.113.10',
      }),
    ).toThrow('invalid_request: the body must be application/x-www-form-urlencoded');
  });

  test.each([
    'grant_type=client_credentials&grant_type=client_credentials',
    `${cc}&scope=a&scope=b`,
    `${cc}&scope=a&scope=`,
    `${cc}&scope=&scope=`,
    `${cc}&resource=a&resource=b`,
    `${cc}&sc%6Fpe=a&scope=b`,
  ])('repeats no parameter: %s', (body) => {
    expect(() => parseTokenRequest(request(body, client))).toThrow(
      new OAuthError('invalid_request', 'a parameter is repeated'),
    );
  });

  test.each([
    '',
    'grant_type=',
    'grant_type',
    'scope=a',
    'GRANT_TYPE=client_credentials',
    '{"grant_type":"client_credentials"}',
  ])('has a grant_type, unlike %j', (body) => {
    expect(() => parseTokenRequest(request(body, client))).toThrow(
      new OAuthError('invalid_request', 'grant_type is missing'),
    );
  });

  test('leaves out what has no value, ignores what is unknown, and decodes the rest', () => {
    expect(
      parseTokenRequest(request(`${cc}&scope=&state&audience=a%20b+c&__proto__=x`, client)).parameters,
    ).toEqual(
      new Map([
        ['grant_type', 'client_credentials'],
        ['audience', 'a b c'],
        ['__proto__', 'x'],
      ]),
    );
  });
});
