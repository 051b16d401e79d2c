import { begun } from '../../core/contracts/change.ts';
import { partnerIdOf } from '../../core/contracts/ids.ts';
import type { Partner } from '../../core/contracts/records.ts';
import { changeBy, changeContent } from '../../core/operators/change-record.ts';
import { actOf, changeResponse, createdResponse, existing, type Operation, operation, pageRequest, pageResponse, recordResponse, transitionResponse } from './operation.ts';
import { page, pageOf, partner, partnerDraft, toStatus } from './schemas.ts';

const shown = ({ partnerId, name, status, version, changes }: Partner): Partner => ({ partnerId, name, status, version, changes });

export const partnerOperations: readonly Operation[] = [
  operation({
    method: 'GET', resource: '/operator/partners', operationId: 'listPartners', role: 'viewer',
    summary: 'The partners, by id.', query: page, answer: pageOf('PartnerPage', partner),
    run: async ({ partners }, { query }) => pageResponse(await partners.list(pageRequest(query)), shown, query),
  }),
  operation({
    method: 'POST', resource: '/operator/partners', operationId: 'draftPartner', role: 'operator', status: 201,
    summary: 'A new partner, as a draft. Its id follows from its name, as it does where an onboarding makes it.', body: partnerDraft, answer: partner,
    run: async (deps, call) => {
      const { name } = call.body;
      const record = { partnerId: partnerIdOf(name), name, ...begun('draft', changeBy(actOf(call, deps, call.body))) };
      return createdResponse(await deps.partners.create(record), record, 'partners', record.partnerId);
    },
  }),
  operation({
    method: 'GET', resource: '/operator/partners/{partnerId}', operationId: 'readPartner', role: 'viewer',
    summary: 'A partner.', answer: partner,
    run: async ({ partners }, { id }) => recordResponse(shown(existing(await partners.find(id('partnerId'))))),
  }),
  operation({
    method: 'PUT', resource: '/operator/partners/{partnerId}', operationId: 'renamePartner', role: 'operator', changes: true,
    summary: 'Another name. The id stays.', body: partnerDraft, answer: partner,
    run: async (deps, call) => changeResponse(deps, await changeContent(deps.partners, {
      id: call.id('partnerId'), seen: call.seen, act: actOf(call, deps, call.body), content: (record) => ({ ...record, name: call.body.name }),
    }), shown),
  }),
  operation({
    method: 'POST', resource: '/operator/partners/{partnerId}/transitions', operationId: 'movePartner', role: 'operator', changes: true,
    summary: 'Another state. Unless a partner is active, nothing of it is served.', body: toStatus, answer: partner,
    run: (deps, call) => transitionResponse(deps, call, deps.partners, call.id('partnerId'), shown),
  }),
];
