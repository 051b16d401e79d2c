import { renderCredentialMail } from '../../../pages/mail.ts';
import { randomUUID } from 'node:crypto';
import type { AccessSubject } from '../../../core/access/subject.ts';
import type { Onboarding, StepName } from '../../../core/onboarding/onboarding.ts';
import { clientStep } from '../../../core/access/client.ts';
import { deliveryStep } from '../../../core/credentials/credential-delivery.ts';
import { prerequisiteStep } from '../../../core/access/prerequisite.ts';
import { mappingStep } from '../../../core/access/gateway-mapping.ts';
import { profileStep } from '../../../core/access/profile.ts';
import { runStep, type Step, type StepEvent } from '../../../core/workflow/step.ts';
import { fakeAlerts } from './alerts.ts';
import { fakeCapacityRecords } from './capacity-records.ts';
import { fakeClientMappings } from './client-mappings.ts';
import { fakeCognito } from './cognito.ts';
import { fakeContracts, fakePartners, fakeUsers } from './contract-records.ts';
import { fakeLinks, fakeSecretLedger } from './credential-records.ts';
import { fakeLinkKeys, fakeMailer, fakeValueKey } from './delivery.ts';
import { fakeDirectory } from './directory.ts';
import { fakeGatewayKeys } from './gateway-keys.ts';
import {
  fakeJournalIntents,
  fakeOnboardings,
  fakeResourceReferences,
  fakeStalls,
  fakeSteps,
  fakeTickets,
} from './onboarding-records.ts';
import { noPace } from './pace.ts';
import { fakeLookAlikeAlerts, fakeNameLooks } from './name-looks.ts';
import { fakePartnerNames } from './partner-names.ts';
import { catalogue, contractOf, partner, words } from './samples.ts';
import { fakeWaitingTasks, fakeWorkflows } from './step-functions.ts';
import { fakeDesk } from './ticket-desk.ts';
import { createTrouble } from './trouble.ts';

/**
 * Creates a fake for every port, and the steps on top of them. Any call can be made to fail. Inspecting a
 * fake does not count as a call.
 */
export function createWorld() {
  const trouble = createTrouble();
  const fakes = {
    cognito: fakeCognito(),
    desk: fakeDesk(),
    gateway: fakeGatewayKeys(['standard']),
    links: fakeLinks(),
    mailer: fakeMailer(),
    directory: fakeDirectory({ 'B2B Credit Reports': 'group-credit' }),
    mappings: fakeClientMappings(),
    partners: fakePartners(),
    partnerNames: fakePartnerNames(),
    nameLooks: fakeNameLooks(),
    lookAlikeAlerts: fakeLookAlikeAlerts(),
    contracts: fakeContracts(),
    users: fakeUsers(),
    tasks: fakeWaitingTasks(),
    workflows: fakeWorkflows(),
    alerts: fakeAlerts(),
  };
  const time = { now: new Date('2026-11-20T10:00:00Z') };
  const ports = {
    clock: { now: () => time.now },
    pace: noPace,
    pause: () => Promise.resolve(),
    catalogue,
    ...words,
    publicUrl: 'https://access.example',
    newId: idSource(partner.partnerId),
    tickets: trouble.around('tickets', fakeTickets({ now: () => time.now })),
    onboardings: trouble.around('onboardings', fakeOnboardings({ now: () => time.now })),
    steps: trouble.around('steps', fakeSteps()),
    stalls: trouble.around('stalls', fakeStalls()),
    capacity: { records: fakeCapacityRecords(), limits: { 'app-clients': 1000, 'api-keys': 10_000 } },
    references: trouble.around('references', fakeResourceReferences()),
    entries: trouble.around('entries', fakeJournalIntents()),
    ledger: trouble.around('ledger', fakeSecretLedger()),
    links: trouble.around('links', fakes.links),
    mappings: trouble.around('mappings', fakes.mappings),
    partners: trouble.around('partners', fakes.partners),
    partnerNames: trouble.around('partnerNames', fakes.partnerNames),
    nameLooks: trouble.around('nameLooks', fakes.nameLooks),
    lookAlikeAlerts: trouble.around('lookAlikeAlerts', fakes.lookAlikeAlerts),
    contracts: trouble.around('contracts', fakes.contracts),
    users: trouble.around('users', fakes.users),
    registry: trouble.around('registry', fakes.cognito.registry),
    secrets: trouble.around('secrets', fakes.cognito.secrets),
    keys: trouble.around('keys', fakes.gateway.gateway),
    directory: trouble.around('directory', fakes.directory),
    desk: trouble.around('desk', fakes.desk),
    renderMail: renderCredentialMail,
    mailer: trouble.around('mailer', fakes.mailer),
    linkKey: trouble.around('linkKey', fakeLinkKeys.linkKey),
    codeKey: trouble.around('codeKey', fakeLinkKeys.codeKey),
    valueKey: trouble.around('valueKey', fakeValueKey),
    macs: trouble.around('macs', fakeLinkKeys.codeKey),
    findClientContext: async (clientId: string) => {
      const client = await fakes.mappings.clients.find(clientId);
      return { client, contract: contractOf(client && { contractId: client.contractId }), partner };
    },
    tasks: trouble.around('tasks', fakes.tasks),
    workflows: trouble.around('workflows', fakes.workflows),
    alerts: trouble.around('alerts', fakes.alerts),
  };
  const steps = {
    'ewacs-account': prerequisiteStep(ports),
    'okta-profile': profileStep(ports),
    'cognito-client': clientStep(ports),
    'gateway-mapping': mappingStep(ports),
    'credential-delivery': deliveryStep(ports),
  } satisfies Record<StepName, Step<AccessSubject>>;

  return {
    trouble,
    time,
    ports,
    fakes,
    steps,
    run: async (
      step: StepName,
      action: StepEvent['action'],
      { onboardingId }: Onboarding,
      taskToken?: string,
    ): Promise<void> =>
      runStep<AccessSubject>(
        steps[step],
        { ...ports, executions: ports.onboardings },
        { action, executionId: onboardingId, taskToken },
      ),
    /** Returns all effects of the steps. A mail that was sent twice with the same link counts once. */
    outside: () => ({
      people: fakes.directory.everybody(),
      clients: [...fakes.cognito.clients.values()],
      keys: [...fakes.gateway.keys.values()],
      mappings: fakes.mappings.clients.all(),
      links: fakes.links.all(),
      mails: new Set(fakes.mailer.sent.map(({ text }) => text)),
      tasks: fakes.desk.tasks(),
      updates: fakes.desk.updates,
    }),
  };
}

/** Creates a source of ids. The first id is that of the sample partner. */
function idSource(first: string): () => string {
  const ids = [first];
  return () => ids.shift() ?? randomUUID();
}

export type World = ReturnType<typeof createWorld>;
