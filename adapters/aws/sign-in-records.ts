import type { Application } from '../../core/applications/application.ts';
import type { AuthorizationCodes, AuthorizationGrant } from '../../core/federation/authorization-code.ts';
import { recordIdOf, type RefreshGrant, type RefreshTokens } from '../../core/federation/refresh-token.ts';
import { forSeconds, ttlCache } from '../../core/cache.ts';
import type { FindClientContext } from '../../core/clients/client-context.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import type { Contract } from '../../core/contracts/records.ts';
import type { SignInAttempt, Attempts } from '../../core/federation/attempt.ts';
import type { EmailClaims } from '../../core/federation/binding.ts';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import type { FindSignInContext } from '../../core/federation/in-force.ts';
import type { FindSession, Session, SessionStore } from '../../core/federation/session.ts';
import { sha256Of } from '../../core/sha256.ts';
import type { Partner } from '../../core/partners/partner.ts';
import { createApplicationOfClient } from './application-records.ts';
import { contractRecords, partnerRecords, readClientContext } from './contract-records.ts';
import { partitionKey, type PartitionKind } from './partitions.ts';
import { providerRecords } from './provider-records.ts';
import type { Key, Table } from './table.ts';

/** Secrets are in keys and items as their digests, so that whoever reads the table can use none of them. */
const keyOf = (kind: PartitionKind, id: string): Key => ({ pk: partitionKey(kind, id), sk: kind });

/** DynamoDB deletes an item some time after its `ttl`, in seconds since 1970. */
const ttlOf = (until: string): number => Math.ceil(Date.parse(until) / 1000);

/** Creates the store of attempts to sign in. */
export function createAttempts(table: Pick<Table, 'get' | 'create' | 'update'>): Attempts {
  const attemptKey = (state: string): Key => keyOf('ATTEMPT', sha256Of(state));
  return {
    create: async (state, attempt) => {
      await table.create(attemptKey(state), { ...attempt, ttl: ttlOf(attempt.expiresAt) });
    },
    find: (state) => table.get<SignInAttempt>(attemptKey(state)),
    send: async (state, leg) =>
      (await table.update(attemptKey(state), {
        update: 'SET #stage = :sent, #leg = :leg',
        condition: '#stage = :begun OR #stage = :sent',
        values: { begun: 'begun', sent: 'sent', leg },
      })) !== undefined,
    return: async (state) =>
      (await table.update(attemptKey(state), {
        update: 'SET #stage = :returned',
        condition: '#stage = :sent',
        values: { sent: 'sent', returned: 'returned' },
      })) !== undefined,
  };
}

/** How much longer than their lives codes and sessions are kept, in seconds, so that a late use is noticed. */
const keptSeconds = 86_400;
const keptAfter = (until: string): number => ttlOf(secondsAfter(new Date(until), keptSeconds).toISOString());

/** Creates the store of authorization codes. */
export function createAuthorizationCodes(
  table: Pick<Table, 'get' | 'create' | 'update'>,
): AuthorizationCodes {
  const codeKey = (code: string): Key => keyOf('CODE', sha256Of(code));
  return {
    create: async (code, grant) => {
      await table.create(codeKey(code), { ...grant, ttl: keptAfter(grant.expiresAt) });
    },
    find: (code) => table.get<AuthorizationGrant>(codeKey(code)),
    use: async (code) =>
      (await table.update(codeKey(code), {
        update: 'SET #used = :true',
        condition: 'attribute_exists(pk) AND attribute_not_exists(#used)',
        values: { true: true },
      })) !== undefined,
  };
}

/** Creates the store of refresh tokens. A record holds the digests of the newest token and of the one before. */
export function createRefreshTokens(table: Pick<Table, 'get' | 'create' | 'update'>): RefreshTokens {
  const refreshKey = (token: string): Key => keyOf('REFRESH', sha256Of(recordIdOf(token)));
  return {
    create: async (token, grant) => {
      await table.create(refreshKey(token), {
        ...grant,
        newest: sha256Of(token),
        ttl: keptAfter(grant.expiresAt),
      });
    },
    find: (token) => table.get<RefreshGrant>(refreshKey(token)),
    replace: async (token, successor) =>
      (await table.update(refreshKey(token), {
        update: 'SET #newest = :successor, #replaced = :token',
        condition: '#newest = :token OR #replaced = :token',
        values: { token: sha256Of(token), successor: sha256Of(successor) },
      })) !== undefined,
  };
}

