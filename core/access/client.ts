import type { ClientMapping, ClientMappings } from '../clients/client-mapping.ts';
import { Defect, ignoreNotFound } from '../errors.ts';
import { noWait } from '../pace/pace.ts';
import { createOnce, findRecordToUndo } from '../workflow/exactly-once.ts';
import type { ClientRegistry } from './ports.ts';
import type { Steps } from '../workflow/records.ts';
import type { AccessSubject } from './subject.ts';
import type { Step } from '../workflow/step.ts';
import { stepName } from './step-names.ts';

/** What the step records about its effects. */
export interface ClientFacts {
  readonly [stepName.client]: { readonly clientId?: string };
}

interface Dependencies {
  readonly steps: Steps<ClientFacts>;
  readonly registry: ClientRegistry;
  readonly mappings: Pick<ClientMappings, 'find'>;
}

/**
 * The step that creates the partner's app client (WF-5). The client's name is its ownership mark: the
 * onboarding id.
 */
export function clientStep({ steps, registry, mappings }: Dependencies): Step<AccessSubject> {
  return {
    name: stepName.client,

    apply: async ({ onboardingId, plan }, _event, awaitTurn = noWait) => {
      const { record, fresh } = await steps.intend(onboardingId, stepName.client);
      if (record.state === 'applied') return;
      const { clientId } = await createOnce(steps, onboardingId, stepName.client, fresh, {
        lookUp: () => registry.findByName(onboardingId),
        create: async () => {
          await awaitTurn();
          return registry.create({ name: onboardingId, scopes: plan.scopes });
        },
      });
      await steps.applied(onboardingId, stepName.client, { clientId });
    },

    undo: async (subject, awaitTurn = noWait) => {
      const { onboardingId } = subject;
      const record = await findRecordToUndo(steps, onboardingId, stepName.client);
      if (record === undefined) return;
      const clientId = record.facts.clientId ?? (await registry.findByName(onboardingId))?.clientId;
      if (clientId !== undefined) {
        await requireOwnClient(mappings, subject, clientId, stepName.client);
        await awaitTurn();
        await ignoreNotFound(registry.delete(clientId));
      }
      await steps.undone(onboardingId, stepName.client);
    },
  };
}

/** Returns the id of the client that an earlier step created, if it did. */
export async function clientIdOf(
  steps: Pick<Steps<ClientFacts>, 'find'>,
  onboardingId: string,
): Promise<string | undefined> {
  return (await steps.find(onboardingId, stepName.client))?.facts.clientId;
}

/**
 * Tells whether an onboarding has created a client, by what the client's own record says. What a step has
 * recorded is not proof of that, because more functions may write it.
 */
export const isClientOf = (
  { onboardingId, partnerId }: Pick<AccessSubject, 'onboardingId' | 'partnerId'>,
  client: Pick<ClientMapping, 'onboardingId' | 'partnerId'>,
): boolean => client.onboardingId === onboardingId && client.partnerId === partnerId;

/** Says that an onboarding has recorded a client which is not its own, as part of a sentence. */
export const clientOfAnother = (
  { onboardingId, partnerId }: Pick<AccessSubject, 'onboardingId' | 'partnerId'>,
  clientId: string,
  client: Pick<ClientMapping, 'onboardingId' | 'partnerId'>,
): string =>
  `the client ${clientId} is recorded for the onboarding ${onboardingId} of the partner ${partnerId}, ` +
  `and its own record names the onboarding ${client.onboardingId} of the partner ${client.partnerId}`;

/**
 * Requires that the record of a client, if there is one, names the onboarding that is to undo the client.
 * @throws {Defect} naming both onboardings
 */
export async function requireOwnClient(
  mappings: Pick<ClientMappings, 'find'>,
  subject: Pick<AccessSubject, 'onboardingId' | 'partnerId'>,
  clientId: string,
  operation: string,
): Promise<void> {
  const client = await mappings.find(clientId);
  if (client === undefined || isClientOf(subject, client)) return;
  throw new Defect({ service: 'sallyport', operation, detail: clientOfAnother(subject, clientId, client) });
}
