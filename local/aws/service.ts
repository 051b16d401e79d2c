/** The twin's place in the AWS world. */
export const account = '000000000000';
export const region = 'eu-west-1';

/** The ARN of something there. */
export const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** One AWS API as the twin serves it: its operations by their API names. Inputs and outputs have the API's shapes. */
export interface AwsService {
  /** The name that faults use: `cognito`, `stepfunctions`, `ses`, … */
  readonly name: string;
  readonly operations: Readonly<Record<string, (input: never) => unknown>>;
}

/** An error as the AWS API words it: `code` without a namespace, e.g. `ResourceNotFoundException`. */
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
