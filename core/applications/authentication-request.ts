import type { SignInApplication } from './application.ts';

/** The parameters that a browser brought to the authorization endpoint. */
export interface SentParameters {
  /** The parameters by name. Of a repeated one, any value. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** The names of the parameters that were sent more than once. */
  readonly repeated: readonly string[];
}

/** The error codes that an application is sent: RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6. */
export type AuthorizationErrorCode =
  | 'invalid_request'
  | 'invalid_scope'
  | 'login_required'
  | 'registration_not_supported'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'unsupported_response_type';

/** Why a request is refused. The application is told the code and the description; the log has the check. */
export interface AuthorizationRefusal {
  readonly code: AuthorizationErrorCode;
  /** ASCII, without quotes and backslashes. */
  readonly description: string;
  readonly check: string;
}

/** What an application asks for, and where the browser is to bring the answer. */
export interface AuthenticationRequest {
  readonly applicationId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** The application's own text, which comes back with the answer. */
  readonly state?: string;
  readonly nonce?: string;
  /** The S256 challenge (RFC 7636 §4.2). */
  readonly codeChallenge: string;
  /** The scopes that were asked for, in their order and without repetitions. */
  readonly scopes: readonly string[];
  readonly prompt: readonly Prompt[];
  /** In seconds: how long ago the person may have signed in at most. */
  readonly maxAge?: number;
  /** The e-mail address that the application expects the person to use. */
  readonly loginHint?: string;
}

/** How an application may have the person asked (OpenID Connect Core 1.0 §3.1.2.1). */
export const prompts = ['none', 'login', 'select_account'] as const;
export type Prompt = (typeof prompts)[number];

const maxParameterLength = 2000;
const maxClientIdLength = 128;
const maxStateLength = 1024;
const maxAgeSeconds = 86_400;

/** What OpenID Connect allows and we do not have, with the code of its own refusal. */
const notSupported = {
  request: 'request_not_supported',
  request_uri: 'request_uri_not_supported',
  registration: 'registration_not_supported',
} as const;

/**
 * Returns the address that an application is answered at: the one that it asked for, if it is registered.
 * Otherwise nothing may be sent anywhere.
 */
export function redirectUriOf(
  { values, repeated }: SentParameters,
  application: SignInApplication,
): string | undefined {
  const { redirect_uri: sent } = values;
  if (sent === undefined || repeated.includes('redirect_uri')) return undefined;
  return application.signIn.redirectUris.includes(sent) ? sent : undefined;
}

/** Returns the client that a request names, if it can be one. */
export const clientIdOf = ({
  values: { client_id: clientId },
  repeated,
}: SentParameters): string | undefined =>
  clientId !== undefined && clientId.length <= maxClientIdLength && !repeated.includes('client_id')
    ? clientId
    : undefined;

/** Returns the `state` that goes back with every answer, errors included. */
export const stateOf = ({ values: { state }, repeated }: SentParameters): string | undefined =>
  state !== undefined && state.length <= maxStateLength && !repeated.includes('state') ? state : undefined;

/**
 * Checks what an application asks for (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core 1.0 §3.1.2.1).
 * Unknown parameters and scopes are ignored.
 * @param redirectUri the registered address of the application that the answer goes to
 */
export function checkAuthenticationRequest(
  sent: SentParameters,
  application: SignInApplication,
  redirectUri: string,
): { readonly request: AuthenticationRequest } | { readonly refusal: AuthorizationRefusal } {
  const refusal = findRefusal(sent);
  if (refusal !== undefined) return { refusal };
  const {
    nonce,
    code_challenge: codeChallenge = '',
    scope = '',
    prompt,
    max_age: maxAge,
    login_hint,
  } = sent.values;
  const state = stateOf(sent);
  return {
    request: {
      applicationId: application.applicationId,
      clientId: application.signIn.clientId,
      redirectUri,
      ...(state !== undefined && { state }),
      ...(nonce !== undefined && { nonce }),
      codeChallenge,
      scopes: wordsIn(scope),
      prompt: prompts.filter((known) => wordsIn(prompt).includes(known)),
      ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
      ...(login_hint !== undefined && { loginHint: login_hint }),
    },
  };
}

function findRefusal({ values, repeated }: SentParameters): AuthorizationRefusal | undefined {
  const invalid = (check: string, description: string): AuthorizationRefusal => ({
    code: 'invalid_request',
    description,
    check,
  });
  const [twice] = repeated;
  if (twice !== undefined) return invalid('parameters', `${asciiOf(twice)} is sent more than once`);
  const [long] = Object.keys(values).filter((name) => (values[name]?.length ?? 0) > maxParameterLength);
  if (long !== undefined) {
    return invalid('parameters', `${asciiOf(long)} has more than ${maxParameterLength} characters`);
  }
  if ((values['state']?.length ?? 0) > maxStateLength) {
    return invalid('parameters', `state has more than ${maxStateLength} characters`);
  }
  if (values['response_type'] === undefined) return invalid('response_type', 'response_type must be code');
  if (values['response_type'] !== 'code') {
    return {
      code: 'unsupported_response_type',
      description: 'response_type must be code',
      check: 'response_type',
    };
  }
  if (![undefined, 'query'].includes(values['response_mode'])) {
    return invalid('response_mode', 'response_mode must be query, or left out');
  }
  for (const [name, code] of Object.entries(notSupported)) {
    if (values[name] !== undefined) {
      return { code, description: `${name} is not supported`, check: 'request_object' };
    }
  }
  if (values['code_challenge_method'] !== 'S256') {
    return invalid('code_challenge', 'code_challenge_method must be S256');
  }
  if (!/^[\w-]{43}$/u.test(values['code_challenge'] ?? '')) {
    return invalid('code_challenge', 'code_challenge must be the base64url of a SHA-256: 43 characters');
  }
  if (!wordsIn(values['scope']).includes('openid')) {
    return { code: 'invalid_scope', description: 'scope must contain openid', check: 'scope' };
  }
  const asked = wordsIn(values['prompt']);
  if (asked.some((each) => !prompts.some((known) => known === each))) {
    return invalid('prompt', `prompt must be of: ${prompts.join(', ')}`);
  }
  if (asked.includes('none') && asked.length > 1) return invalid('prompt', 'prompt=none stands alone');
  const maxAge = values['max_age'];
  if (maxAge !== undefined && !(/^\d{1,5}$/u.test(maxAge) && Number(maxAge) <= maxAgeSeconds)) {
    return invalid('max_age', `max_age must be whole seconds from 0 to ${maxAgeSeconds}`);
  }
  return undefined;
}

const wordsIn = (text = ''): readonly string[] => [...new Set(text.split(' ').filter((word) => word !== ''))];

/** Returns the name of a parameter as a description may contain it. */
const asciiOf = (name: string): string => name.replace(/[^\w.-]/gu, '?').slice(0, 40);
