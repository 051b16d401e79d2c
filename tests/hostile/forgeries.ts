import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { KeyPair } from '../support/rsa-keys.ts';
import { misspelt } from './misspelt.ts';

/** Tokens as nobody's library would write them: header and claims are texts, so that they can hold anything. */

export const ecPair = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

export type Part = string | object;
const textOf = (part: Part): string => (typeof part === 'string' ? part : JSON.stringify(part));
export const encoded = (part: Part): string => Buffer.from(textOf(part)).toString('base64url');

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const signers: Readonly<Record<string, (input: Buffer, key: KeyObject) => Buffer>> = {
  RS256: (input, key) => sign('sha256', input, key),
  RS512: (input, key) => sign('sha512', input, key),
  PS256: (input, key) => sign('sha256', input, { key, ...pss }),
  ES256: (input, key) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }),
  'ES256 in DER': (input, key) => sign('sha256', input, key),
};

/** A JWS of these very texts, by an algorithm that the header need not name. */
export function signed(header: Part, claims: Part, key: KeyObject, algorithm = 'RS256'): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${signers[algorithm]?.(Buffer.from(input), key).toString('base64url') ?? ''}`;
}

/** What some verifier might take for a shared secret: the public key, however it is written. */
function secretsOf(publicKey: KeyObject): Readonly<Record<string, string | Buffer>> {
  const [spki, pkcs1] = [
    publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
  ];
  const jwk = publicKey.export({ format: 'jwk' });
  return {
    PEM: spki,
    'PEM without its last line end': spki.trimEnd(),
    'PKCS #1 in PEM': pkcs1,
    DER: publicKey.export({ format: 'der', type: 'spki' }),
    'PKCS #1 in DER': publicKey.export({ format: 'der', type: 'pkcs1' }),
    JWK: JSON.stringify(jwk),
    modulus: Buffer.from(jwk.n ?? '', 'base64url'),
    'modulus in base64url': jwk.n ?? '',
  };
}

const everyCase = (word: string): readonly string[] =>
  word
    .split('')
    .reduce<readonly string[]>(
      (begun, letter) => begun.flatMap((each) => [each + letter.toLowerCase(), each + letter.toUpperCase()]),
      [''],
    );

/** A party whose RSA key is trusted under the header's kid, what it signs, and somebody else. */
export interface Forged {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly key: KeyPair;
  readonly stranger: KeyPair;
  /** What keys and certificates are said to be at. */
  readonly address: string;
  /** The present, in seconds since 1970. */
  readonly seconds: number;
}

export interface Forgery {
  readonly what: string;
  readonly token: string;
  /** The rule that refuses it, wherever it is sent to. */
  readonly rule: string;
}

/** Tokens that nobody who is trusted has signed, or not like that. */
export function forgeries(party: Forged): readonly Forgery[] {
  const { header, claims, key, stranger, address } = party;
  const good = signed(header, claims, key.privateKey);
  const [head = '', payload = '', signature = ''] = good.split('.');
  const input = `${head}.${payload}`;
  const forged = (what: string, token: string, rule: string): Forgery => ({ what, token, rule });
  const mac = (bits: number, secret: string | Buffer): string => {
    const text = `${encoded({ ...header, alg: `HS${bits}` })}.${payload}`;
    return `${text}.${createHmac(`sha${bits}`, secret).update(text).digest('base64url')}`;
  };
  const own = stranger.publicKey.export({ format: 'jwk' });
  const bytes = Buffer.from(signature, 'base64url');
  const withSignature = (changed: Buffer): string => `${input}.${changed.toString('base64url')}`;
  const strangers = (more: object): string => signed({ ...header, ...more }, claims, stranger.privateKey);

  return [
    ...Object.entries(secretsOf(key.publicKey)).flatMap(([form, secret]) =>
      [256, 384, 512].map((bits) =>
        forged(`HS${bits} by the public key as a secret: ${form}`, mac(bits, secret), 'alg'),
      ),
    ),
    forged('HS256 by an empty secret', mac(256, ''), 'alg'),
    ...[
      ...everyCase('none'),
      'none ',
      ' none',
      'n\u200bone',
      'none\u0000',
      '',
      'RS256 ',
      'rs256',
      'Rs256',
      'RS2560',
      'SHA256withRSA',
    ].flatMap((alg) => {
      const start = `${encoded({ ...header, alg })}.${payload}`;
      return [
        forged(`alg ${JSON.stringify(alg)} with a signature of RS256`, `${start}.${signature}`, 'alg'),
        forged(
          `alg ${JSON.stringify(alg)}, signed right`,
          signed({ ...header, alg }, claims, key.privateKey),
          'alg',
        ),
        forged(`alg ${JSON.stringify(alg)} with any signature`, `${start}.AAAA`, 'alg'),
        forged(`alg ${JSON.stringify(alg)} without a signature`, `${start}.`, 'malformed'),
        forged(`alg ${JSON.stringify(alg)} without its dot`, start, 'malformed'),
      ];
    }),
    ...[null, 0, true, [], ['RS256'], {}, { toString: 'RS256' }, undefined].map((alg) =>
      forged(`alg ${JSON.stringify(alg)}`, signed({ ...header, alg }, claims, key.privateKey), 'alg'),
    ),
    forged(
      'PS256, by the key of RS256',
      signed({ ...header, alg: 'PS256' }, claims, key.privateKey, 'PS256'),
      'alg',
    ),
    forged('PS256 that is called RS256', signed(header, claims, key.privateKey, 'PS256'), 'signature'),
    forged(
      'RS512, by the key of RS256',
      signed({ ...header, alg: 'RS512' }, claims, key.privateKey, 'RS512'),
      'alg',
    ),
    forged('RS512 that is called RS256', signed(header, claims, key.privateKey, 'RS512'), 'signature'),
    forged('RS256 that is called ES256', signed({ ...header, alg: 'ES256' }, claims, key.privateKey), 'alg'),
    forged('EdDSA', signed({ ...header, alg: 'EdDSA' }, claims, key.privateKey), 'alg'),

    forged('by a stranger', strangers({}), 'signature'),
    forged('with the key of a stranger', strangers({ jwk: own }), 'header'),
    forged("with the address of a stranger's keys", strangers({ jku: address }), 'header'),
    forged("with the address of a stranger's certificate", strangers({ x5u: address }), 'header'),
    forged("with a stranger's certificate", strangers({ x5c: ['MIIB'] }), 'header'),
    forged(
      'with all of them',
      strangers({ jwk: own, jku: address, x5u: address, x5c: [], x5t: 'AA', 'x5t#S256': 'AA' }),
      'header',
    ),
    ...[['exp'], ['exp', 'b64'], ['https://acme.example/x']].map((crit) =>
      forged(
        `crit ${JSON.stringify(crit)}`,
        signed({ ...header, crit, exp: 1, 'https://acme.example/x': 1 }, claims, key.privateKey),
        'header',
      ),
    ),
    ...[[], [''], ['b64'], ['alg'], ['missing'], ['exp', 'exp'], [1], 'exp', null, {}].map((crit) =>
      forged(
        `crit ${JSON.stringify(crit)}`,
        signed({ ...header, crit, exp: 1 }, claims, key.privateKey),
        'header',
      ),
    ),
    forged('b64: false', signed({ ...header, b64: false, crit: ['b64'] }, claims, key.privateKey), 'header'),
    forged(
      'b64: "false"',
      signed({ ...header, b64: 'false', crit: ['b64'] }, claims, key.privateKey),
      'header',
    ),

    ...[
      '../../../../dev/null',
      '..\\..\\x',
      '/etc/passwd',
      "' OR '1'='1",
      '"; DROP TABLE keys; --',
      `${address}/keys`,
      'x'.repeat(4000),
      '\u0000',
      `${String(header['kid'])}\u0000`,
      ` ${String(header['kid'])}`,
      'ｋ1',
      '\ud800',
      '__proto__',
      'constructor',
      'toString',
      '',
      '*',
      '0',
    ].flatMap((kid) => [
      forged(
        `kid ${JSON.stringify(kid.slice(0, 30))}`,
        signed({ ...header, kid }, claims, key.privateKey),
        'kid',
      ),
      forged(`kid ${JSON.stringify(kid.slice(0, 30))} by a stranger`, strangers({ kid }), 'kid'),
    ]),
    ...[null, 0, true, [header['kid']], { kid: header['kid'] }].map((kid) =>
      forged(`kid ${JSON.stringify(kid)}`, signed({ ...header, kid }, claims, key.privateKey), 'kid'),
    ),

    forged('with other claims', `${head}.${encoded({ ...claims, sub: 'root' })}.${signature}`, 'signature'),
    forged('with another header', `${encoded({ ...header, x: 1 })}.${payload}.${signature}`, 'signature'),
    forged('whose signature is nothing but zeros', withSignature(Buffer.alloc(256)), 'signature'),
    forged(
      'whose signature is 1',
      withSignature(Buffer.concat([Buffer.alloc(255), Buffer.from([1])])),
      'signature',
    ),
    forged(
      'whose signature is longer by a zero',
      withSignature(Buffer.concat([Buffer.alloc(1), bytes])),
      'signature',
    ),
    forged('whose signature is cut', withSignature(bytes.subarray(0, 255)), 'signature'),
    forged('whose signature is one byte', withSignature(bytes.subarray(0, 1)), 'signature'),
    forged('whose signature comes twice', withSignature(Buffer.concat([bytes, bytes])), 'signature'),

    ...misspelt(good).map(([what, token]) => forged(what, token, 'malformed')),
    ...odd(party),
  ];
}

/** Signed right, and yet to be refused: what JSON can hold and a token must not. */
function odd({ header, claims, key, seconds }: Forged): readonly Forgery[] {
  const sign = (what: string, head: Part, body: Part, rule: string): Forgery => ({
    what,
    token: signed(head, body, key.privateKey),
    rule,
  });
  const claimsText = JSON.stringify(claims).slice(0, -1);
  const headerText = JSON.stringify(header).slice(0, -1);
  const nested = (depth: number, [open = '', close = '']: readonly string[]): string =>
    `${open.repeat(depth)}0${close.repeat(depth)}`;
  return [
    ...[
      '[]',
      'null',
      '"x"',
      '0',
      'true',
      '',
      '{',
      '{}}',
      "'",
      'undefined',
      `[${JSON.stringify(claims)}]`,
      nested(1000, ['[', ']']),
    ].flatMap((text) => [
      sign(`the payload ${text.slice(0, 20)}`, header, text, 'malformed'),
      sign(`the header ${text.slice(0, 20)}`, text, claims, 'malformed'),
    ]),
    sign('of alg RS256 and then none', `${headerText},"alg":"none"}`, claims, 'alg'),
    sign('of alg RS256 and then none, with an escape', `${headerText},"\\u0061lg":"none"}`, claims, 'alg'),
    sign('of its kid and then another', `${headerText},"kid":"other"}`, claims, 'kid'),
    sign(
      'whose alg is inherited',
      `{"__proto__":${JSON.stringify(header)},"kid":${JSON.stringify(header['kid'])}}`,
      claims,
      'alg',
    ),
    sign('of its issuer and then another', header, `${claimsText},"iss":"https://evil.example"}`, 'issuer'),
    sign('of its end and then an earlier one', header, `${claimsText},"exp":1}`, 'expiry'),
    sign('of its end and then none', header, `${claimsText},"exp":null}`, 'expiry'),
    ...[
      `"${seconds + 100}"`,
      'null',
      'true',
      '[]',
      `[${seconds + 100}]`,
      '{}',
      '-0',
      '0',
      '-1',
      '0.5',
      '1e-400',
      '-1e400',
      '1e400',
      '1e308',
      '9007199254740992',
      '8640000000001',
    ].map((number) => sign(`exp ${number}`, header, `${claimsText},"exp":${number}}`, 'expiry')),
    ...[
      `"${seconds - 100}"`,
      'false',
      '[]',
      `[${seconds - 100}]`,
      '1e400',
      '1e308',
      '9007199254740992',
      `${seconds + 3600}`,
    ].map((number) => sign(`nbf ${number}`, header, `${claimsText},"nbf":${number}}`, 'not_before')),
    ...[
      `"${seconds - 100}"`,
      'null',
      'false',
      '[]',
      `[${seconds - 100}]`,
      '{}',
      '1e400',
      '1e308',
      '9007199254740992',
    ].map((number) => sign(`iat ${number}`, header, `${claimsText},"iat":${number}}`, 'issued_at')),
  ];
}
