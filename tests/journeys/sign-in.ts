import * as z from 'zod';
import { pickUp, type PickedUpCredentials } from '../../clients/partner.ts';
import type { TwinUrls } from '../../clients/twin-process.ts';
import { type PersonAtProvider, startOpenIdProvider, type TestProvider } from '../support/openid-provider.ts';
import { type Portal, startPortal } from '../support/portal.ts';
import { onboard } from './onboarded.ts';
import { type AsOperator, operatorOf } from './operator.ts';
import { requestFor } from './requests.ts';

/** An application of ours and a partner with its own identity provider, in force. */
export interface SignInPlace {
  readonly portal: Portal;
  readonly provider: TestProvider;
  /** Those of the application. */
  readonly credentials: PickedUpCredentials;
  /** The paths of the records at the operator API. */
  readonly records: Readonly<
    Record<'application' | 'provider' | 'client' | 'partner' | 'contract' | 'ownContract', string>
  >;
  close(): Promise<void>;
}

const ids = z.looseObject({ applicationId: z.string().optional(), providerId: z.string().optional() });
const client = z.object({ partnerId: z.string(), contractId: z.string() });
const contract = z.looseObject({ version: z.int(), grants: z.array(z.string()) });

/**
 * Registers an application and an identity provider for two new partners, the first of which stands for our own
 * company.
 * @param number the beginning of two ticket numbers that no other file uses
 * @param domain the domain of the people's addresses, which no other file uses
 */
export async function openSignInPlace(
  urls: TwinUrls,
  number: string,
  domain: string,
  people: readonly PersonAtProvider[],
): Promise<SignInPlace> {
  const { gateway } = urls;
  const [ada, grace, provider, portal] = await Promise.all([
    operatorOf(gateway, 'operator', 'ada'),
    operatorOf(gateway, 'approver', 'grace'),
    startOpenIdProvider(people),
    startPortal(gateway),
  ]);
  const [own, theirs] = [
    await onboardedFor(urls, `${number}1`, ada, grace),
    await onboardedFor(urls, `${number}2`, ada, grace),
  ];
  const draft = async (path: string, body: object) => {
    const answer = await ada(`POST ${path}`, { body: { ...body, why: 'people sign in' } });
    const { applicationId, providerId } = ids.parse(answer.body);
    return { path: `${path}/${applicationId ?? providerId ?? ''}`, body: answer.body };
  };
  const activate = (path: string) =>
    grace(`POST ${path}/transitions`, { ifMatch: '"1"', body: { to: 'active', why: 'looked at' } });

  const application = await draft('/operator/applications', {
    name: 'Credit portal',
    brand: 'northlight',
    environments: ['DEV'],
    contractId: own.contractId,
    signIn: {
      clientId: own.credentials.client_id,
      redirectUris: [portal.callback],
      postLogoutRedirectUris: [portal.goodbye],
      homeUrl: portal.url,
      partners: [theirs.partnerId],
    },
  });
  await activate(application.path);
  portal.registerAs(own.credentials.client_id, own.credentials.client_secret);
  const drafted = await draft('/operator/identity-providers', {
    partnerId: theirs.partnerId,
    contractId: theirs.contractId,
    displayName: `Company of ${domain}`,
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    authentication: 'client_secret_basic',
    algorithm: 'RS256',
    domains: [domain],
  });
  await provider.register(z.object({ callback: z.string() }).parse(drafted.body).callback);
  await activate(drafted.path);
  return {
    portal,
    provider,
    credentials: own.credentials,
    records: {
      application: application.path,
      provider: drafted.path,
      client: `/operator/clients/${own.credentials.client_id}`,
      partner: `/operator/partners/${theirs.partnerId}`,
      contract: `/operator/contracts/${theirs.contractId}`,
      ownContract: `/operator/contracts/${own.contractId}`,
    },
    close: async () => {
      await portal.close();
      await provider.close();
    },
  };
}

interface Onboarded {
  readonly credentials: PickedUpCredentials;
  readonly partnerId: string;
  readonly contractId: string;
}

/** Onboards a client under a contract that allows the grants `authorization_code` and token exchange, too. */
async function onboardedFor(
  urls: TwinUrls,
  number: string,
  ada: AsOperator,
  grace: AsOperator,
): Promise<Onboarded> {
  const { link, code } = await onboard(urls, requestFor(number));
  const credentials = await pickUp(link, code);
  const read = await ada(`GET /operator/clients/${credentials.client_id}`);
  const { partnerId, contractId } = client.parse(read.body);
  const present = contract.parse((await ada(`GET /operator/contracts/${contractId}`)).body);
  await grace(`PUT /operator/contracts/${contractId}`, {
    ifMatch: `"${present.version}"`,
    body: {
      ...present,
      grants: [...present.grants, 'authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      why: 'people sign in',
    },
  });
  return { credentials, partnerId, contractId };
}

/** Exchanges a person's token, as the application that got it, for one of the stage's identity pool. */
export async function exchangeForPool(
  { gateway }: Pick<TwinUrls, 'gateway'>,
  { client_id: id, client_secret: secret }: PickedUpCredentials,
  accessToken: string,
): Promise<unknown> {
  const answer = await fetch(`${gateway}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: `${gateway}/token-types/identity-pool`,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: accessToken,
    }),
  });
  return answer.json();
}

/** A browser without pages: it follows redirects, keeps cookies, and says where it is. */
export function visitor() {
  const jar = new Map<string, Map<string, string>>();
  const cookiesOf = (url: string) => {
    const { host } = new URL(url);
    const cookies = jar.get(host) ?? new Map<string, string>();
    jar.set(host, cookies);
    return cookies;
  };
  /** Goes to an address, and on from there. */
  const go = async (url: string, form?: Readonly<Record<string, string>>): Promise<Visited> => {
    const cookies = cookiesOf(url);
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location !== null) return go(new URL(location, url).href);
    return { url, status: answer.status, text: await answer.text() };
  };
  return {
    go,
    /** Begins at an application, gives an e-mail address, and goes on to the end. */
    signIn: async (portal: Portal, email: string): Promise<Visited> => {
      const page = await go(portal.url);
      const { pathname, searchParams } = new URL(page.url);
      const state = searchParams.get('state');
      return pathname !== '/login' || state === null
        ? page
        : go(new URL('/login', page.url).href, { state, email });
    },
  };
}

/** Where a visitor has come to. */
export interface Visited {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}
