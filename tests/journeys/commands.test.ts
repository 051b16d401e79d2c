import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { postWebhook } from '../../clients/webhook.ts';
import { type Ran, run } from '../support/commands.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { eventually } from '../support/eventually.ts';
import { ended, tableItems } from './records.ts';
import { requestFor } from './requests.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-commands-'));
let twin: TestTwin;
/** What `npm run show` says of a twin on which nothing has happened, in an environment that names a Region. */
let shownAtFirst: Ran;
/** What came of command lines that only print a help text or a refusal. */
let outcomes: ReadonlyMap<string, Ran>;
beforeAll(async () => {
  outcomes = await runInOneProcess([
    ...commands.flatMap(([, module]) => [
      [module, '--help'],
      [module, '--unknown'],
    ]),
    ...commandsForOneOnboarding.map((name) => [`scripts/${name}.ts`, '']),
    ['scripts/show.ts', '--watch'],
  ]);
  twin = await startTestTwin();
  const environment = { SALLYPORT_PORT: new URL(twin.urls.gateway).port, AWS_REGION: 'eu-west-1' };
  shownAtFirst = await run('scripts/show.ts', [], { environment });
  // It is rejected only as long as nobody has set up a profile for its user.
  await onTwin('scripts/send.ts', 'events/samples/api-client-us.json');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await twin.stop();
});

/** The name and the module of every command that is written in this repository. */
const commands = Object.entries(packageJson.scripts).flatMap(([name, line]) => {
  const module = /^node .*?([\w/-]+\.ts)$/u.exec(line)?.[1];
  return module === undefined ? [] : [[name, module] as const];
});
const commandsForOneOnboarding = ['redrive', 'relink', 'reconcile', 'rollback'];
/** Returns what came of each of these command lines, by the line itself. */
async function runInOneProcess(
  commandLines: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, Ran>> {
  const { stdout, stderr } = await run('tests/journeys/commands-in-one-process.ts', [
    JSON.stringify(commandLines),
  ]);
  expect(stderr).toBe('');
  return new Map(JSON.parse(stdout) as readonly (readonly [string, Ran])[]);
}
const onTwin = (module: string, ...args: readonly string[]): Promise<Ran> =>
  run(module, args, { environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port } });

describe('X-13 every command', () => {
  test('is among those that are tested here', () => {
    expect(commands.map(([name]) => name)).toEqual(
      expect.arrayContaining(['start', 'demo', 'send', 'show', 'catalogue', 'redrive', 'bench', 'retries']),
    );
  });

  test.each(commands)('%s says how it is used', (name, module) => {
    const help = outcomes.get(`${module} --help`);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help?.stdout).toMatch(
      new RegExp(`^usage: npm (?:run )?${name}\\b.*\\n\\n[A-Z][^]+\\.\\n\\nOptions:\\n`, 'u'),
    );
  });

  test.each(commands)('%s refuses an unknown option by its name, and names the known ones', (_, module) => {
    const refusal = outcomes.get(`${module} --unknown`);
    expect(refusal).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refusal?.stderr).toMatch(
      /^✗ There is no option --unknown\. The options are: (?:--[\w-]+, )*--help\.\n/u,
    );
    expect(refusal?.stderr).not.toMatch(/^ +at /mu);
  });
});

test('X-4 a command acts on AWS only with --aws, whatever the environment says', async () => {
  expect(shownAtFirst).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`twin at ${twin.urls.gateway}\n`) as string,
  });
  const asked = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'twin',
    AWS_SECRET_ACCESS_KEY: 'twin',
    AWS_ENDPOINT_URL: twin.urls.aws,
  };
  expect(await run('scripts/show.ts', ['--aws'], { environment: asked })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(
      'AWS account 000000000000, Region eu-west-1, stack sallyport-dev',
    ) as string,
  });
});

