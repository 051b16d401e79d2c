import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { pickUp } from '../../clients/partner.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { type FencedBlock, fencedBlocks } from './fenced-blocks.ts';
import { typed } from './guide-pages.ts';
import { onboard } from './onboarded.ts';
import { requestFor } from './requests.ts';
import { openTerminal } from './terminal.ts';
import { openRecords, type Records } from './third-party.ts';

let twin: TestTwin;
let records: Records;
let folder: string;
beforeAll(async () => {
  [twin, folder] = await Promise.all([shareTestTwin(), mkdtemp(join(tmpdir(), 'sallyport-session-'))]);
  records = openRecords(twin.urls);
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
});
afterAll(async () => {
  await Promise.all([twin.stop(), rm(folder, { recursive: true })]);
});

async function blocksUnder(
  heading: string,
  guide: string,
): Promise<readonly [FencedBlock, ...FencedBlock[]]> {
  const text = await readFile(new URL(`../../docs/guides/${guide}.md`, import.meta.url), 'utf8');
  const [first, ...others] = fencedBlocks(text).filter((block) => block.heading === heading);
  if (first === undefined) throw new Error(`${guide}.md has nothing to paste under ${heading}`);
  return [first, ...others];
}

test('JWT-4 what docs/guides/session.md says to paste works, and prints what it shows', async () => {
  const { link, code } = await onboard(twin.urls, requestFor('RITM0062001', { user_id: 'guide.reader' }));
  const { client_id: clientId } = await pickUp(link, code);
  const API = twin.urls.gateway;
  const ISSUER = 'https://sessions.acme.example';
  const terminal = openTerminal({
    API,
    ISSUER,
    USERNAME: 'guide.reader',
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  });
  const paste = async (block: FencedBlock): Promise<string> => (await terminal.type(typed(block))).stdout;
  try {
    await terminal.type(`cd '${folder}'`);
    const [makeKey] = await blocksUnder('The third party signs', 'jwt-bearer');
    await paste(makeKey);
    const { keys } = await createKeyReader({
      clock,
      readJson: () => Promise.reject(new Error('nothing is fetched')),
    })({ kind: 'pem', text: await readFile(join(folder, 'issuer-cert.pem'), 'utf8'), kid: 'acme-signing' });
    await records.register(clientId, 'guide.reader', { issuer: ISSUER, audiences: [API], keys });

    const [program] = await blocksUnder('The link', 'session');
    await paste(program);
    const [commands, expected] = await blocksUnder('Try it', 'session');
    expect(await paste(commands)).toBe(`${expected?.text.replaceAll('http://127.0.0.1:3000', API) ?? ''}\n`);
  } finally {
    terminal.close();
  }
});
