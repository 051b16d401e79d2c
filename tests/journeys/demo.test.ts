import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayRoutesOf, type Product } from '../../core/catalogue/catalogue.ts';
import type { Route } from '../../core/catalogue/route.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { type Ran, run } from '../support/commands.ts';
import { ticketOf } from './onboarded.ts';
import { postWebhook } from '../../clients/webhook.ts';
import { awaitsEwacsAccount, executions, taskNumberOf } from './records.ts';
import { requestFor, sample } from './requests.ts';
import {
  assignmentGroupOf,
  creditReports,
  fraudSignals,
  shippedCatalogue,
} from '../support/shipped-catalogue.ts';

const root = join(import.meta.dirname, '../..');

/** Masks the parts of the output that differ between runs. Any other difference is detected. */
const masked = (output: string): string =>
  stripVTControlCharacters(output)
    .replaceAll(/ +\d+\.\d+ s\b/gu, ' N s')
    .replaceAll(/127\.0\.0\.1:(?!3000)\d+/gu, '127.0.0.1:PORT')
    .replaceAll(/client [a-z\d]{26}\b/gu, 'client ID')
    .replaceAll(/ +$/gmu, '');
const states = (...names: readonly string[]): string => names.map((name) => `  ✓ ${name} N s`).join('\n');
/** Returns the call for which a client of the product has no scope: of the same product, if it has such a route. */
function withheldFrom(product: Product): string {
  const routeOf = (products: readonly Product[]): Route | undefined =>
    products.flatMap(gatewayRoutesOf).find(({ scope }) => !product.defaultTerms.scopes.includes(scope));
  const route = routeOf([product]) ?? routeOf(Object.values(shippedCatalogue.products));
  if (route === undefined) throw new Error(`clients of ${product.id} may call every route of the catalogue`);
  const call = `${route.method} ${route.path.replaceAll(/\{\w+\}/gu, '1')}`;
  return `${call.padEnd(36)} 403  without the scope ${route.scope}`;
}
const profileAndClient = [
  'OktaProfile',
  'ReportProfileReady',
  'ChooseAfterProfile',
  'CognitoClient',
  'GatewayMapping',
  'ReportClientReady',
  'CredentialDelivery',
  'ReportDone',
  'Done',
];

