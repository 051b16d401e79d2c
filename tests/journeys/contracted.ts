import type { JWK } from 'jose';
import { createClients, createContracts } from '../../adapters/aws/contract-records.ts';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import { createClientKeys } from '../../adapters/aws/token-records.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { amend, initialState } from '../../core/lifecycle/change.ts';
import type { Terms } from '../../core/contracts/records.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { type PickedUpCredentials, inbox, pickUp } from '../../clients/partner.ts';
import type { TwinUrls } from '../../clients/twin-process.ts';
import { onboard } from './onboarded.ts';
import { tableAt } from '../support/table.ts';
import type { Payload } from './requests.ts';

/** Opens the records that operators change after an onboarding. */
export function openRecords({ aws }: TwinUrls) {
  const table = tableAt(aws);
  const [clients, contracts, clientKeys, issuers] = [
    createClients(table),
    createContracts(table),
    createClientKeys(table),
    createIssuers(table),
  ];
  const readKeys = createKeyReader({
    clock,
    readJson: () => Promise.reject(new Error('nothing is fetched')),
  });
  const change = { at: clock.now().toISOString(), by: 'olga', why: 'agreed' };

  return {
    clientOf: async (clientId: string): Promise<ClientMapping> =>
      (await clients.find(clientId)) ?? refuse(`there is no client ${clientId}`),

    /** Changes the terms of the client's contract. */
    agree: async (clientId: string, terms: Partial<Terms>): Promise<void> => {
      const { contractId } = (await clients.find(clientId)) ?? refuse(`there is no client ${clientId}`);
      const contract = (await contracts.find(contractId)) ?? refuse(`there is no contract ${contractId}`);
      const changed = amend(contract, { ...contract, ...terms }, change);
      if (changed.outcome === 'refused' || !(await contracts.replace(changed.record))) {
        refuse(`the contract ${contractId} cannot be changed`);
      }
    },

    /** Changes a client's record. */
    change: async (clientId: string, to: Partial<ClientMapping>): Promise<void> => {
      const record = (await clients.find(clientId)) ?? refuse(`there is no client ${clientId}`);
      await clients.replace({ ...record, ...to, version: record.version + 1 });
    },

    /** Replaces the keys with which the client signs its assertions. */
    giveKeys: async (clientId: string, ...published: readonly JWK[]): Promise<void> => {
      const { keys } = await readKeys({ kind: 'jwks', document: { keys: published } });
      const { version } = (await clients.find(clientId)) ?? refuse(`there is no client ${clientId}`);
      if (
        !(await clientKeys.put(
          clientId,
          keys.map(({ kid, jwk, algorithm }) => ({ ...jwk, kid, alg: algorithm, use: 'sig' })),
          version,
        ))
      ) {
        refuse('other keys were put meanwhile');
      }
    },

    /** Registers an issuer that is enabled. */
    trust: async (
      issuer: Pick<Issuer, 'issuer' | 'partnerId' | 'clientId' | 'audiences' | 'uses'>,
      ...published: readonly JWK[]
    ): Promise<void> => {
      const { keys } = await readKeys({ kind: 'jwks', document: { keys: published } });
      await issuers.create({
        ...issuer,
        principalClaim: 'sub',
        longestLife: 300,
        keys,
        ...initialState('active', change),
      });
    },
  };
}

export type ContractRecords = ReturnType<typeof openRecords>;

function refuse(why: string): never {
  throw new Error(why);
}

/** Onboards a client and picks up its credentials. */
export async function newClient(urls: TwinUrls, request: Payload): Promise<PickedUpCredentials> {
  const { link, code } = await onboard(urls, request);
  return pickUp(link, code);
}

/** Follows the link in Okta's mail, as the recipient does. */
export async function choosePassword(urls: TwinUrls, userId: string, password: string): Promise<void> {
  const mail = (await inbox(urls)).findLast(
    ({ source, text }) => source === 'okta' && text.includes(` ${userId} `),
  );
  const link = /https?:\S+/u.exec(mail?.text ?? '')?.[0] ?? refuse(`Okta has sent no mail to ${userId}`);
  const { status } = await fetch(link, { method: 'POST', body: new URLSearchParams({ password }) });
  if (status !== 200) refuse(`Okta answered ${status}`);
}
