import { StepError } from '../../core/errors.ts';
import { type StepProblem, StepFailed } from './step.ts';

/** Describes an error of AWS, Okta, ServiceNow or the network, and what to do about it. */
export function problemOf(error: unknown): StepProblem {
  if (error instanceof StepFailed) return error;
  if (error instanceof StepError) return vendorProblem(error);
  if (!(error instanceof Error)) return { what: String(error), remedy: unknownRemedy };
  const what = `${error.name}: ${error.message}`;
  const known = awsRemedies.find(({ names }) => names.test(error.name));
  if (known !== undefined) return { what, remedy: known.remedy };
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

/** What to do about errors of AWS, by the name that the SDK gives them. */
const awsRemedies: readonly { readonly names: RegExp; readonly remedy: string }[] = [
  {
    names: /^CredentialsProviderError$/u,
    remedy: 'Log in first: aws sso login, AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY.',
  },
  {
    names: /^RegionMissing$/u,
    remedy: 'Set AWS_REGION, or the region of the profile that AWS_PROFILE names.',
  },
  {
    names: /^RegionInvalid$/u,
    remedy: 'Then run the command again.',
  },
  {
    names: /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired)$/u,
    remedy: 'The session is over: log in again, then run the command again.',
  },
  {
    names:
      /^(?:UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException|InvalidAccessKeyId)$/u,
    remedy: 'AWS does not know these credentials: check AWS_PROFILE and the AWS_* variables.',
  },
  {
    names:
      /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationErrorException|KMSAccessDeniedException)$/u,
    remedy: 'Give this role the policies of resources/account/deployer.yml.',
  },
  {
    names:
      /^(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|LimitExceededException)$/u,
    remedy: 'AWS asks for patience: run the command again in a minute.',
  },
];

const vendorNames: Readonly<Record<string, string>> = { okta: 'Okta', servicenow: 'ServiceNow' };
function vendorProblem({ service, operation, detail, message }: StepError): StepProblem {
  if (/^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT|time-out|no answer)$/u.test(detail)) {
    return {
      what: message,
      remedy: `Check the parameter ${service}.url and that this machine reaches it.`,
    };
  }
  if (operation === 'Token') {
    const credential = service === 'okta' ? 'public key in Okta' : 'secret';
    return {
      what: message,
      remedy: `Check ${service}.clientId and its ${credential}; docs/deploy.md has the set-up.`,
    };
  }
  const vendor = vendorNames[service] ?? service;
  return {
    what: message,
    remedy: `Check what Sallyport's client may do in ${vendor}; docs/deploy.md has the set-up.`,
  };
}

function networkCode(error: Error): string | undefined {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string' && /^E[A-Z]+$|^UND_/u.test(code)) return code;
  return cause instanceof Error ? networkCode(cause) : undefined;
}
