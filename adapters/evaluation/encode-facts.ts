import type {
  EvaluationFacts,
  JudgedClient,
  JudgedRecord,
  JudgedSignIn,
} from '../../core/authorization/evaluation-facts.ts';

const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000);
const recordOf = ({ id, version }: JudgedRecord) => [id, version] as const;
const clientOf = ({ client, contract, partner }: JudgedClient) =>
  [client, contract, partner].flatMap((record) => (record === undefined ? [] : [recordOf(record)]));

const signInOf = ({ application, provider, contract, partner }: JudgedSignIn) =>
  [application, provider, contract, partner].map(recordOf);

/**
 * Encodes facts as JSON with short names, because the sealed text has to fit the authorizer's answer. Members
 * that are undefined are left out. `decode-facts.ts` reads it.
 */
export function encodeFacts(facts: EvaluationFacts): string {
  const { principal, token, route } = facts;
  return JSON.stringify({
    at: seconds(facts.at),
    inv: facts.invocationId,
    rule: facts.rule,
    code: facts.denial?.denyCode,
    fault: facts.denial?.fault,
    why: facts.denial?.why,
    recs: facts.clients.map(clientOf),
    user: facts.user && recordOf(facts.user),
    sid: principal.sid,
    sign: facts.signIn && signInOf(facts.signIn),
    iss: token.issuer && recordOf(token.issuer),
    dig: token.digest,
    exp: seconds(token.expiresAt),
    grant: principal.grant,
    for: principal.trustedFor,
    scopes: principal.scopes?.join(' '),
    prods: principal.products?.join(' '),
    ip: facts.sourceIp,
    route: `${route.method} ${route.path}`,
    cat: facts.catalogueVersion,
  });
}
