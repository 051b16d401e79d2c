import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { MetadataFault, ReadMetadata } from '../../adapters/federation/discovery.ts';
import {
  type IdentityProvider,
  type ProviderContent,
  idTokenAlgorithms,
  providerAuthentications,
} from '../../core/federation/identity-provider.ts';
import { findProviderErrors, parseDomain, sharedIssuerAdvice } from '../../core/federation/provider-rules.ts';
import { amend, initialState } from '../../core/lifecycle/change.ts';
import {
  sealedSecretFor,
  withApprovedContent,
  withProviderContent,
} from '../../core/federation/provider-content.ts';
import { changeBy, changeContent, changeRecord } from '../../core/operators/change-record.ts';
import type { FieldError } from '../../core/problem.ts';
import { invalid } from '../../middleware/http-api/api-problem.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import { createdResponse, existing, recordResponse } from '../../middleware/http-api/responses.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { listResponse } from './lists.ts';
import {
  changeContextOf,
  changeResponse,
  type OperatorOperation,
  operation,
  transitionOf,
} from './operation.ts';
import { proposalResponse, withdrawalResponse } from './proposals.ts';
import { ignored, readOnly, requireUnchanged } from './read-only.ts';
import {
  component,
  components,
  effect,
  effectMembers,
  line,
  managed,
  moment,
  operatorsTold,
  pageOfPartner,
  toStatus,
  why,
} from './schemas.ts';

const content = {
  contractId: z
    .string()
    .max(100)
    .meta({ description: "The partner's contract that its users' access stands on." }),
  displayName: line(100).meta({ description: 'What people know the company by.' }),
  issuer: z.string().max(512).meta({ description: 'The `iss` of its ID tokens, character by character.' }),
  clientId: z.string().min(1).max(255).meta({ description: 'Of our client at the provider.' }),
  authentication: z.enum(providerAuthentications),
  algorithm: z
    .enum(idTokenAlgorithms)
    .meta({ description: 'The only one that its ID tokens may be signed with.' }),
  domains: z
    .array(z.string().max(253))
    .min(1)
    .max(50)
    .meta({ description: 'Of the e-mail addresses that it may vouch for. No other provider has them.' }),
};
const clientSecret = z.string().min(1).max(1000).meta({ writeOnly: true });
const metadata = z.strictObject({
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  jwksUri: z.string(),
  userinfoEndpoint: z.exactOptional(z.string()),
  namesItself: z.boolean(),
});
const provider = component(
  'IdentityProvider',
  z.strictObject({
    providerId: z.string().meta({ description: 'A UUID.' }),
    partnerId: z.string(),
    ...content,
    metadata: metadata.meta({ description: 'What it publishes, as it was read last.' }),
    callback: z.string().meta({ description: 'The address that the provider must send browsers back to.' }),
    signInsFrom: z.exactOptional(moment).meta({
      description: 'Sessions from before do not count any more: it was not active then.',
    }),
    proposed: z
      .exactOptional(z.strictObject({ ...content, metadata, hasNewSecret: z.boolean() }))
      .meta({ description: 'Other content. It waits for an approver who activates the provider once more.' }),
    ...managed,
    operatorsTold,
    ...effect,
  }),
);
const providerDraft = component(
  'IdentityProviderDraft',
  z.strictObject({ partnerId: z.string().max(100), ...content, clientSecret, why }),
);
const providerReadOnly = [
  'providerId',
  'partnerId',
  'metadata',
  'callback',
  'signInsFrom',
  'proposed',
  'status',
  'version',
  'changes',
] as const;
const providerChange = component(
  'IdentityProviderChange',
  z.strictObject({
    ...content,
    clientSecret: z.exactOptional(clientSecret).meta({
      description: 'It can be left out while issuer and clientId stay as they are, or as they are proposed.',
      writeOnly: true,
    }),
    why,
    ...readOnly(providerReadOnly),
    ...ignored(['operatorsTold', ...effectMembers]),
  }),
);

type Content = Omit<
  z.infer<typeof providerChange>,
  'why' | 'clientSecret' | (typeof providerReadOnly)[number]
>;

/** Returns what is proposed, without the secret. */
const shownProposal = ({ sealedSecret, ...content }: ProviderContent, present: string) => ({
  ...content,
  hasNewSecret: sealedSecret !== present,
});

