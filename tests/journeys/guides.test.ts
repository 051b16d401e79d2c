import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type CryptoKey, exportJWK, importSPKI, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createClients, createContracts } from '../../adapters/aws/contract-records.ts';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import type { Table } from '../../adapters/aws/table.ts';
import { createClientKeys } from '../../adapters/aws/token-records.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { amend, initialState, transition } from '../../core/lifecycle/change.ts';
import { type Contract, grantTypes } from '../../core/contracts/records.ts';
import { type PickedUpCredentials, inbox, pickUp } from '../../clients/partner.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { type Guide, guides, isAsShown, refusalsOf, samplesOf, typed } from './guide-pages.ts';
import { onboard } from './onboarded.ts';
import { requestFor } from './requests.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { tableAt } from '../support/table.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const PASSWORD = 'correct horse battery';
const USERNAME = 'reader.of.guides';
const ISSUER = 'https://guides.acme.example';
const agreed = { at: new Date().toISOString(), by: 'operator-1', why: 'Agreed' };
const sunset = '2099-12-31T00:00:00.000Z';

let twin: TestTwin;
let folder: string;
let table: Table;
/**
 * `portal` and `partner` are of the same partner. `plain` is of another one with its default contract.
 * `suspended` is suspended.
 */
let clients: Readonly<Record<'partner' | 'portal' | 'plain' | 'suspended', PickedUpCredentials>>;

async function onboarded(
  number: string,
  variables: Readonly<Record<string, string>>,
): Promise<PickedUpCredentials> {
  const { link, code } = await onboard(twin.urls, requestFor(number, variables));
  return pickUp(link, code);
}

async function changed(
  record: { readonly outcome: string; readonly record?: unknown },
  written: Promise<boolean>,
): Promise<void> {
  expect([record.outcome, await written]).toEqual(['changed', true]);
}

/** Permits every grant in the partner's contract. */
async function agreeOnAll(clientId: string): Promise<void> {
  const contracts = createContracts(table);
  const contract = await contracts.find((await createClients(table).find(clientId))?.contractId ?? '');
  if (contract === undefined) throw new Error('the contract is needed');
  const amended = amend<Contract>(
    contract,
    { ...contract, grants: grantTypes, password: { owner: 'legacy@company.example', sunset } },
    agreed,
  );
  if (amended.outcome === 'refused') throw new Error(amended.status);
  await changed(amended, contracts.replace(amended.record));
}

async function suspend(clientId: string): Promise<void> {
  const client = await createClients(table).find(clientId);
  if (client === undefined) throw new Error('the client is needed');
  const suspended = transition(client, 'suspended', agreed);
  if (suspended.outcome === 'refused') throw new Error(suspended.status);
  await changed(suspended, createClients(table).replace(suspended.record));
}

async function choosePassword(email: string): Promise<void> {
  const mail = (await inbox(twin.urls)).find(({ source, to }) => source === 'okta' && to === email);
  const link = /https?:\S+/u.exec(mail?.text ?? '')?.[0] ?? '';
  expect(
    (await fetch(link, { method: 'POST', body: new URLSearchParams({ password: PASSWORD }) })).status,
  ).toBe(200);
}

/** Registers a client's key, as an operator does. */
async function registerKey(clientId: string, publicKey: CryptoKey): Promise<void> {
  const key = { ...(await exportJWK(publicKey)), kid: 'acme-1', alg: 'RS256' };
  expect(await createClientKeys(table).put(clientId, [key], 1)).toBe(true);
}

/** Registers the key that the page about keys has created. */
async function register(clientId: string): Promise<void> {
  const pem = await readFile(join(folder, 'client-key.pub.pem'), 'utf8');
  await registerKey(clientId, await importSPKI(pem, 'RS256'));
}

async function trust(clientId: string): Promise<void> {
  const readKeys = createKeyReader({
    clock,
    readJson: () => Promise.reject(new Error('nothing is fetched')),
  });
  const { keys } = await readKeys({
    kind: 'pem',
    text: await readFile(join(folder, 'issuer-cert.pem'), 'utf8'),
    kid: 'acme-signing',
  });
  const client = await createClients(table).find(clientId);
  expect(
    await createIssuers(table).create({
      issuer: ISSUER,
      partnerId: client?.partnerId ?? '',
      clientId,
      audiences: [twin.urls.gateway],
      principalClaim: 'sub',
      longestLife: 300,
      uses: ['assertion'],
      keys,
      ...initialState('active', agreed),
    }),
  ).toBe(true);
}

