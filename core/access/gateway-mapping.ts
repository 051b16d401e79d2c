import type { ClientMappings } from '../clients/client-mapping.ts';
import type { Clock } from '../clock.ts';
import { initialState } from '../lifecycle/change.ts';
import type { MacKey } from '../mac-key.ts';
import { Defect, ignoreNotFound } from '../errors.ts';
import { noWait } from '../pace/pace.ts';
import { createOnce, findRecordToUndo } from '../workflow/exactly-once.ts';
import type { GatewayKeys } from './ports.ts';
import type { Steps } from '../workflow/records.ts';
import type { AccessSubject } from './subject.ts';
import { clientIdOf, type ClientFacts, requireOwnClient } from './client.ts';
import type { Step, Undoable } from '../workflow/step.ts';
import { stepName } from './step-names.ts';

/** What the step records about its effects. */
export interface MappingFacts {
  readonly [stepName.mapping]: { readonly clientId?: string; readonly keyId?: string };
}

interface Dependencies {
  readonly steps: Steps<MappingFacts & ClientFacts>;
  readonly keys: GatewayKeys;
  readonly mappings: ClientMappings;
  /** Derives the values of API keys. */
  readonly valueKey: MacKey;
  readonly clock: Clock;
}

/**
 * The step that lets the client call the product's routes (WF-6). The API key is only for counting usage, and
 * partners never see it. The mapping is created last and ended first. So a client can call only while
 * everything that its calls depend on exists.
 */
export function mappingStep(deps: Dependencies): Step<AccessSubject> {
  const { steps, keys, mappings, valueKey, clock } = deps;
  // API Gateway requires a key value of 20 to 128 letters and digits. Base64url has other characters, so it
  // is hex.
  const keyValue = async (onboardingId: string): Promise<string> =>
    Buffer.from(await valueKey.generate(`api-key\n${onboardingId}`)).toString('hex');

  return {
    ...undoableMapping(deps),

    apply: async ({ onboardingId, partnerId, request, plan }, _event, awaitTurn = noWait) => {
      const { record, fresh } = await steps.intend(onboardingId, stepName.mapping);
      if (record.state === 'applied') return;
      const clientId = await clientIdOf(steps, onboardingId);
      if (clientId === undefined) {
        throw new Defect({
          service: 'sallyport',
          operation: stepName.mapping,
          detail: 'there is no client to map',
        });
      }

      const apiKey = await keyValue(onboardingId);
      const keyId =
        record.facts.keyId ??
        (
          await createOnce(steps, onboardingId, stepName.mapping, fresh, {
            lookUp: () => keys.findByName(onboardingId),
            create: async () => {
              await awaitTurn();
              return keys.create({ name: onboardingId, value: apiKey });
            },
          })
        ).keyId;
      await steps.note(onboardingId, stepName.mapping, { clientId, keyId });
      await keys.attachToPlan(keyId, plan.ratePlan);
      await mappings.activate({
        clientId,
        partnerId,
        onboardingId,
        apiKey,
        contractId: plan.contractId,
        ratePlan: plan.ratePlan,
        product: request.product,
        scopes: plan.scopes,
        routes: plan.routes,
        ipRanges: request.ipRanges,
        ...initialState('active', { at: clock.now().toISOString(), by: onboardingId, why: 'Onboarded' }),
      });
      await steps.applied(onboardingId, stepName.mapping, { clientId, keyId });
    },
  };
}

/** Returns only the undo part of the step. It derives no value of an API key. */
export function undoableMapping({
  steps,
  keys,
  mappings,
  clock,
}: Omit<Dependencies, 'valueKey'>): Undoable<AccessSubject> {
  return {
    name: stepName.mapping,

    undo: async (subject, awaitTurn = noWait) => {
      const { onboardingId } = subject;
      const record = await findRecordToUndo(steps, onboardingId, stepName.mapping);
      if (record === undefined) return;
      const { clientId } = record.facts;
      if (clientId !== undefined) {
        await requireOwnClient(mappings, subject, clientId, stepName.mapping);
        await mappings.end(clientId, { at: clock.now().toISOString(), by: onboardingId, why: 'Rolled back' });
      }
      const keyId = record.facts.keyId ?? (await keys.findByName(onboardingId))?.keyId;
      if (keyId !== undefined) {
        await awaitTurn();
        await ignoreNotFound(keys.delete(keyId));
      }
      if (clientId !== undefined) await mappings.remove(clientId);
      await steps.undone(onboardingId, stepName.mapping);
    },
  };
}
