/** The account and the Region of the twin. */
export const account = '000000000000';
export const region = 'eu-west-1';

/** Returns the ARN of a resource in the twin's account and Region. */
export const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** An AWS API in the twin: its operations by their API names. Inputs and outputs have the API's shapes. */
export interface AwsService {
  /** The service name that faults use: `cognito`, `stepfunctions`, `ses`, … */
  readonly name: string;
  readonly operations: Readonly<Record<string, (input: never) => unknown>>;
}

/** An error of an AWS API. `code` has no namespace, for example `ResourceNotFoundException`. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
