import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { firstCallPrograms, type FirstCallPrograms } from '../../pages/first-call.ts';
import type { AccessDetails, FirstCall } from '../../core/credentials/access-details.ts';
import { accessDetails } from '../support/fakes/credentials.ts';
import { programNames, runWithSecret, typeSecretInto } from '../support/pasted-programs.ts';

const secret = "it's+a/se$cret`x`";
const scope = 'credit-reports/read credit-reports/write';

/** What the server was sent. */
let asked: { token: string[]; calls: string[] };
beforeEach(() => {
  asked = { token: [], calls: [] };
});
const app = new Hono();
app.post('/oauth2/token', async ({ req, json }) => {
  const authorization = req.header('authorization') ?? '';
  asked.token.push(
    `${Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()} ${await req.text()}`,
  );
  return authorization === `Basic ${Buffer.from(`client-1:${secret}`).toString('base64')}`
    ? json({ access_token: 'a.token-of_ours', token_type: 'Bearer' })
    : json({ error: 'invalid_client' }, 401);
});
app.all('/apis/credit-reports/*', async ({ req, json }) => {
  asked.calls.push(
    [
      req.method,
      req.path,
      req.header('authorization'),
      req.header('content-type') ?? '-',
      await req.text(),
    ].join(' '),
  );
  return json({ reports: 'all of them' });
});

let served: Served;
beforeAll(async () => {
  served = await serve(app, 0);
});
afterAll(() => served.close());

const form = 'grant_type=client_credentials&scope=credit-reports%2Fread+credit-reports%2Fwrite';
function programsFor(
  call: Pick<FirstCall, 'method'> = { method: 'GET' },
  changed: Partial<AccessDetails> = {},
): FirstCallPrograms {
  const programs = firstCallPrograms({
    ...accessDetails,
    clientId: 'client-1',
    tokenUrl: `${served.url}/oauth2/token`,
    scopes: scope.split(' '),
    firstCall: { ...call, url: `${served.url}/apis/credit-reports/reports` },
    ...changed,
  });
  if (programs === undefined) throw new Error('there are no programs');
  return programs;
}
/** curl writes a blank in a form as `%20`, the others write it as `+`. */
const tokensAsked = (): readonly string[] => asked.token.map((each) => each.replace('%20', '+'));

describe.each(programNames)('WF-7 the first call by %s', (name) => {
  test('asks for the secret without showing it, gets a token, and calls', async () => {
    const shown = await typeSecretInto(name, programsFor()[name], secret);
    expect(shown).toContain('200');
    expect(shown).toContain('{"reports":"all of them"}');
    expect(shown).not.toContain(secret);
    expect(tokensAsked()).toEqual([`client-1:${secret} ${form}`]);
    expect(asked.calls).toEqual(['GET /apis/credit-reports/reports Bearer a.token-of_ours - ']);
  });

  test('says what the token endpoint said of a wrong secret, and does not call', async () => {
    const shown = await typeSecretInto(name, programsFor()[name], 'wrong');
    expect(shown).toContain('invalid_client');
    expect(asked.calls).toEqual([]);
  });

  test.each(['POST', 'DELETE'] as const)('can be a %s', async (method) => {
    const shown = await typeSecretInto(name, programsFor({ method })[name], secret);
    expect(shown).toContain('all of them');
    expect(asked.calls).toEqual([
      `${method} /apis/credit-reports/reports Bearer a.token-of_ours ${method === 'POST' ? 'application/json {}' : '- '}`,
    ]);
  });

  test('holds values as they are, whatever is in them', async () => {
    const hostile = 'it\'s "$(touch x)" `id` \\ ${1} #{2}';
    const shown = await typeSecretInto(
      name,
      programsFor({ method: 'GET' }, { clientId: hostile, scopes: [hostile] })[name],
      secret,
    );
    expect(shown).toContain('invalid_client');
    const [token = ''] = asked.token;
    expect(token.startsWith(`${hostile}:${secret} `)).toBe(true);
    expect(new URLSearchParams(token.slice(`${hostile}:${secret} `.length)).get('scope')).toBe(hostile);
  });
});

test('curl can be pasted into a plain shell, too', async () => {
  expect(await typeSecretInto('curl', programsFor().curl, secret, ['dash', '-i'])).toContain('all of them');
});

test.each(['node', 'python'] as const)('%s takes the secret from the environment', async (name) => {
  expect(await runWithSecret(name, programsFor()[name], secret)).toBe('200 {"reports":"all of them"}\n');
});

test('there is no program where no call is allowed', () => {
  expect(firstCallPrograms({ ...accessDetails, firstCall: undefined })).toBeUndefined();
});
