import * as z from 'zod';
import type { Application } from '../../core/applications/application.ts';
import { type ApplicationContent, findApplicationErrors } from '../../core/applications/application-rules.ts';
import { environments } from '../../core/catalogue/environment.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { changeBy, changeContent } from '../../core/operators/change-record.ts';
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
  transitionResponse,
} from './operation.ts';
import { ignored, readOnly, requireUnchanged } from './read-only.ts';
import {
  component,
  components,
  effect,
  effectMembers,
  line,
  managed,
  pageOfPartner,
  toStatus,
  why,
} from './schemas.ts';

const address = z.string().max(2000);
const content = {
  name: line(100).meta({ description: 'What people know it by.' }),
  brand: z.string().max(100).meta({ description: 'A brand of the catalogue.' }),
  environments: z.array(z.enum(environments)).min(1).max(10),
  contractId: z.string().max(100).meta({ description: "The contract of the application's clients." }),
  signIn: z.exactOptional(
    z
      .strictObject({
        clientId: z.string().max(128).meta({ description: 'The client that it authenticates as.' }),
        redirectUris: z
          .array(address)
          .min(1)
          .max(20)
          .meta({ description: 'Where browsers return with a code. Compared character by character.' }),
        postLogoutRedirectUris: z.exactOptional(
          z.array(address).max(20).meta({
            description:
              'Where browsers may go after the person has signed out. Compared character by character.',
          }),
        ),
        homeUrl: address.meta({ description: 'Where a person can begin again.' }),
        partners: z
          .union([z.literal('all'), z.array(z.string().max(100)).max(1000)])
          .meta({ description: 'The ids of the partners whose users may sign in.' }),
      })
      .meta({ description: 'How people sign in to it. Without it, nobody can.' }),
  ),
};
const applicationFields = {
  applicationId: z.string().meta({ description: 'A UUID.' }),
  partnerId: z.string().meta({ description: 'The partner of the contract: our own company.' }),
};
const application = component(
  'Application',
  z.strictObject({ ...applicationFields, ...content, ...managed, ...effect }),
);
const applicationDraft = component('ApplicationDraft', z.strictObject({ ...content, why }));
const applicationReadOnly = ['applicationId', 'partnerId', 'status', 'version', 'changes'] as const;
const applicationChange = component(
  'ApplicationChange',
  z.strictObject({ ...content, why, ...readOnly(applicationReadOnly), ...ignored(effectMembers) }),
);

const shown = ({ editors: _editors, ...record }: Application): Application => record;

/**
 * Returns the content that a request sends, with the partner of its contract.
 * @throws {ApiProblem} naming every error of the request at once
 */
async function contentIn(
  deps: OperatorApiDependencies,
  { name, brand, environments: where, contractId, signIn }: ApplicationContent,
): Promise<ApplicationContent & Pick<Application, 'partnerId'>> {
  const sent = { name, brand, environments: where, contractId, ...(signIn !== undefined && { signIn }) };
  const [contract, client] = await Promise.all([
    deps.contracts.find(contractId),
    signIn && deps.clients.find(signIn.clientId),
  ]);
  const errors = findApplicationErrors(sent, {
    catalogue: deps.catalogue,
    contract,
    client,
    loopback: deps.loopback,
  });
  if (errors.length > 0 || contract === undefined) throw invalid(errors);
  return { ...sent, partnerId: contract.partnerId };
}

export const applicationOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/applications',
    operationId: 'listApplications',
    role: 'viewer',
    summary: 'Our own applications, by partner and id.',
    query: pageOfPartner('name'),
    answer: pageOf(components, 'ApplicationPage', application),
    kind: 'page',
    run: ({ applications }, { query }) => listResponse(applications, query, ({ name }) => [name], shown),
  }),
  operation({
    method: 'POST',
    resource: '/operator/applications',
    operationId: 'draftApplication',
    role: 'operator',
    status: 201,
    summary: 'A new application, as a draft.',
    body: applicationDraft,
    answer: application,
    run: async (deps, call) => {
      const checked = await contentIn(deps, call.body);
      const applicationId = deps.newId();
      const record: Application = {
        applicationId,
        ...checked,
        ...initialState('draft', changeBy(changeContextOf(call, deps, call.body))),
      };
      return createdResponse(
        await deps.applications.create(record),
        record,
        'applications',
        record.applicationId,
      );
    },
  }),
  operation({
    method: 'GET',
    resource: '/operator/applications/{applicationId}',
    operationId: 'readApplication',
    role: 'viewer',
    summary: 'An application.',
    answer: application,
    run: async ({ applications }, { id }) =>
      recordResponse(shown(existing(await applications.find(id('applicationId'))))),
  }),
  operation({
    method: 'PUT',
    resource: '/operator/applications/{applicationId}',
    operationId: 'changeApplication',
    role: 'operator',
    changes: true,
    summary: 'Other content in place of all that it had. While it is active this takes an approver.',
    body: applicationChange,
    answer: application,
    run: async (deps, call) => {
      const applicationId = call.id('applicationId');
      const record = shown(existing(await deps.applications.find(applicationId)));
      requireUnchanged(call.body, record, applicationReadOnly, call.seen);
      const checked = await contentIn(deps, call.body);
      const result = await changeContent(deps.applications, {
        id: applicationId,
        matchesVersion: call.seen,
        act: changeContextOf(call, deps, call.body),
        content: ({ status, version, changes }) => ({ applicationId, ...checked, status, version, changes }),
      });
      return changeResponse(deps, result, shown);
    },
  }),
  operation({
    method: 'POST',
    resource: '/operator/applications/{applicationId}/transitions',
    operationId: 'moveApplication',
    role: 'operator',
    changes: true,
    summary:
      'Changes the status. Unless an application is active, nobody signs in to it, and tokens of who has are refused.',
    body: toStatus,
    answer: application,
    run: (deps, call) => transitionResponse(deps, call, deps.applications, call.id('applicationId'), shown),
  }),
];
