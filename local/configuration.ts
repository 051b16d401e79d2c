import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import type { TwinOptions } from './twin.ts';
import { vendorPaces } from './seed/vendor-quotas.ts';

const environments = ['DEV', 'UAT', 'PROD'] as const;
const webhookSecrets = /^whsec_[A-Za-z0-9+/]{32,}={0,2}(?: whsec_[A-Za-z0-9+/]{32,}={0,2})?$/;

/** Each variable with the message for an invalid value. */
const variables = z.object({
  SALLYPORT_PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port <= 65_531),
  SALLYPORT_DATA: z.string().min(1),
  SALLYPORT_ENVIRONMENT: z.enum(environments),
  SALLYPORT_TIME_SCALE: z
    .string()
    .regex(/^\d+(?:\.\d+)?$/)
    .transform(Number)
    .refine((scale) => scale >= 0.001 && scale <= 100_000),
  SALLYPORT_VENDOR_PACE: z.enum(vendorPaces),
  SALLYPORT_CALLER_ADDRESS: z.union([z.ipv4(), z.ipv6()]),
  SERVICENOW_WEBHOOK_SECRET: z.string().regex(webhookSecrets),
  SALLYPORT_OKTA_SIGNING: z.enum(['secret', 'kms']),
});

const allowed: Record<keyof z.infer<typeof variables>, string> = {
  SALLYPORT_PORT: 'a port from 0 (any free ones) to 65531',
  SALLYPORT_DATA: 'the path of a folder',
  SALLYPORT_ENVIRONMENT: environments.join(', '),
  SALLYPORT_TIME_SCALE: 'a number from 0.001 to 100000',
  SALLYPORT_VENDOR_PACE: vendorPaces.join(' or '),
  SALLYPORT_OKTA_SIGNING: 'secret or kms',
  SALLYPORT_CALLER_ADDRESS: 'an IPv4 or IPv6 address',
  SERVICENOW_WEBHOOK_SECRET: 'one or two whsec_… separated by a blank, each with base64 of at least 24 bytes',
};

/** Reports variables with invalid values. The message names every such variable, but no value. */
export class ConfigurationInvalid extends Error {
  override readonly name = 'ConfigurationInvalid';
}

/**
 * Returns the twin's settings. Variables that are missing in the environment have their values from
 * .env.example.
 *
 * @throws {ConfigurationInvalid} if a value is not allowed
 */
export function configurationOf(environment: NodeJS.ProcessEnv): Omit<TwinOptions, 'bundles' | 'log'> {
  const defaults = parseEnv(readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8'));
  const { success, data, error } = variables.safeParse({ ...defaults, ...environment });
  if (!success) {
    const wrong = new Set(error.issues.map(({ path }) => path[0]));
    const faults = Object.entries(allowed)
      .filter(([name]) => wrong.has(name))
      .map(([name, what]) => `  ${name} must be ${what}`);
    throw new ConfigurationInvalid(['The configuration has faults.', ...faults].join('\n'));
  }
  return {
    basePort: data.SALLYPORT_PORT,
    dataFolder: data.SALLYPORT_DATA,
    environment: data.SALLYPORT_ENVIRONMENT,
    timeScale: data.SALLYPORT_TIME_SCALE,
    vendorPace: data.SALLYPORT_VENDOR_PACE,
    callerAddress: data.SALLYPORT_CALLER_ADDRESS,
    oktaSigning: data.SALLYPORT_OKTA_SIGNING,
    webhookSecret: data.SERVICENOW_WEBHOOK_SECRET,
  };
}
