import { StepError } from '../../core/errors.ts';
import { type StepProblem, StepFailed } from './step.ts';

/** What went wrong, and what helps, for an error of AWS, of Okta or ServiceNow, or of the network. */
export function problemOf(error: unknown): StepProblem {
  if (error instanceof StepFailed) return error;
  if (error instanceof StepError) return vendorProblem(error);
  if (!(error instanceof Error)) return { what: String(error), remedy: unknownRemedy };
  const what = `${error.name}: ${error.message}`;
  const known = awsRemedies.find(([pattern]) => pattern.test(error.name));
  if (known !== undefined) return { what, remedy: known[1] };
  const code = networkCode(error);
  if (code !== undefined) {
    return {
      what: `${what} (${code})`,
      remedy: "Check this machine's network, proxy and DNS, then run the command again.",
    };
  }
  return { what, remedy: unknownRemedy };
}

const unknownRemedy =
  "Run the command again; if it stays, the message and the vendor's page about it say more.";

/** By the error's name, as the SDK gives it. */
const awsRemedies: readonly (readonly [RegExp, string])[] = [
  [
    /^CredentialsProviderError$/u,
    'Log in first: aws sso login, AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY.',
  ],
  [
    /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired)$/u,
    'The session is over: log in again, then run the command again.',
  ],
  [
    /^(?:UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException|InvalidAccessKeyId)$/u,
    'AWS does not know these credentials: check AWS_PROFILE and the AWS_* variables.',
  ],
  [
    /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationErrorException|KMSAccessDeniedException)$/u,
    'Give this role the policies of resources/account/deployer.yml.',
  ],
  [
    /^(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|LimitExceededException)$/u,
    'AWS asks for patience: run the command again in a minute.',
  ],
];

function vendorProblem({ service, operation, detail, message }: StepError): StepProblem {
  const vendor = service === 'okta' ? 'Okta' : service === 'servicenow' ? 'ServiceNow' : service;
  const unreachable =
    /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT|time-out|no answer)$/u.test(detail);
  const remedy = unreachable
    ? `Check the parameter ${service}.url and that this machine reaches it.`
    : operation === 'Token'
      ? `Check ${service}.clientId and its ${service === 'okta' ? 'public key in Okta' : 'secret'}; docs/deploy.md has the set-up.`
      : `Check what Sallyport's client may do in ${vendor}; docs/deploy.md has the set-up.`;
  return { what: message, remedy };
}

function networkCode(error: Error): string | undefined {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string' && /^E[A-Z]+$|^UND_/u.test(code)) return code;
  return cause instanceof Error ? networkCode(cause) : undefined;
}
