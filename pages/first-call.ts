import type { AccessDetails } from '../core/credentials/access-details.ts';

/** Programs that get a token and make the first call, to be pasted as they are. */
export interface FirstCallPrograms {
  /** For a POSIX shell. */
  readonly curl: string;
  /** For Node.js 18 or newer, as a module. */
  readonly node: string;
  /** For Python 3.8 or newer, without packages. */
  readonly python: string;
}

/**
 * Writes programs that request a token and make the first call. They ask for the client secret and do not show
 * what is typed; none contains it. So it stays out of files, of the shell's history and of lists of processes.
 * The programs for Node.js and Python also take it from the variable CLIENT_SECRET.
 * @returns undefined if the scopes allow no call
 */
export function firstCallPrograms(
  access: Pick<AccessDetails, 'clientId' | 'tokenUrl' | 'scopes' | 'firstCall'>,
): FirstCallPrograms | undefined {
  const { firstCall } = access;
  if (firstCall === undefined) return undefined;
  const values = {
    clientId: access.clientId,
    tokenUrl: access.tokenUrl,
    scope: access.scopes.join(' '),
    url: firstCall.url,
    method: firstCall.method,
    hasBody: !['GET', 'DELETE'].includes(firstCall.method),
  };
  return { curl: curlProgram(values), node: nodeProgram(values), python: pythonProgram(values) };
}

interface Values {
  readonly clientId: string;
  readonly tokenUrl: string;
  readonly scope: string;
  readonly url: string;
  readonly method: string;
  readonly hasBody: boolean;
}

/**
 * Everything is in one pair of parentheses. So the shell has read it all before curl asks for the secret, and
 * nothing that was pasted is taken for it.
 */
function curlProgram({ clientId, tokenUrl, scope, url, method, hasBody }: Values): string {
  const request = [
    ...(method === 'GET' ? [] : [`--request ${method}`]),
    ...(hasBody ? ["--header 'Content-Type: application/json' --data '{}'"] : []),
    shellWord(url),
  ].join(' ');
  return `(
  answer=$(curl --silent --show-error --user ${shellWord(clientId)} \\
    --data grant_type=client_credentials --data-urlencode ${shellWord(`scope=${scope}`)} \\
    ${shellWord(tokenUrl)})
  token=$(printf '%s' "$answer" | sed -n 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/p')
  if [ -z "$token" ]; then printf '%s\\n' "$answer"; exit 1; fi
  printf 'Authorization: Bearer %s' "$token" |
    curl --silent --show-error --include --header @- ${request}
)`;
}

/** The secret is asked for once the terminal no longer shows what is typed. */
function nodeProgram({ clientId, tokenUrl, scope, url, method, hasBody }: Values): string {
  const options = [
    ...(method === 'GET' ? [] : [`  method: ${literal(method)},`]),
    hasBody
      ? "  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },\n  body: '{}',"
      : '  headers: { authorization: `Bearer ${token}` },',
  ].join('\n');
  return `import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

const clientId = ${literal(clientId)};
const clientSecret = process.env.CLIENT_SECRET || (await askSecret());

const answer = await fetch(${literal(tokenUrl)}, {
  method: 'POST',
  headers: { authorization: 'Basic ' + Buffer.from(clientId + ':' + clientSecret).toString('base64') },
  body: new URLSearchParams({ grant_type: 'client_credentials', scope: ${literal(scope)} }),
});
if (!answer.ok) throw new Error(await answer.text());
const { access_token: token } = await answer.json();

const response = await fetch(${literal(url)}, {
${options}
});
console.log(response.status, await response.text());

async function askSecret() {
  const unseen = new Writable({ write: (chunk, encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  process.stdout.write('Client secret: ');
  const secret = await terminal.question('');
  terminal.close();
  console.log();
  return secret.trim();
}`;
}

function pythonProgram({ clientId, tokenUrl, scope, url, method, hasBody }: Values): string {
  const call = [
    literal(url),
    ...(hasBody ? ["data=b'{}'"] : []),
    ...(method === 'GET' ? [] : [`method=${literal(method)}`]),
    'headers=headers',
  ].join(', ');
  return `import base64, getpass, json, os, urllib.error, urllib.parse, urllib.request

client_id = ${literal(clientId)}
client_secret = os.environ.get('CLIENT_SECRET') or getpass.getpass('Client secret: ').strip()

def send(request):
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()

basic = base64.b64encode(f'{client_id}:{client_secret}'.encode()).decode()
form = urllib.parse.urlencode({'grant_type': 'client_credentials', 'scope': ${literal(scope)}}).encode()
status, answer = send(urllib.request.Request(${literal(tokenUrl)}, form, {'Authorization': 'Basic ' + basic}))
if status == 200:
    headers = {'Authorization': 'Bearer ' + json.loads(answer)['access_token']${hasBody ? ", 'Content-Type': 'application/json'" : ''}}
    status, answer = send(urllib.request.Request(${call}))
print(status, answer)`;
}

/** Quotes a text as one word of a POSIX shell. */
const shellWord = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** Quotes a text for JavaScript and for Python, which read the escapes of JSON alike. */
const literal = (text: string): string => JSON.stringify(text);
