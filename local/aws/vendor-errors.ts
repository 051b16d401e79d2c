import { AwsError } from './service.ts';

/** The errors of one AWS service. */
interface Wording {
  readonly unavailable: { readonly code: string; readonly status: number };
  readonly throttled: { readonly code: string; readonly status: number };
  readonly rejected: { readonly code: string };
  /** The error for input that does not fit the operation. */
  readonly invalid: { readonly code: string };
}

/** By the service names that faults use. */
const wordings: Readonly<Record<string, Wording>> = {
  apigateway: {
    unavailable: { code: 'ServiceUnavailableException', status: 503 },
    throttled: { code: 'TooManyRequestsException', status: 429 },
    rejected: { code: 'BadRequestException' },
    invalid: { code: 'BadRequestException' },
  },
  cognito: {
    unavailable: { code: 'InternalErrorException', status: 500 },
    throttled: { code: 'TooManyRequestsException', status: 400 },
    rejected: { code: 'NotAuthorizedException' },
    invalid: { code: 'InvalidParameterException' },
  },
  cognitoidentity: {
    unavailable: { code: 'InternalErrorException', status: 500 },
    throttled: { code: 'TooManyRequestsException', status: 400 },
    rejected: { code: 'NotAuthorizedException' },
    invalid: { code: 'InvalidParameterException' },
  },
  dynamodb: {
    unavailable: { code: 'InternalServerError', status: 500 },
    throttled: { code: 'ThrottlingException', status: 400 },
    rejected: { code: 'AccessDeniedException' },
    invalid: { code: 'ValidationException' },
  },
  eventbridge: {
    unavailable: { code: 'InternalException', status: 500 },
    throttled: { code: 'ThrottlingException', status: 400 },
    rejected: { code: 'AccessDeniedException' },
    invalid: { code: 'ValidationException' },
  },
  kms: {
    unavailable: { code: 'KMSInternalException', status: 500 },
    throttled: { code: 'ThrottlingException', status: 400 },
    rejected: { code: 'AccessDeniedException' },
    invalid: { code: 'ValidationException' },
  },
  lambda: {
    unavailable: { code: 'ServiceException', status: 500 },
    throttled: { code: 'TooManyRequestsException', status: 429 },
    rejected: { code: 'InvalidParameterValueException' },
    invalid: { code: 'InvalidParameterValueException' },
  },
  secretsmanager: {
    unavailable: { code: 'InternalServiceError', status: 500 },
    throttled: { code: 'ThrottlingException', status: 400 },
    rejected: { code: 'AccessDeniedException' },
    invalid: { code: 'InvalidParameterException' },
  },
  ses: {
    unavailable: { code: 'ServiceUnavailable', status: 503 },
    throttled: { code: 'Throttling', status: 400 },
    rejected: { code: 'MessageRejected' },
    invalid: { code: 'InvalidParameterValue' },
  },
  stepfunctions: {
    unavailable: { code: 'ServiceUnavailable', status: 503 },
    throttled: { code: 'ThrottlingException', status: 400 },
    rejected: { code: 'AccessDeniedException' },
    invalid: { code: 'ValidationException' },
  },
  sts: {
    unavailable: { code: 'ServiceUnavailable', status: 503 },
    throttled: { code: 'Throttling', status: 400 },
    rejected: { code: 'AccessDenied' },
    invalid: { code: 'ValidationError' },
  },
};

export interface VendorErrors {
  unavailable(): AwsError;
  throttled(): AwsError;
  rejected(): AwsError;
  invalid(message: string): AwsError;
}

export function errorsOf(service: string): VendorErrors {
  const wording = wordings[service];
  if (wording === undefined) throw new Error(`local/aws/vendor-errors.ts has no row for ${service}`);
  const { unavailable, throttled, rejected, invalid } = wording;
  return {
    unavailable: () =>
      new AwsError(unavailable.code, 'The service is unavailable. Please try again.', unavailable.status),
    throttled: () => new AwsError(throttled.code, 'Rate exceeded', throttled.status),
    rejected: () => new AwsError(rejected.code, 'The request was refused.'),
    invalid: (message) => new AwsError(invalid.code, message),
  };
}
