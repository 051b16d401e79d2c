import type { Application, SignInSettings } from '../../../core/applications/application.ts';
import type { IdentityProvider } from '../../../core/federation/identity-provider.ts';
import type { ClientMapping } from '../../../core/clients/client-mapping.ts';
import type { UserWithProfile } from '../../../core/users/user.ts';
import { vendors } from '../../../adapters/vendors.ts';
import type { Catalogue } from '../../../core/catalogue/catalogue.ts';
import type { CataloguePrerequisite } from '../../../core/catalogue/prerequisite.ts';
import { initialState } from '../../../core/lifecycle/change.ts';
import { defaultContractIdOf } from '../../../core/contracts/ids.ts';
import type { Contract } from '../../../core/contracts/records.ts';
import type { Partner } from '../../../core/partners/partner.ts';
import { makePlan } from '../../../core/onboarding/make-plan.ts';
import type { Onboarding } from '../../../core/onboarding/onboarding.ts';
import type { OnboardingRequest } from '../../../core/tickets/request.ts';

/** The prerequisite that the documents describe. */
const prerequisite: CataloguePrerequisite = {
  name: 'EWACS account',
  variables: { met: 'ewacs_account_created', id: 'ewacs_user_id' },
  task: {
    title: 'Create the EWACS account {userId} for {company}',
    text: [
      '{company} is to get access to {product}. For that, the user {userId} needs an EWACS account; what is known about the person stands in the request that this task belongs to.',
      'When the account exists, close this task as complete: the request then goes on by itself.',
      'If it cannot be created, close this task as incomplete: the request is then rolled back and the requester is told.',
    ].join('\n'),
    withdrawn:
      'The request that this task belongs to has been rolled back. The EWACS account is no longer needed for it, and there is nothing left to do here.',
    unmet: 'the task was closed without an EWACS account',
  },
  ticket: {
    comesFirst:
      'The EWACS account of {userId} comes first: {assignmentGroup} is asked to create it by a task of its own, and everything else follows by itself once that task is closed.',
    confirmed: 'The EWACS account of {userId} is confirmed. The request goes on by itself.',
    notAskedFor: 'the EWACS account could not be asked for',
    notMet:
      'the EWACS account was not confirmed, because its task was not closed in time or was closed without an account',
    advice: 'Once the account exists, please submit a new request that says so.',
  },
};

/** The words of the installation that the documents describe. */
export const words = { prerequisite, vendors };

export const catalogue: Catalogue = {
  regions: { UK: { assignmentGroup: 'UK Requests' } },
  prerequisite,
  brands: {
    northwind: {
      name: 'Northwind Data',
      from: 'access@northwind.example',
      accent: '#b3541e',
      support: 'Write to help@northwind.example.',
    },
  },
  ratePlans: { standard: { rate: 10, burst: 20, quota: { limit: 1000, period: 'MONTH' } } },
  products: {
    'credit-reports': {
      id: 'credit-reports',
      name: 'Credit Reports',
      brand: 'northwind',
      group: 'B2B Credit Reports',
      privateRanges: false,
      thirdPartyTokens: false,
      parameters: {},
      upstreams: { DEV: 'https://dev.example', UAT: 'https://uat.example', PROD: 'https://prod.example' },
      scopes: { 'credit-reports/read': 'Read', 'credit-reports/write': 'Order' },
      routes: [
        { method: 'GET', path: '/reports/{id}', scope: 'credit-reports/read' },
        { method: 'POST', path: '/reports', scope: 'credit-reports/write' },
      ],
      defaultTerms: { scopes: ['credit-reports/read'], ratePlan: 'standard' },
    },
  },
};

export const request: OnboardingRequest = {
  kind: 'b2b-onboarding',
  ticket: {
    id: '9f1c',
    number: 'RITM0010001',
    openedBy: 'requester@company.example',
    requestedFor: 'owner@company.example',
  },
  environment: 'DEV',
  region: 'UK',
  product: 'credit-reports',
  company: 'Acme Credit Ltd',
  description: 'Please',
  firstName: 'Dana',
  lastName: 'Li',
  email: 'api-team@acme.example',
  telephone: '+1 555 0100',
  userId: 'dana.li',
  userRole: 'End User',
  ipRanges: ['203.0.113.10'],
  prerequisiteMet: true,
};

