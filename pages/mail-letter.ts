import type { CredentialMail } from '../core/credentials/ports.ts';
import { oneLine, utcMinute } from '../core/wording.ts';

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
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly support: string;
}

/** Builds the sentences of the mail. */
export function letterOf({
  brand,
  product,
  company,
  firstName,
  environment,
  clientId,
  tokenUrl,
  scopes,
  link,
  expiresAt,
}: CredentialMail): Letter {
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
    facts: [
      { name: 'Client ID', value: oneLine(clientId) },
      { name: 'Token URL', value: oneLine(tokenUrl) },
      { name: scopes.length === 1 ? 'Scope' : 'Scopes', value: oneLine(scopes.join(' ')) },
    ],
    support: `Questions, or did you not expect this mail? ${oneLine(brand.support)}`,
  };
}