beforeAll(async () => {
  [twin, folder] = await Promise.all([shareTestTwin(), mkdtemp(join(tmpdir(), 'sallyport-guides-'))]);
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  table = tableAt(twin.urls.aws);
  const [partner, portal, plain, suspended] = await Promise.all([
    onboarded('RITM0080001', {
      company: 'Guided Readers Ltd',
      user_id: USERNAME,
      email: 'reader@acme.example',
    }),
    onboarded('RITM0080002', { company: 'Guided Readers Ltd' }),
    onboarded('RITM0080003', {}),
    onboarded('RITM0080004', {}),
  ]);
  clients = { partner, portal, plain, suspended };
  await Promise.all([
    agreeOnAll(partner.client_id),
    suspend(suspended.client_id),
    choosePassword('reader@acme.example'),
  ]);
});
afterAll(async () => {
  await Promise.all([twin.stop(), rm(folder, { recursive: true })]);
});

type Form = Readonly<Record<string, string>>;

async function ask(
  client: keyof typeof clients,
  form: Form,
  path = 'oauth2/token',
  secret = clients[client].client_secret,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${twin.urls.gateway}/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers:
      form['client_assertion'] === undefined || secret !== clients[client].client_secret
        ? {
            authorization: `Basic ${Buffer.from(`${clients[client].client_id}:${secret}`).toString('base64')}`,
          }
        : {},
  });
  return { status: answer.status, body: await answer.json() };
}

/** Returns an access token of the user, which no other test revokes. */
async function newSubjectToken(): Promise<string> {
  const { body } = await ask('partner', {
    grant_type: 'password',
    username: USERNAME,
    password: PASSWORD,
    scope: 'credit-reports/read',
  });
  return z.object({ access_token: z.string() }).parse(body).access_token;
}

/** Returns the variables that a page uses. */
const given = async (guide: Guide): Promise<Readonly<Record<string, string>>> => {
  const subjectToken = await newSubjectToken();
  const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET } =
    clients[guide === 'token-exchange' ? 'portal' : 'partner'];
  return {
    API: twin.urls.gateway,
    CLIENT_ID,
    CLIENT_SECRET,
    USERNAME,
    PASSWORD,
    ISSUER,
    SUBJECT_TOKEN: subjectToken,
    ACCESS_TOKEN: subjectToken,
  };
};

/** Does what the page leaves to an operator, after its keys exist. */
const registered: Partial<Record<Guide, readonly [after: string, by: (clientId: string) => Promise<void>]>> =
  {
    'private-key-jwt': ['client-key.pub.pem', register],
    'jwt-bearer': ['issuer-cert.pem', trust],
  };

describe('OAU-2 what a guide says to paste', () => {
  test.each(guides)('%s.md works, and answers what it shows', async (guide) => {
    const variables = await given(guide);
    const terminal: Terminal = openTerminal({
      ...variables,
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    });
    try {
      await terminal.type(`cd '${folder}'`);
      for (const sample of samplesOf(guide)) {
        const { stdout, stderr } = await terminal.type(typed(sample));
        expect(stderr).toBe(
          guide === 'password' && sample.language === 'js'
            ? 'This login works until Thu, 31 Dec 2099 00:00:00 GMT.\n'
            : '',
        );
        if (sample.answer === undefined) expect(stdout).toBe('');
        else {
          const shown: unknown = JSON.parse(
            sample.answer.replaceAll(
              /\$([A-Z_]+)/gu,
              (name, variable: string) => variables[variable] ?? name,
            ),
          );
          const answered: unknown = JSON.parse(stdout);
          expect(
            { answered, asShown: isAsShown(shown, answered) },
            `${sample.heading}: ${sample.answer}`,
          ).toEqual({ answered, asShown: true });
        }
        const [after, by] = registered[guide] ?? [];
        if (after !== undefined && sample.text.includes(after) && sample.text.startsWith('openssl')) {
          await by?.(variables['CLIENT_ID'] ?? '');
        }
      }
    } finally {
      terminal.close();
    }
  });

  test('is a call by curl and a sample for Node on every page', () => {
    for (const guide of guides) {
      const shown = samplesOf(guide).filter(({ answer }) => answer !== undefined);
      expect(new Set(shown.map(({ language }) => language)), guide).toEqual(new Set(['sh', 'js']));
    }
  });
});

