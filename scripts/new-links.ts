import * as z from 'zod';
import { clientRecords, contractRecords, partnerRecords } from '../adapters/aws/contract-records.ts';
import type { Target } from '../clients/operator.ts';
import { stepName } from '../core/access/step-names.ts';
import { environments } from '../core/catalogue/environment.ts';
import { findNoNewLink, type LinkedAccess, noMailbox, type NoNewLink } from '../core/credentials/new-link.ts';
import { statuses } from '../core/lifecycle/lifecycle.ts';
import { parseOnboardingId } from '../core/onboarding/ids.ts';
import { getItem, type ShownRecords, type ShownStep, withTable } from './onboardings.ts';

const accessClient = z.object({
  status: z.enum(statuses),
  onboardingId: z.string(),
  partnerId: z.string(),
  contractId: z.string(),
});
const accessContract = z.object({
  status: z.enum(statuses),
  partnerId: z.string(),
  environments: z.array(z.enum(environments)),
  startsAt: z.string(),
  endsAt: z.string().optional(),
});
const accessPartner = z.object({ status: z.enum(statuses) });

/** Reads what decides whether a client's access is in force, and which onboarding the client is of. */
async function readAccess(where: Target, clientId: string): Promise<LinkedAccess> {
  return withTable(where, async (table) => {
    const read = async <Shape extends z.ZodRawShape>(
      shape: z.ZodObject<Shape>,
      { pk, sk }: Readonly<Record<'pk' | 'sk', string>>,
    ) => {
      const item = await getItem(table, where.stack, pk, sk, Object.keys(shape.shape));
      const parsed = item && shape.safeParse(item);
      if (parsed?.error === undefined) return parsed?.data;
      throw new Error(`The item ${pk} is not as Sallyport writes it.\n${z.prettifyError(parsed.error)}`);
    };
    const client = await read(accessClient, clientRecords.keyOf(clientId));
    if (client === undefined) return { client, contract: undefined, partner: undefined };
    const [contract, partner] = await Promise.all([
      read(accessContract, contractRecords.keyOf(client.contractId)),
      read(accessPartner, partnerRecords.keyOf(client.partnerId)),
    ]);
    return { client, contract, partner };
  });
}

/**
 * Finds why an onboarding that has delivered credentials can be given no new link.
 * @returns undefined if it can, or if it has delivered none
 */
export async function noNewLinkFor(
  where: Target,
  onboardingId: string,
  { record, steps }: ShownRecords,
  now: Date,
): Promise<NoNewLink | undefined> {
  if (record?.status !== 'Done' || deliveryOf(steps) === undefined) return undefined;
  if (record.personalDataRemovedAt !== undefined) return noMailbox(record.personalDataRemovedAt);
  const clientId = steps.find(({ sk }) => sk === stepName.client)?.fact_clientId;
  const environment = parseOnboardingId(onboardingId)?.environment;
  if (clientId === undefined || environment === undefined) return undefined;
  const { partnerId } = record;
  const access = await readAccess(where, clientId);
  return findNoNewLink({ onboardingId, partnerId, environment }, clientId, access, now);
}

/** Returns the step that has delivered credentials, if one has. */
export const deliveryOf = (steps: readonly ShownStep[]): ShownStep | undefined =>
  steps.find(({ sk, state }) => sk === stepName.delivery && state === 'applied');