/** Returns the record as the API shows it. The secret is not shown, sealed or not. */
const shownBy =
  ({ signInUrl }: Pick<OperatorApiDependencies, 'signInUrl'>) =>
  ({ editors: _editors, sealedSecret, proposed, ...record }: IdentityProvider) => ({
    ...record,
    ...(proposed !== undefined && { proposed: shownProposal(proposed, sealedSecret) }),
    callback: `${signInUrl}/login/callback/${record.providerId}`,
  });

/** Where in a request a fault of the metadata is, and what is allowed there. */
const allowedBy: Readonly<Record<MetadataFault, Pick<FieldError, 'path' | 'allowed'>>> = {
  no_document: {
    path: '/issuer',
    allowed:
      'An issuer that answers at /.well-known/openid-configuration: 200 with JSON, of at most 64 KB, within 5 seconds, without redirect, from a public address.',
  },
  document: {
    path: '/issuer',
    allowed:
      'An issuer whose discovery document has issuer, authorization_endpoint, token_endpoint and jwks_uri, each of the type that OpenID Connect Discovery 1.0 §3 gives it.',
  },
  shared_issuer: { path: '/issuer', allowed: sharedIssuerAdvice },
  other_issuer: {
    path: '/issuer',
    allowed:
      'The issuer exactly as its discovery document has it, with or without the last slash, and with the path of the authorization server if it has one.',
  },
  endpoint_address: {
    path: '/issuer',
    allowed: 'An issuer whose endpoints begin with https://, without user and fragment.',
  },
  code_flow: {
    path: '/issuer',
    allowed:
      'An issuer that offers the response type code, the response mode query and the grant type authorization_code.',
  },
  pkce: {
    path: '/issuer',
    allowed: 'An issuer that offers S256, if it has code_challenge_methods_supported at all.',
  },
  algorithm_not_offered: {
    path: '/algorithm',
    allowed: 'An algorithm that the provider lists in id_token_signing_alg_values_supported.',
  },
  authentication_not_offered: {
    path: '/authentication',
    allowed:
      'A method that the provider lists in token_endpoint_auth_methods_supported, or client_secret_basic if it has no such list.',
  },
};

/**
 * Returns the content that a request sends, in normal form, with what the provider publishes.
 * @throws {ApiProblem} naming every error of the request at once
 */
async function contentIn(deps: OperatorApiDependencies, partnerId: string, sent: Content) {
  const { contractId, displayName, issuer, clientId, authentication, algorithm, domains } = sent;
  const errors = [
    ...findProviderErrors({ partnerId, issuer, domains }, await deps.contracts.find(contractId)),
  ];
  // Nothing is asked of an issuer that cannot be used anyway.
  const isUsable = !errors.some(({ path }) => path === '/issuer');
  const read: ReadMetadata = isUsable ? await deps.readProviderMetadata(sent) : { faults: [] };
  if ('faults' in read) {
    throw invalid([...errors, ...read.faults.map((code) => ({ code, ...allowedBy[code] }))]);
  }
  if (errors.length > 0) throw invalid(errors);
  return {
    partnerId,
    contractId,
    displayName,
    issuer,
    clientId,
    authentication,
    algorithm,
    domains: [...new Set(domains.flatMap((domain) => parseDomain(domain) ?? []))],
    metadata: read.metadata,
  };
}

const secretNeeded: FieldError = {
  path: '/clientSecret',
  code: 'secret_needed',
  allowed: 'The secret of that client at that issuer. It can be left out while both stay as they are.',
};