describe('X-4 npm run show', () => {
  /** Waits until the table has one of these statuses for the onboarding. */
  const recorded = (onboardingId: string, ...statuses: readonly string[]): Promise<true> =>
    eventually(async () => {
      const items = await tableItems(twin.urls);
      const record = items.find(({ pk, sk }) => pk === `ONBOARDING#${onboardingId}` && sk === 'ONBOARDING');
      return statuses.includes(String(record?.['status'])) || undefined;
    });
  const id = 'RITM0010005-api-client-DEV-1';

  test('tells what is there, what happened, and what to do next', async () => {
    expect(shownAtFirst.stdout).toContain('There is no onboarding yet.');
    await onTwin('scripts/send.ts', 'events/samples/b2b-onboarding-us.json');

    const { stdout: all } = await onTwin('scripts/show.ts');
    expect(all).toContain('Nothing needs attention.');
    expect(all).toMatch(
      /RITM0010001-b2b-onboarding-DEV-1 {2}Done, Acme Credit Ltd, credit-reports, \d+ s ago/u,
    );

    const { stdout: rejected } = await onTwin('scripts/show.ts', 'RITM0010005');
    expect(rejected).toContain(`${id}: Rejected\n`);
    expect(rejected).toContain('has no active profile with the user id hanako.yamada.');
    expect(rejected).toContain(`npm run redrive -- ${id} (docs/runbooks/rejected.md)\n`);

    const { stdout: done } = await onTwin('scripts/show.ts', 'RITM0010001-b2b-onboarding-DEV-1', '--watch');
    expect(done).toContain('✓ okta-profile         applied\n');
    expect(done).toMatch(/There now:\n {2}cognito-client: app client \w+\n/u);
  });

  test('knows the tickets of every desk, also those whose numbers have hyphens', async () => {
    const sample: object = JSON.parse(
      readFileSync('events/samples/b2b-onboarding-us.json', 'utf8'),
    ) as object;
    const file = join(folder, 'other-desk.json');
    writeFileSync(file, JSON.stringify({ ...sample, number: 'ABC-123', sys_id: 'abc123'.padEnd(32, '0') }));
    expect(await onTwin('scripts/send.ts', file)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/✓ ReportDone .*\n {2}✓ Done /u) as string,
    });
    for (const name of ['ABC-123', 'ABC-123-b2b-onboarding-DEV-1']) {
      expect((await onTwin('scripts/show.ts', name)).stdout).toContain(
        'ABC-123-b2b-onboarding-DEV-1: Done\n',
      );
    }
  });

  test('puts first what needs attention, and redrive knows the way on', async () => {
    const other = await postWebhook(
      twin.urls.gateway,
      JSON.stringify(requestFor('RITM0093002', {}, { cat_item: 'b2b-user' })),
    );
    await ended(twin.urls, String(other.body['executionArn']));
    const stopped = 'RITM0093001-b2b-user-DEV-1';
    const file = join(folder, 'stopped.json');
    writeFileSync(file, JSON.stringify(requestFor('RITM0093001', {}, { cat_item: 'b2b-user' })));
    const setFaults = (method: string, body?: string): Promise<Response> =>
      fetch(`${twin.urls.gateway}/_twin/faults`, { method, ...(body !== undefined && { body }) });
    await setFaults(
      'PUT',
      JSON.stringify([{ service: 'lambda', operation: 'okta-profile', mode: 'hang', times: 9 }]),
    );
    const sent = onTwin('scripts/send.ts', file);
    const client = new SFNClient({
      endpoint: twin.urls.aws,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
    });
    const executionArn = `arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:${stopped}`;
    await recorded(stopped, 'Running');
    expect((await onTwin('scripts/show.ts')).stdout).toContain(`${stopped}  Running`);
    expect(await onTwin('scripts/redrive.ts', stopped)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`${stopped} is still running: there is nothing to do\n`) as string,
    });
    await client.send(new StopExecutionCommand({ executionArn }));
    client.destroy();
    expect(await sent).toMatchObject({ exitCode: 1 });
    await setFaults('DELETE');
    await recorded(stopped, 'Stopped');
    expect((await onTwin('scripts/show.ts')).stdout).toMatch(
      /\nNeeds attention\n[^]*! RITM0093001-b2b-user-DEV-1 {2}Stopped[^]+Next: Go on: npm run redrive -- RITM0093001-b2b-user-DEV-1; [^]+\nLatest\n/u,
    );
    const { exitCode, stdout } = await onTwin('scripts/redrive.ts', stopped);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${stopped} was ABORTED: Step Functions redrives its execution\n`);
    expect(stdout).toMatch(/\nSUCCEEDED\n$/u);
    const { stdout: done } = await onTwin('scripts/show.ts', stopped);
    expect(done).not.toContain('Why:');
    expect(done).toMatch(/What this means:\n {2}Everything is set up\.\n$/u);
  });

  test('finds a request that was rolled back by a fault of ours, until it has a new attempt', async () => {
    const first = 'RITM0010009-b2b-onboarding-DEV-1';
    const file = join(folder, 'rolled-back.json');
    writeFileSync(file, JSON.stringify(requestFor('RITM0010009')));
    const fault = {
      service: 'lambda',
      operation: 'gateway-mapping',
      mode: 'import-error',
      during: { event: { onboardingId: first } },
    };
    await fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'PUT', body: JSON.stringify([fault]) });
    const sent = onTwin('scripts/send.ts', file);
    await recorded(first, 'Running', 'RolledBack');
    const { exitCode, stdout: story } = await onTwin('scripts/show.ts', 'RITM0010009', '--watch');
    expect({ exitCode, sent: (await sent).exitCode }).toEqual({ exitCode: 0, sent: 1 });
    const next = `Fix the cause (docs/runbooks/defect.md), then start a new attempt: npm run redrive -- ${first}\n`;
    expect(story.split(`${first}: RolledBack\n`).at(-1)).toContain(`Next:\n  ${next}`);
    expect(story).toContain('Why:\n  A fault on our side: Runtime.ImportModuleError\n');
    expect((await onTwin('scripts/show.ts')).stdout).toMatch(
      new RegExp(`\nNeeds attention\n[^]*  ! ${first}  RolledBack, [^]*      Next: Fix the cause `, 'u'),
    );

    const { stdout: redriven } = await onTwin('scripts/redrive.ts', 'RITM0010009');
    expect(redriven).toMatch(/\nRITM0010009-b2b-onboarding-DEV-2 is a new attempt\n[^]*SUCCEEDED\n$/u);
    expect(await onTwin('scripts/redrive.ts', first)).toEqual({
      exitCode: 1,
      stdout: `twin at ${twin.urls.gateway}\n`,
      stderr: '✗ sallyport Redrive: a later attempt has begun: RITM0010009-b2b-onboarding-DEV-2\n',
    });
    expect((await onTwin('scripts/show.ts')).stdout).not.toContain(`! ${first}`);
    expect((await onTwin('scripts/show.ts', first)).stdout).toContain(
      'Next:\n  npm run show -- RITM0010009-b2b-onboarding-DEV-2\n',
    );
    expect((await onTwin('scripts/relink.ts', 'RITM0010009')).stdout).toContain('link 2 is on its way');
  });

  test.each(commandsForOneOnboarding)('%s says what it cannot find', async (name) => {
    expect(await onTwin(`scripts/${name}.ts`, 'RITM0099999')).toEqual({
      exitCode: 1,
      stdout: `twin at ${twin.urls.gateway}\n`,
      stderr: '✗ There is no ticket RITM0099999.\n',
    });
    expect(outcomes.get(`scripts/${name}.ts `)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^✗ ONBOARDING is empty\.\n/u) as string,
    });
  });

  test('asks for the Region that --aws needs', async () => {
    const environment = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', HOME: folder };
    expect(await run('scripts/show.ts', ['--aws'], { environment })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        '✗ RegionMissing: No Region is set.\n    Set AWS_REGION, or the region of the profile that AWS_PROFILE names.\n',
    });
  });

  test('says that nobody knows a name', async () => {
    expect(await onTwin('scripts/show.ts', 'RITM0099999')).toMatchObject({
      exitCode: 1,
      stderr: '✗ There is no ticket RITM0099999. List what there is: npm run show\n',
    });
    expect(outcomes.get('scripts/show.ts --watch')).toMatchObject({ exitCode: 2 });
  });
});

describe('X-13 npm run catalogue', () => {
  const check = (text: string): Promise<Ran> => {
    const file = join(folder, 'catalogue.yml');
    writeFileSync(file, text);
    return run('scripts/catalogue.ts', ['catalogue.yml'], { cwd: folder });
  };
  const sound = `regions:
  UK:
    assignmentGroup: Access