describe('X-13 npm run demo', () => {
  let folder: string;
  /** Uses a folder of its own, so that the project's last demo stays unchanged. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-demo-'));
    for (const name of ['events', 'catalogue.yml']) await symlink(join(root, name), join(folder, name));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const demo = async (...files: readonly string[]): Promise<Ran> =>
    maskedRun(await run('scripts/demo.ts', files, { cwd: folder }));
  const maskedRun = ({ exitCode, stdout, stderr }: Ran): Ran => ({
    exitCode,
    stdout: masked(stdout),
    stderr: masked(stderr),
  });
  const whereToLook = `
Where to look next
  SALLYPORT_DATA=.sallyport/demo npm start       this twin again, with everything that just happened
  curl http://127.0.0.1:3000/_twin/inbox         the mails
  curl http://127.0.0.1:3000/_twin/tickets       the ticket and its journal
  README.md, "A tour of the twin"                the execution, the token, the call
`;

  test('goes from the signed request to calls that are answered and refused, and gives no secret away', async () => {
    const fromSources = await run('scripts/demo.ts', [], { cwd: folder, fromSources: true });
    expect(maskedRun(fromSources)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `The twin is ready after N s at http://127.0.0.1:PORT

ServiceNow posts events/samples/b2b-onboarding-us.json
  ✓ the signed webhook is answered 202

The workflow RITM0010001-b2b-onboarding-DEV-1
${states('RequestIntake', 'ReportAccepted', 'ChooseFirstStep', ...profileAndClient)}
  ✓ ticket RITM0010001 is in state 3 with 4 work notes

The hand-over: a link by mail, a code by ticket
  ✓ mail to api-team@acme.example: Your API credentials for ${creditReports.name} (DEV) are ready
  ✓ code in the comments of the ticket
  ✓ picked up once: client ID, scopes credit-reports/read, and a secret nobody else has seen

The token and the call
  ✓ http://127.0.0.1:PORT/oauth2/token gave an access token for 900 seconds
  ✓ GET /apis/credit-reports/reports     200  as the partner
  ✓ GET /apis/credit-reports/reports     401  without a token (unauthorized)
  ✓ ${withheldFrom(creditReports)} (insufficient_scope)
  ✓ GET /apis/credit-reports/reports     403  from an address outside the list (address_not_allowed)
${whereToLook}`,
    });
  });

  test('takes any files, one after the other, and at any port names one for the next start', async () => {
    const files = ['events/samples/b2b-user-us.json', 'events/samples/b2b-onboarding-uk.json'];
    const environment = { SALLYPORT_PORT: '0' };
    expect(maskedRun(await run('scripts/demo.ts', files, { cwd: folder, environment }))).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `The twin is ready after N s at http://127.0.0.1:PORT

ServiceNow posts events/samples/b2b-user-us.json
  ✓ the signed webhook is answered 202

The workflow RITM0010003-b2b-user-DEV-1
${states('RequestIntake', 'ReportAccepted', 'ChooseFirstStep', 'OktaProfile', 'ReportProfileReady', 'ChooseAfterProfile', 'ReportDone', 'Done')}
  ✓ ticket RITM0010003 is in state 3 with 3 work notes

ServiceNow posts events/samples/b2b-onboarding-uk.json
  ✓ the signed webhook is answered 202

The workflow RITM0010002-b2b-onboarding-DEV-1
${states('RequestIntake', 'ReportAccepted', 'ChooseFirstStep')}
    the assignment group creates the account and closes its task
${states('AwaitEwacsAccount', 'ReportEwacsAccountConfirmed', 'ChooseAfterEwacsAccount', ...profileAndClient)}
  ✓ ticket RITM0010002 is in state 3 with 5 work notes

The hand-over: a link by mail, a code by ticket
  ✓ mail to Integrations@thistle.example: Your API credentials for ${fraudSignals.name} (DEV) are ready
  ✓ code in the comments of the ticket
  ✓ picked up once: client ID, scopes fraud-signals/read, and a secret nobody else has seen

The token and the call
  ✓ http://127.0.0.1:PORT/oauth2/token gave an access token for 900 seconds
  ✓ GET /apis/fraud-signals/signals      200  as the partner
  ✓ GET /apis/fraud-signals/signals      401  without a token (unauthorized)
  ✓ ${withheldFrom(fraudSignals)} (insufficient_scope)
  ✓ GET /apis/fraud-signals/signals      403  from an address outside the list (address_not_allowed)
${whereToLook.replace('SALLYPORT_DATA', 'SALLYPORT_PORT=3000 SALLYPORT_DATA')}`,
    });
  });

  test('names every fault of a refused request, and ends with 1', async () => {
    expect(await demo('events/samples/refused/missing-values.json')).toEqual({
      exitCode: 1,
      stdout:
        'The twin is ready after N s at http://127.0.0.1:PORT\n\nServiceNow posts events/samples/refused/missing-values.json\n',
      stderr: `✗ the webhook answered 422: The request breaks the rules listed in errors.
  /variables/company (required): A value is required. At most 100 characters. At least one visible character. One line without control characters, unassigned or private characters, bidirectional overrides, < and >.
  /variables/last_name (required): A value is required. At most 50 characters. At least one visible character. One line without control characters, unassigned or private characters, bidirectional overrides, < and >.
  /variables/email (required): A value is required. At most 100 characters. One e-mail address without a name: team@partner.example. A mailbox of the partner, not that of opened_by or requested_for.
  /variables/ip_addresses (required): At least one address or range.
  The twin's log: .sallyport/demo/twin.log
`,
    });
  });

  test('uses the empty folder that SALLYPORT_DATA names, and touches nothing in another one', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'sallyport-data-'));
    const named = (): Promise<Ran> =>
      run('scripts/demo.ts', ['events/samples/refused/missing-values.json'], {
        cwd: folder,
        environment: { SALLYPORT_DATA: elsewhere },
      });
    try {
      const first = await named();
      expect(first.stderr).toContain(`  The twin's log: ${elsewhere}/twin.log\n`);
      const files = await readdir(elsewhere);
      expect(files).toContain('twin.sqlite');
      expect(await named()).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `✗ the demo begins with an empty folder, and SALLYPORT_DATA names ${elsewhere}, which has files; delete them, name another folder, or leave SALLYPORT_DATA out\n`,
      });
      expect(await readdir(elsewhere)).toEqual(files);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  test('says why a request is rejected, and ends with 1', async () => {
    const { exitCode, stderr } = await demo('events/samples/api-client-us.json');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('✗ the workflow ended Rejected; the ticket says:');
    expect(stderr).toContain('日の出クレジット has no active profile with the user id hanako.yamada.');
  });

  test('names file, line, value and what is allowed in a broken catalogue, and starts nothing', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'sallyport-broken-'));
    try {
      await symlink(join(root, 'events'), join(elsewhere, 'events'));
      await writeFile(join(elsewhere, 'catalogue.yml'), '# A sample.\n\nregion: {}\n');
      const { exitCode, stdout, stderr } = await run('scripts/demo.ts', [], { cwd: elsewhere });
      const missing = (key: string): string =>
        `  catalogue.yml:1:1: /${key}: The key ${key} is missing. Allowed: A mapping of names to values.`;
      expect({ exitCode, stdout, lines: stderr.split('\n') }).toEqual({
        exitCode: 1,
        stdout: '',
        lines: [
          '✗ catalogue.yml is not a valid catalogue. Correct it, then check it with npm run catalogue:',
          ...['regions', 'brands', 'ratePlans', 'products'].map(missing),
          '  catalogue.yml:3:1: /region: There is no key region. Allowed: The keys here are: regions, prerequisite, brands, ratePlans, products. Did you mean regions?',
          '',
        ],
      });
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  test('ends with 1 where there is no such file', async () => {
    const { exitCode, stderr } = await demo('events/samples/nowhere.json');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('events/samples/nowhere.json') as string,
    });
  });
});

describe('X-13 npm run send', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await shareTestTwin();
  });
  afterAll(() => twin.stop());

  const send = async (...args: readonly string[]): Promise<Ran> => {
    const { exitCode, stdout, stderr } = await run('scripts/send.ts', args, {
      environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port },
    });
    return { exitCode, stdout: masked(stdout), stderr: masked(stderr) };
  };
  const arnOf = (onboardingId: string): string =>
    `arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:${onboardingId}`;
  const where = 'twin at http://127.0.0.1:PORT\n';
  const receipt = (status: number, onboardingId: string, state: string): string =>
    `${where}${status} ${JSON.stringify({ onboardingId, executionArn: arnOf(onboardingId), status: state })}`;

  test('posts a request and follows it; sent again, it is the same one', async () => {
    const followed = `${states('RequestIntake', 'ReportAccepted', 'ChooseFirstStep', ...profileAndClient)}\nSUCCEEDED\n`;
    const id = 'RITM0010001-b2b-onboarding-DEV-1';
    expect(await send('events/samples/b2b-onboarding-us.json')).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `${receipt(202, id, 'Running')}\n${followed}`,
    });
    expect(await send('events/samples/b2b-onboarding-us.json')).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `${receipt(200, id, 'Done')}\n${followed}`,
    });
    expect((await executions(twin.urls)).filter(({ name }) => name === id)).toHaveLength(1);
    expect(await ticketOf(twin.urls, 'RITM0010001')).toMatchObject({ state: '3' });
  });

  test("signs with the twin's time, wherever its clock was moved", async () => {
    const file = join(twin.dataFolder, 'in-another-month.json');
    await writeFile(file, JSON.stringify(requestFor('RITM0010009')));
    try {
      for (const offsetSeconds of [30 * 86_400, -86_400]) {
        const body = JSON.stringify({ offsetSeconds });
        await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'PUT', body });
        expect(await send(file)).toMatchObject({ exitCode: 0, stderr: '' });
      }
    } finally {
      await fetch(`${twin.urls.gateway}/_twin/clock`, { method: 'DELETE' });
    }
  });

  test('waits with the request for its task, which another send closes', async () => {
    const id = 'RITM0010002-b2b-onboarding-DEV-1';
    const following = send('events/samples/b2b-onboarding-uk.json');
    await awaitsEwacsAccount(twin.urls, await arrived(id));
    const number = await taskNumberOf(twin.urls, id);
    const closed = join(twin.dataFolder, 'sc-task-closed.json');
    await writeFile(
      closed,
      JSON.stringify({ ...sample('sc-task-closed.json'), sys_id: await taskIdOf(number), number }),
    );
    expect(await send(closed)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `${where}202 ${JSON.stringify({ number, status: 'closed' })}\n`,
    });
    expect(await following).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        receipt(202, id, 'Running'),
        states('RequestIntake', 'ReportAccepted', 'ChooseFirstStep'),
        `    waits for the EWACS account: task ${number} of ${assignmentGroupOf('UK')} has to be closed, with a file like events/samples/sc-task-closed.json; or leave with Ctrl-C`,
        states(
          'AwaitEwacsAccount',
          'ReportEwacsAccountConfirmed',
          'ChooseAfterEwacsAccount',
          ...profileAndClient,
        ),
        'SUCCEEDED\n',
      ].join('\n'),
    });
  });
  const taskIdOf = async (number: string): Promise<string> => (await ticketOf(twin.urls, number)).sys_id;
  const arrived = async (onboardingId: string): Promise<string> => {
    while (!(await executions(twin.urls)).some(({ name }) => name === onboardingId)) {
      await promisify(setTimeout)(20);
    }
    return arnOf(onboardingId);
  };

  test('tells of an onboarding that fails, and ends with 1', async () => {
    expect(await send('events/samples/api-client-uk.json')).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^✗ RITM0010006-api-client-DEV-1 did not succeed\. The ticket says:\n {2}This request could not be accepted, and nothing was set up:\n/u,
      ) as string,
      stdout: `${receipt(202, 'RITM0010006-api-client-DEV-1', 'Running')}\n  ✗ RequestIntake N s  1 failed attempt\n      Rejected: sallyport request-intake: no_active_profile\n  ✓ ReportRejected N s\n  ✗ Rejected N s\nFAILED Rejected\n`,
    });
  });

  test('says what is wrong, and ends with 1', async () => {
    const refused = (stderr: unknown, stdout = ''): Ran => ({
      exitCode: 1,
      stdout,
      stderr: stderr as string,
    });
    const usage = (message: string): Ran => ({
      exitCode: 2,
      stdout: '',
      stderr: `✗ ${message}\n  usage: npm run send -- FILE\n  More: npm run send -- --help\n`,
    });
    expect(
      await Promise.all([
        send('events/samples/refused/other-environment.json'),
        send('events/samples/refused/unknown-type.json'),
        send(),
        send('one.json', 'two.json'),
        send('nowhere.json'),
        run('scripts/send.ts', ['events/samples/b2b-user-us.json'], { environment: { SALLYPORT_PORT: '9' } }),
      ]),
    ).toEqual([
      refused(
        '✗ the webhook answered 422: The request breaks the rules listed in errors.\n  /variables/environment (other_environment): DEV, the one this deployment serves.\n',
        where,
      ),
      refused(
        '✗ the webhook answered 400: The type is none of sc_req_item.submitted and sc_task.closed.\n',
        where,
      ),
      usage('FILE is missing.'),
      usage('There is one argument too many: two.json.'),
      refused(expect.stringContaining('nowhere.json')),
      refused('✗ no twin answers at http://127.0.0.1:9; start one with: npm start\n'),
    ]);
  });

  test('on a terminal shows a list that renews itself', async () => {
    const request = requestFor('RITM0010090', { ewacs_account_created: 'false' });
    const file = join(twin.dataFolder, 'request.json');
    await writeFile(file, JSON.stringify(request));
    const command = `'${process.execPath}' scripts/send.ts '${file}'`;
    const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: root,
      env: { ...process.env, SALLYPORT_PORT: new URL(twin.urls.gateway).port },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    const ended = once(terminal, 'close');
    // The demo has shown the wait at least twice.
    while (shown.split('AwaitEwacsAccount').length < 3) await promisify(setTimeout)(20);
    const number = await taskNumberOf(twin.urls, 'RITM0010090-b2b-onboarding-DEV-1');
    await postWebhook(
      twin.urls.gateway,
      JSON.stringify({
        type: 'sc_task.closed',
        sys_id: await taskIdOf(number),
        number,
        request_item: 'RITM0010090',
        state: '3',
        variables: {},
      }),
    );
    expect(await ended).toEqual([0, null]);
    expect(shown).toMatch(/\u001b\[\d+A\u001b\[J/u);
    const last = masked((shown.split(/\u001b\[\d+A/u).at(-1) ?? '').replaceAll('\r', ''));
    expect(last).toBe(
      `${states('RequestIntake', 'ReportAccepted', 'ChooseFirstStep', 'AwaitEwacsAccount', 'ReportEwacsAccountConfirmed', 'ChooseAfterEwacsAccount', ...profileAndClient)}\nSUCCEEDED\n`,
    );
  });
});
