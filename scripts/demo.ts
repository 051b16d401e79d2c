import { readdirSync, rmSync } from 'node:fs';
import { styleText } from 'node:util';
import { makeDataFolder } from '../local/data-folder.ts';
import { messageOf, readGivenFile, runCommand } from '../local/command-line.ts';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import type { Catalogue } from '../core/catalogue/catalogue.ts';
import type { Route } from '../core/catalogue/route.ts';
import { call, codeIn, inbox, linkIn, pickUp, requestToken, ticketsOf } from '../clients/partner.ts';
import { followExecution } from './progress.ts';
import { startTwinProcess, type TwinUrls } from '../clients/twin-process.ts';
import { twinTarget } from '../clients/operator.ts';
import { describeRefusal, postWebhook } from '../clients/webhook.ts';

const usualFolder = '.sallyport/demo';
/** From the environment alone: what `.env` says is meant for `npm start`. */
const { SALLYPORT_DATA: namedFolder = '' } = process.env;
const dataFolder = namedFolder === '' ? usualFolder : namedFolder;
const done = new Set<string>();
const progress = { isStarted: false };

const heading = (text: string): void => console.log(`\n${styleText('bold', text)}`);
const good = (text: string): void => console.log(`  ${styleText('green', '✓')} ${text}`);

/** A request to post, and the file that it is from. */
interface Request {
  readonly file: string;
  readonly body: string;
}

interface Submitted {
  readonly number: string;
  readonly cat_item: string;
  readonly variables: Readonly<Record<string, string>>;
}

async function demonstrate(urls: TwinUrls, catalogue: Catalogue, { file, body }: Request): Promise<void> {
  heading(`ServiceNow posts ${file}`);
  const answer = await postWebhook(urls.gateway, body);
  if (answer.status >= 400) throw new Error(describeRefusal(answer));
  good(`the signed webhook is answered ${answer.status}`);
  const { onboardingId, executionArn } = answer.body;
  if (typeof onboardingId !== 'string' || typeof executionArn !== 'string') {
    throw new Error(`${file} starts no onboarding: the demo needs the request of a ticket`);
  }

  heading(`The workflow ${onboardingId}`);
  const { number, cat_item: kind, variables } = JSON.parse(body) as Submitted;
  const end = await followExecution(twinTarget(urls).client, executionArn, async (state) => {
    if (state !== 'AwaitEwacsAccount') return undefined;
    await closeEwacsTask(urls, number);
    return 'the assignment group creates the account and closes its task';
  });
  const ticket = (await ticketsOf(urls)).find((each) => each.number === number);
  if (end.status !== 'SUCCEEDED') {
    throw new Error(
      `the workflow ended ${end.error ?? end.status}; the ticket says:\n  ${ticket?.comments.at(-1)?.text ?? 'nothing'}`,
    );
  }
  good(
    `ticket ${number} is in state ${ticket?.state ?? '?'} with ${ticket?.work_notes.length ?? 0} work notes`,
  );
  if (kind === 'b2b-user') return;

  heading('The hand-over: a link by mail, a code by ticket');
  const posted = linkIn(await inbox(urls), onboardingId);
  const code = codeIn(ticket);
  if (posted === undefined || code === undefined) throw new Error('the mail or the code did not arrive');
  good(`mail to ${posted.mail.to}: ${posted.mail.subject}`);
  good('code in the comments of the ticket');
  const credentials = await pickUp(posted.link, code);
  good(
    `picked up once: client ${credentials.client_id}, scopes ${credentials.scopes.join(' ')}, and a secret nobody else has seen`,
  );

  heading('The token and the call');
  const { accessToken, expiresIn } = await requestToken(credentials);
  good(`${credentials.token_url} gave an access token for ${expiresIn} seconds`);
  await callAround(urls, catalogue, {
    product: variables['ewacs_product_name'] ?? '',
    scopes: credentials.scopes,
    addresses: variables['ip_addresses'] ?? '',
    accessToken,
  });
}

/** Closes the task, as the assignment group does once the account exists. */
async function closeEwacsTask(urls: TwinUrls, requestItem: string): Promise<void> {
  const task = (await ticketsOf(urls)).find((each) => each.table === 'sc_task' && !done.has(each.number));
  if (task === undefined) return;
  const answer = await postWebhook(
    urls.gateway,
    JSON.stringify({
      type: 'sc_task.closed',
      sys_id: task.sys_id,
      number: task.number,
      request_item: requestItem,
      state: '3',
      variables: { ewacs_user_id: 'EW-100001' },
    }),
  );
  // The number of the task is recorded a moment after the task appears, so the first attempt may come too
  // early.
  if (answer.status === 404) return;
  done.add(task.number);
}

/**
 * Returns where to look next. With SALLYPORT_PORT=0 the next twin would answer at another port, so the command
 * names one.
 */
