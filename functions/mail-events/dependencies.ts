import { createLinks } from '../../adapters/aws/credential-records.ts';
import { ticketDependencies } from '../ticket-report/ticket-dependencies.ts';

/** Returns what reporting to the ticket needs, and the links. */
export function dependencies(env: NodeJS.ProcessEnv) {
  const { table, ...reporting } = ticketDependencies(env);
  return { ...reporting, links: createLinks(table) };
}
