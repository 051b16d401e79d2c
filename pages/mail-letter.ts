import type { Route } from '../core/catalogue/route.ts';
import type { CredentialMail } from '../core/credentials/ports.ts';
import { oneLine, utcMinute } from '../core/wording.ts';

/** Something that the partner should keep. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Whether the value is an address that leads to a page. */
  readonly isLink?: boolean;
}

/** The number of routes that a mail lists. The documentation has all of them. */
const listedRoutes = 12;

/** The sentences of the mail, for its text form and its HTML form. */
export interface Letter {
  readonly brandName: string;
  readonly accent: string;
  readonly subject: string;
  readonly greeting: string;
  readonly news: string;
  readonly invitation: string;
  readonly link: string;
  readonly expiry: string;
  readonly code: string;
  readonly warning: string;
  readonly facts: readonly Fact[];
  readonly support: string;
}

/** Builds the sentences of the mail. */
export function letterOf(about: CredentialMail): Letter {
  const { brand, product, company, firstName, environment, link, expiresAt } = about;
  const productName = oneLine(product.name);
  return {
    brandName: oneLine(brand.name),
    accent: brand.accent,
    subject: `Your API credentials for ${productName} (${environment}) are ready`,
    greeting: `${`Hello ${oneLine(firstName)}`.trim()},`,
    news: `${oneLine(company)} has been given access to the API ${productName} in the environment ${environment}.`,
    invitation: 'Pick up the credentials',
    link,
    expiry: `The link shows the credentials once. It works until ${utcMinute(expiresAt)}.`,
    code: 'You also need a code of eight characters. It is not in this mail: the business unit that asked for your access passes it on to you in another way.',
    warning:
      'Nobody will ever ask you for this link, the code or the client secret. Keep them to yourself, and tell us if somebody asks.',
    facts: factsOf(about).map((fact) => ({ ...fact, value: oneLine(fact.value) })),
    support: `Questions, or did you not expect this mail? ${oneLine(brand.support)}`,
  };
}

function factsOf({
  clientId,
  tokenUrl,
  apiUrl,
  documentationUrl,
  scopes,
  routes,
  ipRanges,
  contractEnd,
}: CredentialMail): readonly Fact[] {
  return [
    { name: 'Client ID', value: clientId },
    { name: 'Token URL', value: tokenUrl },
    { name: 'API base address', value: apiUrl },
    { name: scopes.length === 1 ? 'Scope' : 'Scopes', value: scopes.join(' ') },
    { name: routes.length === 1 ? 'Route' : 'Routes', value: routesInWords(routes) },
    { name: 'Calls accepted from', value: ipRanges.join(', ') },
    { name: 'Contract ends', value: contractEndInWords(contractEnd) },
    { name: 'Documentation', value: documentationUrl, isLink: true },
  ];
}

function routesInWords(routes: readonly Route[]): string {
  const listed = routes
    .slice(0, listedRoutes)
    .map(({ method, path, scope }) => `${method} ${path} (${scope})`);
  const left = routes.length - listed.length;
  if (left > 0) listed.push(`and ${left} more in the documentation`);
  return listed.length === 0 ? 'none for these scopes' : listed.join(', ');
}

/** Returns when a contract ends, for people. */
export const contractEndInWords = (end: Date | undefined): string =>
  end === undefined ? 'no end is agreed' : utcMinute(end);
