import * as z from 'zod';
import {
  issuerUses,
  longestLifeLimits,
  principalClaims,
  trustedAlgorithms,
} from '../../core/trust/records.ts';
import { tokenRules } from '../../core/trust/verification.ts';
import { disclosedKeys, documentUpload, pemUpload, pkcs12Upload, urlUpload } from './key-uploads.ts';
import { ignored, readOnly } from './read-only.ts';
import { component, effect, effectMembers, line, managed, operatorsTold, why } from './schemas.ts';

const longestLife = z
  .int()
  .min(1)
  .max(longestLifeLimits.most)
  .meta({ description: 'Longest life of a token, exp - iat, in seconds.' });
const settings = {
  clientId: z.string().max(128).meta({
    description: "The client whose contract, scopes, addresses and rate plan its users' calls fall under.",
  }),
  audiences: z
    .array(line(256))
    .min(1)
    .max(10)
    .meta({ description: 'What its tokens have to be meant for, one of them.' }),
  principalClaim: z.enum(principalClaims).meta({ description: 'Which claim names the local user.' }),
  longestLife: z.exactOptional(longestLife).meta({
    description: `Longest life of a token, exp - iat, in seconds; ${longestLifeLimits.usual} if left out.`,
  }),
  uses: z
    .array(z.enum(issuerUses))
    .min(1)
    .max(3)
    .meta({ description: 'At the token endpoint, directly on a call, in the URL of a browser page.' }),
  sessionPage: z
    .exactOptional(z.string().max(500))
    .meta({ description: 'Where a browser is sent after GET /session: a page of ours.' }),
  jwksAlgorithm: z
    .exactOptional(z.enum(trustedAlgorithms))
    .meta({ description: 'What RSA keys of jwksUrl are pinned to where they leave it open.' }),
};
const issuerName = z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/u, {
  error: "Exactly the tokens' iss: 1 to 512 visible ASCII characters.",
});
const key = component(
  'TrustedKey',
  z.strictObject({
    kid: z.string(),
    thumbprint: z.string().meta({ description: 'RFC 7638; its id here.' }),
    algorithm: z.enum(trustedAlgorithms),
    jwk: z.record(z.string(), z.string()),
    notBefore: z.exactOptional(z.string()),
    notAfter: z.exactOptional(z.string()),
    fromUrl: z.exactOptional(z.literal(true)),
    warned: z
      .exactOptional(z.int())
      .meta({ description: 'The latest warning that it expires was at so many days.' }),
  }),
);
const fields = {
  issuerId: z.string().meta({ description: 'base64url of the issuer: its id in paths.' }),
  issuer: z.string(),
  partnerId: z.string(),
  ...settings,
  longestLife,
  jwksUrl: z.exactOptional(z.string()),
  unreadableToldAt: z.exactOptional(z.string()).meta({
    description:
      'When the operators were last told that the keys of jwksUrl cannot be read; absent if they can.',
  }),
  keys: z.array(key),
  leftOut: z
    .exactOptional(
      z.array(
        z.strictObject({
          key: z.string().meta({ description: 'Its kid, or its place in the set.' }),
          code: z.string().meta({ description: 'Why it cannot be used.' }),
        }),
      ),
    )
    .meta({ description: 'Keys of jwksUrl that were left out when it was read last.' }),
  removedKeys: z.exactOptional(z.array(z.string())).meta({
    description: 'Thumbprints of removed keys that are not read from jwksUrl again.',
  }),
  proposed: z
    .exactOptional(
      z.strictObject({
        keys: z.array(key).meta({ description: 'Those of jwksUrl are as they were when it was proposed.' }),
        jwksUrl: z.exactOptional(z.string()),
        jwksAlgorithm: z.exactOptional(z.enum(trustedAlgorithms)),
      }),
    )
    .meta({
      description:
        'Keys to be added, and an address to read keys from. They verify nothing until an approver activates the issuer once more.',
    }),
  disclosed: disclosedKeys,
  ...managed,
  ...effect,
};
export const issuer = component('Issuer', z.strictObject(fields));
export const issuerWithWarnings = component(
  'IssuerWithWarnings',
  z.strictObject({
    ...fields,
    warnings: z.array(z.string()).meta({ description: 'What was left out, and what comes due.' }),
    operatorsTold,
  }),
);
export const issuerDraft = component(
  'IssuerDraft',
  z.strictObject({ issuer: issuerName, partnerId: z.string().max(100), ...settings, why }),
);
export const issuerReadOnly = [
  'issuerId',
  'issuer',
  'partnerId',
  'jwksUrl',
  'unreadableToldAt',
  'keys',
  'leftOut',
  'removedKeys',
  'proposed',
  'status',
  'version',
  'changes',
] as const;
export const issuerChange = component(
  'IssuerChange',
  z.strictObject({
    ...settings,
    why,
    ...readOnly(issuerReadOnly),
    ...ignored(['disclosed', 'warnings', 'operatorsTold', ...effectMembers]),
  }),
);
const token = z
  .string()
  .min(1)
  .max(8192)
  .meta({ description: 'A token of the third party.', writeOnly: true });
export const issuerKeys = component(
  'IssuerKeys',
  z.strictObject({
    upload: z.discriminatedUnion('kind', [pkcs12Upload, pemUpload, documentUpload, urlUpload]),
    sample: z
      .exactOptional(token)
      .meta({ description: 'The keys are registered only if it would be accepted with them.' }),
    why,
  }),
);
export const sample = component('Sample', z.strictObject({ token }));
export const verdict = component(
  'Verdict',
  z.strictObject({
    accepted: z.boolean(),
    principal: z.exactOptional(z.string()),
    kid: z.exactOptional(z.string()),
    expiresAt: z.exactOptional(z.string()),
    rule: z.exactOptional(z.enum(tokenRules)).meta({ description: 'The first rule that refuses it.' }),
    why: z.exactOptional(z.string()),
  }),
);