const sessionKey = (sid: string): Key => keyOf('SESSION', sid);

/** Creates the store of sessions. */
export function createSessions(table: Pick<Table, 'get' | 'create' | 'update'>): SessionStore {
  return {
    find: (sid) => table.get<Session>(sessionKey(sid)),
    create: async (session) => {
      await table.create(sessionKey(session.sid), { ...session, ttl: keptAfter(session.expiresAt) });
    },
    end: async (sid, at) => {
      await table.update(sessionKey(sid), {
        update: 'SET #endedAt = :at',
        condition: 'attribute_exists(pk) AND attribute_not_exists(#endedAt)',
        values: { at: at.toISOString() },
        returns: 'nothing',
      });
    },
    endFor: async (sid, clientId) => {
      await table.update(sessionKey(sid), {
        update: 'SET #endedFor = list_append(if_not_exists(#endedFor, :nobody), :client)',
        condition: 'attribute_exists(pk) AND NOT contains(#endedFor, :clientId)',
        values: { nobody: [], client: [clientId], clientId },
        returns: 'nothing',
      });
    },
  };
}

/** How many records are cached at most. */
const maxEntries = 10_000;

interface Reading {
  readonly table: Pick<Table, 'get'>;
  readonly clock: Clock;
}

/** Creates the reader of sessions. It reads the table every time. */
export const createSessionReader =
  (table: Pick<Table, 'get'>): FindSession =>
  (sid) =>
    table.get<Session>(sessionKey(sid));

/** Creates the lookup of sessions. A session is cached for {@link recordCacheSeconds}; a missing one is not. */
export const createSessionLookup = ({ table, clock }: Reading): FindSession =>
  ttlCache({ clock, limit: maxEntries, until: forSeconds(recordCacheSeconds) }, createSessionReader(table));

/** How a record is looked up: directly, or in a cache. */
type Looked = <Item>(
  load: (id: string) => Promise<Item | undefined>,
) => (id: string) => Promise<Item | undefined>;

function signInContexts(
  table: Pick<Table, 'get'>,
  findClientContext: FindClientContext,
  looked: Looked,
): FindSignInContext {
  const findApplication = looked<Application>(createApplicationOfClient(table));
  const findProvider = looked((id) => table.get<IdentityProvider>(providerRecords.keyOf(id)));
  const findContract = looked((id) => table.get<Contract>(contractRecords.keyOf(id)));
  const findPartner = looked((id) => table.get<Partner>(partnerRecords.keyOf(id)));
  return async (clientId, providerId) => {
    const [application, clientContext, provider] = await Promise.all([
      findApplication(clientId),
      findClientContext(clientId),
      findProvider(providerId),
    ]);
    const [contract, partner] = await Promise.all([
      provider && findContract(provider.contractId),
      provider && findPartner(provider.partnerId),
    ]);
    return { application, clientContext, provider, contract, partner };
  };
}

/** Creates the reader of whom a sign-in stands on. It reads the table every time. */
export const createSignInContextReader = (table: Pick<Table, 'get'>): FindSignInContext =>
  signInContexts(
    table,
    (clientId) => readClientContext(table, clientId),
    (load) => load,
  );

/** Creates the lookup of whom a sign-in stands on. Each record is cached for {@link recordCacheSeconds}. */
export const createSignInContexts = ({
  table,
  clock,
  findClientContext,
}: Reading & { readonly findClientContext: FindClientContext }): FindSignInContext =>
  signInContexts(table, findClientContext, (load) =>
    ttlCache({ clock, limit: maxEntries, until: forSeconds(recordCacheSeconds) }, load),
  );

/** Creates the claims of e-mail addresses. An address is stored as its digest. */
export function createEmailClaims(table: Pick<Table, 'update' | 'delete'>): EmailClaims {
  const emailKey = (partnerId: string, email: string): Key =>
    keyOf('EMAIL', sha256Of(JSON.stringify([partnerId, email.toLowerCase()])));
  return {
    claim: async (partnerId, email, userId) =>
      (await table.update(emailKey(partnerId, email), {
        update: 'SET #userId = :userId',
        condition: 'attribute_not_exists(pk) OR #userId = :userId',
        values: { userId },
      })) !== undefined,
    release: async (partnerId, email, userId) => {
      await table.delete(emailKey(partnerId, email), '#userId = :userId', { userId });
    },
  };
}