export const providerOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/identity-providers',
    operationId: 'listIdentityProviders',
    role: 'viewer',
    summary: "The partners' identity providers, by partner and id.",
    query: pageOfPartner('displayName, issuer or domains'),
    answer: pageOf(components, 'IdentityProviderPage', provider),
    kind: 'page',
    run: (deps, { query }) =>
      listResponse(
        deps.providers,
        query,
        ({ displayName, issuer, domains }) => [displayName, issuer, ...domains],
        shownBy(deps),
      ),
  }),
  operation({
    method: 'POST',
    resource: '/operator/identity-providers',
    operationId: 'draftIdentityProvider',
    role: 'operator',
    status: 201,
    summary: "A partner's identity provider, as a draft. What it publishes is read at once.",
    body: providerDraft,
    answer: provider,
    run: async (deps, call) => {
      const { partnerId, clientSecret: secret } = call.body;
      const checked = await contentIn(deps, partnerId, call.body);
      const providerId = deps.newId();
      const record: IdentityProvider = {
        providerId,
        ...checked,
        sealedSecret: await deps.secretSealer.seal(providerId, secret),
        ...initialState('draft', changeBy(changeContextOf(call, deps, call.body))),
      };
      const created = await deps.providers.create(record);
      return createdResponse(created, shownBy(deps)(record), 'identity-providers', providerId);
    },
  }),
  operation({
    method: 'GET',
    resource: '/operator/identity-providers/{providerId}',
    operationId: 'readIdentityProvider',
    role: 'viewer',
    summary: 'An identity provider.',
    answer: provider,
    run: async (deps, { id }) =>
      recordResponse(shownBy(deps)(existing(await deps.providers.find(id('providerId'))))),
  }),
  operation({
    method: 'PUT',
    resource: '/operator/identity-providers/{providerId}',
    operationId: 'changeIdentityProvider',
    role: 'operator',
    changes: true,
    summary:
      'Other content in place of all that it had. While it is active, this takes an approver, and what lets it vouch for more, or somebody else in its place, is only proposed.',
    body: providerChange,
    answer: provider,
    run: async (deps, call) => {
      const providerId = call.id('providerId');
      const shown = shownBy(deps);
      const before = existing(await deps.providers.find(providerId));
      requireUnchanged(call.body, shown(before), providerReadOnly, call.seen);
      const checked = await contentIn(deps, before.partnerId, call.body);
      const { clientSecret: secret } = call.body;
      const sealedSecret =
        secret === undefined
          ? sealedSecretFor(before, checked)
          : await deps.secretSealer.seal(providerId, secret);
      if (sealedSecret === undefined) throw invalid([secretNeeded]);
      const act = changeContextOf(call, deps, call.body);
      const content = { ...checked, sealedSecret };
      const { proposed } = withProviderContent(before, content);
      if (isDeepStrictEqual(proposed, before.proposed)) {
        const changed = await changeContent(deps.providers, {
          id: providerId,
          matchesVersion: call.seen,
          act,
          content: (record) => withProviderContent(record, content),
        });
        return changeResponse(deps, changed, shown);
      }
      const changed = await changeRecord(deps.providers, {
        id: providerId,
        matchesVersion: (version) => version === before.version && call.seen(version),
        next: (record) =>
          amend<IdentityProvider>(record, withProviderContent(record, content), {
            ...changeBy(act),
            proposal: 'made',
          }),
      });
      if (changed.outcome !== 'changed') return changeResponse(deps, changed, shown);
      const { partnerId } = before;
      const by = act.operator.mailbox;
      const alert = { about: 'identity_provider_proposed', partnerId, providerId, by } as const;
      return proposalResponse(deps, changed, alert, shown, {});
    },
  }),
  operation({
    method: 'DELETE',
    resource: '/operator/identity-providers/{providerId}/proposal',
    operationId: 'withdrawIdentityProvider',
    role: 'operator',
    changes: true,
    summary: 'Withdraws the proposed content. What it has stays.',
    query: z.strictObject({ why }),
    answer: provider,
    run: (deps, call) =>
      withdrawalResponse(
        deps,
        deps.providers,
        { id: call.id('providerId'), matchesVersion: call.seen },
        changeContextOf(call, deps, call.query),
        shownBy(deps),
      ),
  }),
  operation({
    method: 'POST',
    resource: '/operator/identity-providers/{providerId}/transitions',
    operationId: 'moveIdentityProvider',
    role: 'operator',
    changes: true,
    summary:
      'Changes the status. Unless an identity provider is active, nobody signs in with it, and tokens of its users are refused. An activation approves the proposed content.',
    body: toStatus,
    answer: provider,
    run: async (deps, call) => {
      const providerId = call.id('providerId');
      const result = await transitionOf(deps, call, deps.providers, providerId, (record, before) =>
        withApprovedContent(record, before, deps.clock.now()),
      );
      return changeResponse(deps, result, shownBy(deps));
    },
  }),
];
