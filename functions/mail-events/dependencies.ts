import { createLinks } from '../../adapters/aws/credential-records.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

/** Returns what reporting to the ticket needs, and the links. */
export function dependencies(env: NodeJS.ProcessEnv) {
  const { table, ...reporting } = ticketReportDependencies(env);
  return { ...reporting, links: createLinks(table) };
}
