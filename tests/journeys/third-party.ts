import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import type { Issuer } from '../../core/trust/records.ts';
import type { TwinUrls } from '../../clients/twin-process.ts';
import { tableAt } from '../support/table.ts';
import { openRecords as openContractRecords, type ContractRecords as ContractRecords } from './contracted.ts';

type Claims = Readonly<Record<string, unknown>>;

/** A company whose portal logs its users in with tokens that it signs. */
export interface ThirdParty {
  readonly issuer: Issuer;
  /** Signs a token of the user. The given claims replace the usual ones; `undefined` omits a claim. */
  sign(claims?: Claims): Promise<string>;
}

export interface Records extends ContractRecords {
  /** Registers a third party for a client. It is enabled and has a key of its own. */
  register(clientId: string, user: string, settings?: Partial<Issuer>): Promise<ThirdParty>;
}

/** Opens the records that operators change, including third parties. */
export function openRecords(urls: TwinUrls): Records {
  const records = openContractRecords(urls);
  return {
    ...records,
    register: async (clientId, user, settings = {}) => {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const { partnerId } = await records.clientOf(clientId);
      const issuer: Issuer = { ...issuerWith(await keyOf(publicKey)), partnerId, clientId, ...settings };
      if (!(await createIssuers(tableAt(urls.aws)).create(issuer))) {
        throw new Error(`${issuer.issuer} is registered already`);
      }
      return {
        issuer,
        sign: (claims = {}) =>
          signed(privateKey, {
            iss: issuer.issuer,
            aud: issuer.audiences[0],
            sub: user,
            jti: randomUUID(),
            ...claims,
          }),
      };
    },
  };
}

const issuerWith = (key: Issuer['keys'][number]): Omit<Issuer, 'partnerId' | 'clientId'> => ({
  issuer: `https://portal-${randomUUID()}.example`,
  audiences: ['https://access.company.example'],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['session'],
  keys: [key],
  ...initialState('active', { at: '2026-11-20T10:00:00.000Z', by: 'olga', why: 'agreed' }),
});

async function keyOf(publicKey: CryptoKey): Promise<Issuer['keys'][number]> {
  const { kty, crv, x, y } = await exportJWK(publicKey);
  if (kty === undefined || crv === undefined || x === undefined || y === undefined) {
    throw new Error('the key is none of an elliptic curve');
  }
  const jwk = { kty, crv, x, y };
  return { kid: 'portal', jwk, algorithm: 'ES256', thumbprint: await calculateJwkThumbprint(jwk) };
}

function signed(key: CryptoKey, claims: Claims): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const whole: Claims = { iat: now, exp: now + 120, ...claims };
  return new SignJWT(Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg: 'ES256', kid: 'portal', typ: 'JWT' })
    .sign(key);
}
