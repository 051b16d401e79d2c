import { Defect, NotFound, Rejected } from '../../core/errors.ts';

/**
 * Waits for a call that concerns what the deployment itself brings along, such as a key or a secret. If it is
 * refused or not there, that is a fault of ours: it says nothing about the request that is being worked on.
 * @throws {Defect} in place of `Rejected` and `NotFound`
 */
export async function ownResource<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Rejected) && !(error instanceof NotFound)) throw error;
    const { service, operation, detail } = error;
    throw new Defect({ service, operation, detail, cause: error });
  }
}
