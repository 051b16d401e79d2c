import { clientMappingOf } from './samples.ts';
import type { World } from './world.ts';

/** Attributes of records that decide whether access is in force. */
export type Changed = Readonly<Partial<Record<'client' | 'contract' | 'partner', object>>>;

/** Returns the ports with these attributes of the records of `client-1` in place of their own. */
export async function portsWith({ ports }: World, changed: Changed): Promise<World['ports']> {
  const own = await ports.findClientContext('client-1');
  const findClientContext = () =>
    Promise.resolve({
      client: clientMappingOf({ ...own.client, ...changed.client }),
      contract: { ...own.contract, ...changed.contract },
      partner: { ...own.partner, ...changed.partner },
    });
  return { ...ports, findClientContext };
}
