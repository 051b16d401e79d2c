import { parse } from 'yaml';
import * as z from 'zod';
import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import { mailboxOf } from '../../core/mailbox.ts';
import { userId } from '../../core/tickets/request-rules.ts';
import { parseIpRanges } from '../../core/network/ip-ranges.ts';
import { privateJwk } from './private-jwk.ts';

export const stages = ['dev', 'uat', 'prod'] as const;
export type Stage = (typeof stages)[number];

/** The parameter file is not usable. `faults` describes each error in a line. */
export class ParametersInvalid extends Error {
  override readonly name = 'ParametersInvalid';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** What values are checked against, besides the rules of each. */
export interface Surroundings {
  readonly stage: Stage;
  readonly catalogue: Catalogue;
  /** Whether the AWS API is a stand-in on this machine. Only then may Okta and ServiceNow also be on it. */
  readonly local: boolean;
}

export type Parameters = z.infer<ReturnType<typeof schemaFor>>;

/**
 * Parses the parameter file of a stage.
 * @throws {ParametersInvalid} naming every error at once, without the value of a secret
 */
export function parseParameters(yaml: string, surroundings: Surroundings): Parameters {
  let document: unknown;
  try {
    document = parse(yaml);
  } catch (error) {
    throw new ParametersInvalid([
      `The file is no YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
    ]);
  }
  const parsed = schemaFor(surroundings).safeParse(document ?? {});
  if (parsed.success) return parsed.data;
  throw new ParametersInvalid(parsed.error.issues.flatMap((issue) => sentences(issue, document)));
}

/** Parameters whose values are never repeated. */
const secrets = new Set(['clientSecret', 'managerKey', 'readerKey', 'loginKey']);

/** Returns a sentence for each error: where it is, what the value is, and what is allowed. */
function sentences(issue: z.core.$ZodIssue, document: unknown): readonly string[] {
  const place = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) =>
        `${[place, key].filter((part) => part !== '').join('.')}: this parameter is not known. See bootstrap.sample.yml.`,
    );
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    document,
  );
  const isSecret = issue.path.some((key) => secrets.has(String(key)));
  let shown = `It is ${JSON.stringify(value)}`;
  if (value === undefined || value === null) shown = 'It is missing';
  else if (isSecret) shown = 'Its value is not usable';
  return [`${place === '' ? 'The file' : place}: ${shown}. ${issue.message}`];
}

const text = (allowed: string, holds: (value: string) => boolean) =>
  z
    .string({ error: allowed })
    .trim()
    .refine((value) => holds(value), { error: allowed });

const oneOf = (allowed: readonly string[]) =>
  text(`Allowed: ${allowed.join(', ')}.`, (value) => allowed.includes(value));

function schemaFor({ stage, catalogue, local }: Surroundings) {
  const url = (example: string) =>
    text(`Allowed: an https address without a path, such as ${example}.`, (value) =>
      isOrigin(value, local),
    ).transform((value) => new URL(value).origin);
  const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
    z.strictObject(shape, { error: missingGroup });
  const vendorId = text('Allowed: the client id, as the vendor shows it.', (value) =>
    /^[\w.-]{1,100}$/u.test(value),
  );
  const privateKey = z
    .unknown()
    .optional()
    .transform((value, context) => {
      if (value === undefined) return undefined;
      const parsed = privateJwk.safeParse(value);
      if (parsed.success) return parsed.data;
      context.addIssue('Allowed: a private RSA key as a JWK with kid, or leave it out and one is made.');
      return z.NEVER;
    });

  const domain = group({
    name: text('Allowed: a host name in small letters, such as partners.company.com.', (value) =>
      /^[a-z0-9.-]{4,253}$/u.test(value),
    ),
    certificateArn: text(
      "Allowed: the ARN of a certificate of ACM for that name, in the stack's Region.",
      (value) => value.startsWith('arn:aws'),
    ),
    hostedZoneId: text(
      'Allowed: the id of the Route 53 zone that has the name, or leave it out where somebody else keeps the zone.',
      (value) => /^Z[0-9A-Z]{1,31}$/u.test(value),
    ).optional(),
  });

  return group({
    stage: text(`Allowed: ${stage}, the stage of the command line.`, (value) => value === stage).transform(
      () => stage,
    ),
    account: text('Allowed: the twelve digits of the AWS account, in quotes.', (value) =>
      /^\d{12}$/u.test(value),
    ),
    region: text('Allowed: a Region of AWS, such as eu-west-1.', (value) =>
      /^[a-z]{2}(?:-[a-z]+)+-\d$/u.test(value),
    ),
    operatorsMailbox: text('Allowed: one e-mail address.', (value) => mailboxOf(value) !== undefined),
    okta: group({
      url: url('https://company.okta.com'),
      clientId: vendorId,
      readerClientId: vendorId,
      // Without it, there is no password grant.
      loginClientId: vendorId.optional(),
      signing: oneOf(['secret', 'kms']).default('secret'),
      managerKey: privateKey,
      readerKey: privateKey,
      loginKey: privateKey,
    }),
    servicenow: group({
      url: url('https://company.service-now.com'),
      clientId: vendorId,
      clientSecret: z
        .string({ error: 'Allowed: text, or leave it out once the secret has been made.' })
        .min(1)
        .optional(),
    }),
    // Partners use addresses for years, so only `dev` may go without a domain.
    domain: stage === 'dev' ? domain.optional() : domain,
    smokeTest: group({
      ticket: text(
        'Allowed: the number of a requested item that is there for this purpose, such as RITM0010001.',
        (number) => /^RITM\d{7,12}$/.test(number),
      ),
      product: oneOf(Object.keys(catalogue.products)),
      region: oneOf(Object.keys(catalogue.regions)),
      userId: text(`Allowed: ${userId.allowed}`, userId.holds).default(`sallyport.smoke.${stage}`),
      callsFrom: text(
        'Allowed: the public address that this machine calls from, such as 203.0.113.10, or leave it out and AWS is asked.',
        isPublicAddress,
      ).optional(),
    }),
    serverless: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String), {
        error: 'Allowed: names and values of params in serverless.yml.',
      })
      .default({})
      .superRefine((params, refining) => {
        for (const name of Object.keys(params).filter((each) => ownParams.has(each))) {
          refining.addIssue({
            code: 'custom',
            path: [name],
            message: 'Leave it out: bootstrap sets this one itself.',
          });
        }
      }),
  }).superRefine(({ okta, serverless }, refining) => {
    const grants = serverless['enabledGrants']?.split(' ') ?? ['password'];
    if (okta.loginClientId !== undefined || !grants.includes('password')) return;
    refining.addIssue({
      code: 'custom',
      path: ['okta', 'loginClientId'],
      message: 'Allowed: the client id, or leave it out and give serverless.enabledGrants without password.',
    });
  });
}

/** The params that bootstrap derives from the other parameters or sets itself. */
const ownParams: ReadonlySet<string> = new Set([
  'operatorsMailbox',
  'oktaUrl',
  'oktaClientId',
  'oktaReaderClientId',
  'oktaLoginClientId',
  'oktaSigning',
  'servicenowUrl',
  'servicenowClientId',
  'domainName',
  'certificateArn',
  'hostedZoneId',
  'deletionProtection',
]);

const missingGroup = 'Allowed: a group of parameters, as in bootstrap.sample.yml.';

function isOrigin(value: string, local: boolean): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname, search, hash, username } = new URL(value);
  const plain = pathname === '/' && search === '' && hash === '' && username === '';
  return plain && (protocol === 'https:' || (local && protocol === 'http:' && isLoopback(hostname)));
}

export const isLoopback = (hostname: string): boolean =>
  /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/u.test(hostname);

function isPublicAddress(value: string): boolean {
  const read = parseIpRanges(value, { privateAllowed: false });
  return 'ranges' in read && read.ranges.length === 1 && !value.includes('/');
}

/** Returns the params that a deployment of the stage receives with `--param`. */
export function serverlessParams({
  operatorsMailbox,
  okta,
  servicenow,
  domain,
  serverless,
}: Parameters): Readonly<Record<string, string>> {
  return {
    ...(domain !== undefined && {
      domainName: domain.name,
      certificateArn: domain.certificateArn,
      ...(domain.hostedZoneId !== undefined && { hostedZoneId: domain.hostedZoneId }),
    }),
    operatorsMailbox,
    oktaUrl: okta.url,
    oktaClientId: okta.clientId,
    oktaReaderClientId: okta.readerClientId,
    ...(okta.loginClientId !== undefined && { oktaLoginClientId: okta.loginClientId }),
    oktaSigning: okta.signing,
    servicenowUrl: servicenow.url,
    servicenowClientId: servicenow.clientId,
    ...serverless,
  };
}
