import type { Vendors } from '../core/access/vendors.ts';
import type { QuotaName } from '../core/pace/quotas.ts';

/** The vendors behind the ports of core/, and what tickets call them. */
export const vendors = {
  services: {
    desk: 'servicenow',
    directory: 'okta',
    credentials: 'cognito',
    gateway: 'apigateway',
    delivery: 'ses',
  },
  names: {
    okta: 'Okta',
    servicenow: 'ServiceNow',
    cognito: 'Amazon Cognito',
    apigateway: 'Amazon API Gateway',
    ses: 'Amazon SES',
    dynamodb: 'Amazon DynamoDB',
    kms: 'AWS KMS',
    stepfunctions: 'AWS Step Functions',
  },
  platform: 'Amazon Web Services',
} as const satisfies Vendors;

/** What is rationed, by whom, and how much of it. */
export interface VendorQuota {
  /** The name in records, and with underscores or as a template parameter in settings. */
  readonly storedName: string;
  /** The service whose refusals count, by the name that errors use. */
  readonly service: string;
  /** The vendor's default limit in calls per second, unless an increase was granted (docs/cost.md). */
  readonly perSecond: number;
}

export const vendorQuotas: Readonly<Record<QuotaName, VendorQuota>> = {
  'directory-users': { storedName: 'okta-users', service: vendors.services.directory, perSecond: 10 },
  'client-changes': { storedName: 'cognito-clients', service: vendors.services.credentials, perSecond: 5 },
  'api-keys': { storedName: 'api-keys', service: vendors.services.gateway, perSecond: 5 },
  mails: { storedName: 'mails', service: vendors.services.delivery, perSecond: 14 },
};
