/**
 * What every AWS client is constructed with; region, endpoint and credentials come from the AWS_* variables.
 * `maxAttempts` is 1 wherever a call has an effect: a lost answer must reach the step as `OutcomeUnknown`,
 * which looks before it tries again, and the SDK's own retries would not look. Pure readers may take more.
 * Times are in milliseconds.
 */
export function clientSettings({
  maxAttempts,
  requestTimeout = 5000,
}: {
  readonly maxAttempts: number;
  readonly requestTimeout?: number;
}) {
  return {
    maxAttempts,
    // Without throwOnRequestTimeout a late answer is only a warning in the log.
    requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true },
  };
}
