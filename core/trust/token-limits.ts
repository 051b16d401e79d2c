import { withoutInvisible } from '../invisible-characters.ts';

/** Who acts for a subject, or may act (RFC 8693 §4.1 and §4.4). Other members are kept as they are. */
export interface Actor extends Readonly<Record<string, unknown>> {
  readonly sub: string;
  /** Who acted before. */
  readonly act?: Actor;
}

/** What a token allows at most. A member that is absent sets no limit. */
export interface TokenLimits {
  /** The scopes that are in every scope claim of the token. */
  readonly scopes?: readonly string[];
  /** Who has acted for the subject until now. */
  readonly act?: Actor;
  /** Who alone may act for the subject. */
  readonly mayAct?: Actor;
}

/** A claim that sets a limit in a form that is not understood. `why` is a sentence for operators. */
export interface UnreadableLimit {
  readonly why: string;
}

/** The maximum length of a chain of actors. */
export const maxActDepth = 3;

/** The claims that list scopes: that of RFC 8693 §4.2, and the one that Okta and Microsoft Entra write. */
const scopeClaims = ['scope', 'scp'] as const;

/**
 * Returns what a token allows at most, whoever issued it and whatever it is used for. Scopes may be in `scope`,
 * `scp` or both, each as one text or as an array of texts. A claim that is null counts as absent.
 */
export function tokenLimits(claims: Readonly<Record<string, unknown>>): TokenLimits | UnreadableLimit {
  let scopes: readonly string[] | undefined;
  for (const name of scopeClaims) {
    const value = claims[name] ?? undefined;
    const listed = value === undefined ? scopes : scopesOf(value);
    if (value !== undefined && listed === undefined) {
      return { why: `${name} must be a text or an array of texts.` };
    }
    scopes = scopes?.filter((scope) => listed?.includes(scope)) ?? listed;
  }
  const act = claims['act'] ?? undefined;
  const mayAct = claims['may_act'] ?? undefined;
  if ((act !== undefined && !isActor(act)) || (mayAct !== undefined && !isActor(mayAct))) {
    return { why: 'act and may_act must name somebody by sub.' };
  }
  if (act !== undefined && actDepth(act) > maxActDepth) {
    return { why: `At most ${maxActDepth} may act one for another.` };
  }
  if ((claims['cnf'] ?? undefined) !== undefined) {
    return { why: 'cnf binds the token to a key, and nobody can prove the possession of a key here.' };
  }
  return {
    ...(scopes !== undefined && { scopes }),
    ...(act !== undefined && { act }),
    ...(mayAct !== undefined && { mayAct }),
  };
}

/** Returns those of the scopes that a token allows. */
export const scopesWithin = (
  { scopes: allowed }: TokenLimits,
  scopes: readonly string[],
): readonly string[] => scopes.filter((scope) => allowed?.includes(scope) ?? true);

/** Returns the scopes of a claim without repetitions. Returns undefined if its form is not understood. */
function scopesOf(value: unknown): readonly string[] | undefined {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  return [...new Set(texts.flatMap((text) => text.split(' ')))].filter((scope) => scope !== '');
}

const isActor = (value: unknown): value is Actor =>
  typeof value === 'object' &&
  value !== null &&
  'sub' in value &&
  typeof value.sub === 'string' &&
  value.sub.length <= 256 &&
  withoutInvisible(value.sub).trim() !== '' &&
  (!('act' in value) || isActor(value.act));

/** Returns how many have acted one for another. */
export const actDepth = ({ act }: Actor): number => (act === undefined ? 1 : 1 + actDepth(act));

/**
 * Returns the actors of another issuer's token, as they may be named in a token of ours: by `sub`, and by that
 * issuer, so that none of them is taken for a client of ours.
 */
export function actorsOf(issuer: string, { sub, act }: Actor): Actor {
  return { sub, iss: issuer, ...(act !== undefined && { act: actorsOf(issuer, act) }) };
}
