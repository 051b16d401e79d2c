import { resolve } from 'node:path';

/** Returns what `npm start` prints: where everything is. */
export function whereThingsAre(urls: Readonly<Record<string, string>>, dataFolder: string): string {
  const { gateway = '', aws = '', okta = '', servicenow = '', backend = '' } = urls;
  const rows: readonly (readonly [string, string])[] = [
    ['front page', `${gateway}/_twin/`],
    ['gateway', gateway],
    ['AWS endpoint', aws],
    ['Okta', okta],
    ['ServiceNow', servicenow],
    ['sample backend', backend],
    ['mails', `${gateway}/_twin/inbox`],
    ['data folder', resolve(dataFolder)],
    ['documentation', 'docs/README.md'],
  ];
  return rows.map(([name, place]) => `  ${name.padEnd(15)} ${place}`).join('\n');
}
