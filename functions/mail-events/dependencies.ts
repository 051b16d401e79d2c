import { createLinks } from '../../adapters/aws/credential-records.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

/** What tells the ticket, and the links. */
export function dependencies(env: NodeJS.ProcessEnv) {
  const { table, ...reporting } = ticketReportDependencies(env);
  return { ...reporting, links: createLinks(table) };
}