const at = new Date('2026-11-20T10:00:00.000Z');
const active = initialState('active', { at: at.toISOString(), by: 'operator-1', why: 'Agreed' });

/** The id of a partner with another name. */
export const otherPartnerId = '5b1f6c0e-7f0a-4d9e-9a55-0c2f6b1f4a02';

/** The partner of `request`. */
export const partner: Partner = {
  partnerId: '5b1f6c0e-7f0a-4d9e-9a55-0c2f6b1f4a01',
  name: request.company,
  ...active,
};

/** Returns the partner's default contract with the given changes. */
export const contractOf = (agreed: Partial<Contract> = {}): Contract => ({
  contractId: defaultContractIdOf(partner.partnerId, 'credit-reports'),
  partnerId: partner.partnerId,
  products: { 'credit-reports': ['credit-reports/read'] },
  ratePlan: 'standard',
  ipRanges: [],
  environments: ['DEV'],
  startsAt: '2026-11-20T09:59:00.000Z',
  owner: request.ticket.requestedFor,
  grants: ['client_credentials'],
  resourceServerOf: [],
  ...active,
  ...agreed,
});

/** Returns an active application whose client is of this contract. */
export const applicationOf = (
  { clientId, contractId }: { readonly clientId: string; readonly contractId: string },
  changed: Partial<Application> = {},
): Application & { readonly signIn: SignInSettings } => ({
  applicationId: 'application-1',
  partnerId: partner.partnerId,
  contractId,
  name: 'Credit portal',
  brand: Object.keys(catalogue.brands)[0] ?? '',
  environments: ['DEV'],
  ...active,
  ...changed,
  signIn: {
    clientId,
    redirectUris: ['https://portal.company.example/callback?kept=1'],
    homeUrl: 'https://portal.company.example/',
    partners: 'all',
    ...changed.signIn,
  },
});

/** Returns an active identity provider of a partner. */
export const providerOf = (
  of: Pick<IdentityProvider, 'partnerId' | 'contractId'>,
  changed: Partial<IdentityProvider> = {},
): IdentityProvider => ({
  providerId: 'provider-1',
  ...of,
  displayName: 'Acme',
  issuer: 'https://login.acme.example',
  clientId: 'sallyport',
  authentication: 'client_secret_basic',
  sealedSecret: 'sealed',
  algorithm: 'RS256',
  domains: ['acme.example'],
  metadata: {
    authorizationEndpoint: 'https://login.acme.example/authorize',
    tokenEndpoint: 'https://login.acme.example/token',
    jwksUri: 'https://login.acme.example/keys',
    userinfoEndpoint: 'https://login.acme.example/userinfo',
    namesItself: true,
  },
  ...active,
  ...changed,
});

/** Returns a running onboarding as the intake leaves it, with this id and its partner's default contract. */
export function onboardingOf(onboardingId: string, changed: Partial<OnboardingRequest> = {}): Onboarding {
  const changedRequest = { ...request, ...changed };
  const partnerId = changedRequest.company === request.company ? partner.partnerId : otherPartnerId;
  const contractId = defaultContractIdOf(partnerId, changedRequest.product);
  const agreement = {
    partnerId,
    contractId,
    partner: { ...partner, partnerId },
    contract: contractOf({ partnerId, contractId }),
    drafted: {},
  };
  return {
    onboardingId,
    request: changedRequest,
    partnerId,
    status: 'Running',
    plan: makePlan(changedRequest, agreement, catalogue, at),
    createdAt: at.toISOString(),
  };
}

/** Returns an active user of the partner. */
export const userOf = (changed: Partial<UserWithProfile> = {}): UserWithProfile => ({
  userId: 'dana.li',
  partnerId: partner.partnerId,
  origin: 'directory',
  profile: { profileId: 'okta-1', state: 'active', since: '2026-11-01T10:00:00.000Z' },
  status: 'active',
  version: 1,
  changes: [],
  ...changed,
});

/** Returns an active client in its first version, with what a test says about it. */
export const clientMappingOf = (registered: Partial<ClientMapping> = {}): ClientMapping => ({
  clientId: 'client-1',
  partnerId: 'acme',
  contractId: 'contract-1',
  product: 'credit-reports',
  onboardingId: 'onb-1',
  scopes: [],
  routes: [],
  ipRanges: [],
  apiKey: 'kept',
  status: 'active',
  version: 1,
  changes: [],
  ...registered,
});