describe('OAU-2 what a guide says of refusals', () => {
  const jwtBearer = { grant_type: grantTypes[2], assertion: 'x' };
  const exchange = () => ({
    grant_type: grantTypes[3],
    subject_token: subjectToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  const login = { grant_type: 'password', username: USERNAME, password: PASSWORD };
  const cc = { grant_type: 'client_credentials' };
  const signed = {
    ...cc,
    client_assertion: 'x',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  };
  const foreign = { scope: 'fraud-signals/read' };
  const inspect = 'oauth2/introspect';
  let subjectToken: string;
  beforeAll(async () => {
    subjectToken = await newSubjectToken();
  });
  const faulty = async <T>(service: string, operation: string, work: () => Promise<T>): Promise<T> => {
    await fetch(`${twin.urls.gateway}/_twin/faults`, {
      method: 'PUT',
      body: JSON.stringify([{ service, operation, mode: 'fail-before', times: 5 }]),
    });
    try {
      return await work();
    } finally {
      await fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'DELETE' });
    }
  };

  const refused: Readonly<Record<Guide, () => readonly (() => ReturnType<typeof ask>)[]>> = {
    'client-credentials': () => [
      () => ask('partner', cc, undefined, 'wrong'),
      () =>
        ask('partner', {
          ...cc,
          client_id: clients.partner.client_id,
          client_secret: clients.partner.client_secret,
        }),
      () => ask('partner', { ...cc, ...foreign }),
      () => ask('suspended', cc),
      () => faulty('cognito', 'Token', () => ask('partner', cc)),
    ],
    'private-key-jwt': () => [
      () => ask('partner', signed),
      () => ask('partner', { ...signed, client_assertion_type: 'x' }),
      () => ask('partner', signed, undefined, 'another'),
      // Scopes are checked after the signature, so this assertion is a valid one.
      async () => ask('plain', { ...signed, ...foreign, client_assertion: await validAssertion('plain') }),
    ],
    password: () => [
      () => ask('partner', { ...login, password: 'wrong' }),
      () => ask('plain', login),
      () => ask('partner', login, undefined, 'wrong'),
      () => ask('partner', { ...login, username: '' }),
      () => faulty('okta', 'PasswordToken', () => ask('partner', login)),
    ],
    'jwt-bearer': () => [
      () => ask('partner', jwtBearer),
      () => ask('partner', { ...jwtBearer, assertion: '' }),
      () => ask('plain', jwtBearer),
      () => ask('partner', { ...jwtBearer, ...foreign }),
    ],
    'token-exchange': () => [
      () => ask('portal', { ...exchange(), subject_token: 'x' }),
      () => ask('portal', { ...exchange(), audience: 'https://elsewhere.example' }),
      () => ask('portal', { ...exchange(), ...foreign }),
      () => ask('portal', { ...exchange(), subject_token: '' }),
      () => ask('portal', { ...exchange(), actor_token: 'x' }),
      () => ask('plain', exchange()),
    ],
    tokens: () => [
      () => ask('partner', { token: 'x' }, inspect, 'wrong'),
      () => ask('partner', {}, inspect),
      () => ask('suspended', { token: 'x' }, inspect),
    ],
  };

  /** Registers a key of the client and signs an assertion with it. */
  async function validAssertion(client: keyof typeof clients): Promise<string> {
    const { publicKey, privateKey } = rsaKeys('first');
    const { client_id: clientId } = clients[client];
    await registerKey(clientId, publicKey);
    return new SignJWT()
      .setProtectedHeader({ alg: 'RS256', kid: 'acme-1' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(twin.urls.gateway)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('1 minute')
      .sign(privateKey);
  }

  test.each(guides)('%s.md: each of them is met', async (guide) => {
    const rows = refusalsOf(guide);
    const met: string[] = [];
    for (const refusal of refused[guide]()) {
      const { status, body } = await refusal();
      const { error, error_description: description } = z
        .object({ error: z.string(), error_description: z.string().optional() })
        .parse(body);
      met.push([status, error, ...(description === undefined ? [] : [description])].join(' '));
    }
    expect(rows).toHaveLength(met.length);
    expect(
      met.map((answer) =>
        rows.findIndex((row) => (row.endsWith('…') ? answer.startsWith(row.slice(0, -1)) : answer === row)),
      ),
      met.join('\n'),
    ).toEqual(rows.map((_, at) => at));
  });
});
