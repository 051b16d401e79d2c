import { findTarget, type NamedTarget } from '../clients/operator.ts';
import { problemOf } from './bootstrap/problems.ts';

/** Finds the target of a command, and prints which one it is before the command acts on it. */
export async function announceTarget(values: { readonly aws: boolean }): Promise<NamedTarget> {
  const found = await findTarget(values).catch((error: unknown) => {
    if (!values.aws) throw error;
    const { what, remedy } = problemOf(error);
    throw new Error(`${what}\n    ${remedy}`, { cause: error });
  });
  console.log(found.name);
  return found;
}
