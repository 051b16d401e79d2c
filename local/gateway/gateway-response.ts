import { mappedValue, type Exchange, type Refused, type ResponseType } from './exchange.ts';
import { response } from './response.ts';

/** A gateway response as the deployment customizes it. Missing parts keep API Gateway's defaults. */
export interface GatewayResponse {
  readonly status?: number;
  /** Header name → mapping expression: `'a literal'` or `context.…`. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * A template with `$context.…` variables. `$context.error.messageString` includes its own quotes; all other
   * variables are placed within quotes.
   */
  readonly template?: string;
}

export type GatewayResponses = Readonly<Partial<Record<ResponseType | 'DEFAULT_4XX', GatewayResponse>>>;

interface Default {
  readonly status: number;
  readonly message: string | null;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType: string;
}

/**
 * API Gateway's default statuses, messages and error types. A customized response keeps its error type. The
 * error types of ACCESS_DENIED, of the authorizer's own failures and of a request that is too long have not
 * been recorded on AWS.
 */
const defaults: Record<ResponseType, Default> = {
  ACCESS_DENIED: {
    status: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
  },
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    message: null,
    errorType: 'AuthorizerConfigurationException',
  },
  AUTHORIZER_FAILURE: { status: 500, message: null, errorType: 'AuthorizerFailureException' },
  DEFAULT_5XX: { status: 502, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  INTEGRATION_FAILURE: {
    status: 504,
    message: 'Network error communicating with endpoint',
    errorType: 'InternalServerErrorException',
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    message: 'Endpoint request timed out',
    errorType: 'InternalServerErrorException',
  },
  INVALID_API_KEY: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  QUOTA_EXCEEDED: { status: 429, message: 'Limit Exceeded', errorType: 'LimitExceededException' },
  REQUEST_TOO_LARGE: { status: 413, message: 'Request Too Long', errorType: 'RequestTooLargeException' },
  THROTTLED: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  WAF_FILTERED: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
};

const defaultTemplate = '{"message":$context.error.messageString}';

/**
 * Renders an answer of the gateway itself. Variables are escaped, so a JSON template always renders to valid
 * JSON.
 */
export function gatewayResponse(responses: GatewayResponses, refused: Refused, exchange: Exchange): Response {
  const { status, message, errorType } = defaults[refused.type];
  const worded = responses[refused.type] ??
    responses[status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'] ?? { headers: {} };
  exchange.variables.set('error.responseType', refused.type);
  exchange.variables.set('error.message', message ?? '');

  const headers = new Headers({ 'content-type': 'application/json', 'x-amzn-errortype': errorType });
  for (const [name, expression] of Object.entries(worded.headers)) {
    headers.set(name, mappedValue(exchange, expression) ?? '');
  }
  const body = (worded.template ?? defaultTemplate).replaceAll(
    /\$context\.([\w.]*\w)/g,
    (_, name: string) => {
      if (name === 'error.messageString') return JSON.stringify(message);
      return JSON.stringify(exchange.variables.get(name) ?? '').slice(1, -1);
    },
  );
  return response(worded.status ?? status, headers, body);
}