function whereToLook(): string {
  const { SALLYPORT_PORT: named = '3000' } = process.env;
  const isAnyPort = Number(named) === 0;
  const port = isAnyPort ? '3000' : named;
  return `  ${isAnyPort ? `SALLYPORT_PORT=${port} ` : ''}SALLYPORT_DATA=${dataFolder} npm start       this twin again, with everything that just happened
  curl http://127.0.0.1:${port}/_twin/inbox         the mails
  curl http://127.0.0.1:${port}/_twin/tickets       the ticket and its journal
  README.md, "A tour of the twin"                the execution, the token, the call`;
}

/**
 * Begins with an empty folder. The demo's own one is deleted; in another one, somebody may keep something.
 * @throws {Error} if another folder has files
 * @throws {DataFolderUnusable} {@link makeDataFolder}
 */
function emptyFolder(): void {
  if (dataFolder === usualFolder) rmSync(dataFolder, { recursive: true, force: true });
  makeDataFolder(dataFolder);
  if (readdirSync(dataFolder).length > 0) {
    throw new Error(
      `the demo begins with an empty folder, and SALLYPORT_DATA names ${dataFolder}, which has files; delete them, name another folder, or leave SALLYPORT_DATA out`,
    );
  }
}

/** Makes the call as it should be, and then with each error that the authorizer checks. */
async function callAround(
  urls: TwinUrls,
  catalogue: Catalogue,
  partner: {
    readonly product: string;
    readonly scopes: readonly string[];
    readonly addresses: string;
    readonly accessToken: string;
  },
): Promise<void> {
  const routes = Object.values(catalogue.products).flatMap((product) =>
    product.routes.map((route) => ({
      ...route,
      path: `/apis/${product.id}${route.path.replaceAll(/\{\w+\}/gu, '1')}`,
    })),
  );
  const granted = routes.find(({ method, scope }) => method === 'GET' && partner.scopes.includes(scope));
  const withheld =
    routes.find(
      ({ path, scope }) => !partner.scopes.includes(scope) && path.startsWith(`/apis/${partner.product}/`),
    ) ?? routes.find(({ scope }) => !partner.scopes.includes(scope));
  if (granted === undefined || withheld === undefined) throw new Error('the catalogue has no route to show');
  const inside = partner.addresses.split(/[\s,]+/u)[0]?.replace(/\/\d+$/u, '') ?? '';

  await expectCall('as the partner', granted, 200, () => call(urls, granted, inside, partner.accessToken));
  await expectCall('without a token', granted, 401, () => call(urls, granted, inside));
  await expectCall(`without the scope ${withheld.scope}`, withheld, 403, () =>
    call(urls, withheld, inside, partner.accessToken),
  );
  await expectCall('from an address outside the list', granted, 403, () =>
    call(urls, granted, '192.0.2.250', partner.accessToken),
  );
}

async function expectCall(
  how: string,
  { method, path }: Pick<Route, 'method' | 'path'>,
  expected: number,
  send: () => ReturnType<typeof call>,
): Promise<void> {
  const { status, code } = await send();
  if (status !== expected) {
    throw new Error(
      `${method} ${path} ${how}: expected ${expected}, got ${status}${code === undefined ? '' : ` ${code}`}`,
    );
  }
  good(`${`${method} ${path}`.padEnd(36)} ${status}  ${how}${code === undefined ? '' : ` (${code})`}`);
}

/** `npm run demo [-- FILE…]` */
await runCommand(
  {
    name: 'demo',
    about:
      'Shows all of Sallyport on this machine with real input. It starts a twin of its own, posts each FILE as a\n' +
      'signed ServiceNow request, and goes on to calls that are answered and calls that are refused.\n' +
      'Without a FILE, it takes events/samples/b2b-onboarding-us.json.\n' +
      `The twin's data is in ${usualFolder}, which is emptied first, or in the empty folder that SALLYPORT_DATA names.`,
    operands: ['[FILE…]'],
  },
  async ({ operands }) => {
    const files = operands.length > 0 ? operands : ['events/samples/b2b-onboarding-us.json'];
    const { catalogue } = readCatalogueSource('catalogue.yml');
    const requests = files.map((file) => ({ file, body: readGivenFile(file) }));
    emptyFolder();
    const startedAt = performance.now();
    progress.isStarted = true;
    const twin = await startTwinProcess(dataFolder, {
      SALLYPORT_PORT: process.env['SALLYPORT_PORT'] ?? '0',
    });
    try {
      console.log(
        `The twin is ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s at ${twin.urls.gateway}`,
      );
      for (const request of requests) await demonstrate(twin.urls, catalogue, request);
    } finally {
      await twin.stop();
    }
    heading('Where to look next');
    console.log(whereToLook());
    return 0;
  },
  (error) =>
    progress.isStarted ? `${messageOf(error)}\n  The twin's log: ${dataFolder}/twin.log` : messageOf(error),
);
