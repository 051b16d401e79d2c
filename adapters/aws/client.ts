/**
 * Returns the settings that every AWS client is constructed with. Region, endpoint and credentials come from
 * the AWS_* variables.
 *
 * `maxAttempts` must be 1 wherever a call has an effect. If the answer to such a call is lost, the step must
 * receive `OutcomeUnknown`, so that it checks the outcome before it tries again. The SDK's own retries would
 * not check. Clients that only read may have more attempts.
 * @param requestTimeout in milliseconds
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
    // Without throwOnRequestTimeout the SDK only logs a warning when an answer is late.
    requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true },
  };
}
