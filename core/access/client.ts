import { ignoreNotFound } from '../errors.ts';
import { noWait } from '../pace/pace.ts';
import { createOnce, findRecordToUndo } from '../workflow/exactly-once.ts';
import type { ClientRegistry } from './ports.ts';
import type { Steps } from '../workflow/records.ts';
import type { AccessSubject } from './subject.ts';
import type { Step } from '../workflow/step.ts';

/** What the step records about its effects. */
export interface ClientFacts {
  readonly 'cognito-client': { readonly clientId?: string };
}

interface Dependencies {
  readonly steps: Steps<ClientFacts>;
  readonly registry: ClientRegistry;
}

/**
 * The step that creates the partner's app client (WF-5). The client's name is its ownership mark: the
 * onboarding id.
 */
export function clientStep({ steps, registry }: Dependencies): Step<AccessSubject> {
  return {
    name: 'cognito-client',

    apply: async ({ onboardingId, plan }, _event, awaitTurn = noWait) => {
      const { record, fresh } = await steps.intend(onboardingId, 'cognito-client');
      if (record.state === 'applied') return;
      const { clientId } = await createOnce(steps, onboardingId, 'cognito-client', fresh, {
        lookUp: () => registry.findByName(onboardingId),
        create: async () => {
          await awaitTurn();
          return registry.create({ name: onboardingId, scopes: plan.scopes });
        },
      });
      await steps.applied(onboardingId, 'cognito-client', { clientId });
    },

    undo: async ({ onboardingId }, awaitTurn = noWait) => {
      const record = await findRecordToUndo(steps, onboardingId, 'cognito-client');
      if (record === undefined) return;
      const clientId = record.facts.clientId ?? (await registry.findByName(onboardingId))?.clientId;
      if (clientId !== undefined) {
        await awaitTurn();
        await ignoreNotFound(registry.delete(clientId));
      }
      await steps.undone(onboardingId, 'cognito-client');
    },
  };
}

/** Returns the id of the client that an earlier step created, if it did. */
export async function clientIdOf(
  steps: Pick<Steps<ClientFacts>, 'find'>,
  onboardingId: string,
): Promise<string | undefined> {
  return (await steps.find(onboardingId, 'cognito-client'))?.facts.clientId;
}