brands:
  acme:
    name: Acme
    from: access@acme.example
    accent: '#1f5fbf'
    support: Write to help@acme.example.
ratePlans:
  standard: { rate: 1, burst: 2, quota: { limit: 3, period: DAY } }
products:
  reports:
    name: Reports
    brand: acme
    group: Partners
    upstreams: { DEV: https://dev.acme.example, UAT: https://uat.acme.example, PROD: https://acme.example }
    privateRanges: false
    scopes: { reports/read: Read }
    routes: [{ method: GET, path: /reports, scope: reports/read }]
    defaultTerms: { scopes: [reports/read], ratePlan: standard }
`;

  test('finds nothing wrong with the one that is here', async () => {
    expect(await run('scripts/catalogue.ts', [])).toEqual({
      exitCode: 0,
      stdout: '✓ catalogue.yml is valid\n',
      stderr: '',
    });
  });

  test('says where an error is, what is there and what is allowed', async () => {
    expect(await check(sound)).toMatchObject({ exitCode: 0 });
    expect(await check(sound.replace("accent: '#1f5fbf'", 'accent: #1f5fbf'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        "✗ catalogue.yml:8:5: /brands/acme/accent: It is null. Allowed: A colour: #1f5fbf. YAML takes # for the beginning of a comment: quote it, '#1f5fbf'.\n",
    });
    expect((await check(sound.replace('brand: acme', 'brand: nobody'))).stderr).toMatch(
      /^✗ catalogue\.yml:15:5: \/products\/reports\/brand: It is "nobody"\. Allowed: One of the brands: acme\.\n$/u,
    );
    expect((await check('a: [1\nb: 2\n')).stderr).toMatch(/^✗ catalogue\.yml:2:1: Flow sequence/u);
  });
});

describe.each(['local/main.ts', 'scripts/demo.ts'])('X-13 %s refuses a data folder', (script) => {
  test.each([
    ['that is a file', 'file'],
    ['that is below a file', 'file/below'],
  ])('%s, in a sentence with its path and the remedy', async (_, name) => {
    const dataFolder = mkdtempSync(join(folder, 'named-'));
    writeFileSync(join(dataFolder, 'file'), 'x');
    const named = join(dataFolder, name);
    const environment = { SALLYPORT_PORT: '0', SALLYPORT_DATA: named };
    expect(await run(script, [], { environment })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `✗ the data folder ${named} cannot be used: it is a file, or below one; set SALLYPORT_DATA to the path of a folder\n`,
    });
    expect(readFileSync(join(dataFolder, 'file'), 'utf8')).toBe('x');
  });
});

describe('X-13 npm start refuses a data folder', () => {
  const start = (dataFolder: string): Promise<Ran> =>
    run('local/main.ts', [], { environment: { SALLYPORT_PORT: '0', SALLYPORT_DATA: dataFolder } });

  test.each([
    ['that is a file', ''],
    ['whose lock is damaged', 'lock.sqlite'],
    ['whose store is damaged', 'twin.sqlite'],
  ])('%s, with its path and a remedy', async (_, name) => {
    const dataFolder = mkdtempSync(join(folder, 'data-'));
    const damaged = name === '' ? join(dataFolder, 'file') : dataFolder;
    writeFileSync(
      name === '' ? damaged : join(dataFolder, name),
      'no database, but more than a hundred bytes'.repeat(9),
    );
    const { exitCode, stderr } = await start(damaged);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`the data folder ${damaged} cannot be used: `);
    // Nobody is told to delete a file that they may have named by mistake.
    const remedy = name === '' ? 'set SALLYPORT_DATA to the path of a folder' : 'delete it to start afresh';
    expect(stderr).toContain(remedy);
    expect(stderr.includes('delete')).toBe(name !== '');
    expect(stderr).not.toMatch(/^ +at /mu);
  });
});
