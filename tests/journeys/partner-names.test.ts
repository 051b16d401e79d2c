import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { invalid, moment, nothingProposed, operatorOf, roleNeeded, stale, wrongStatus } from './operator.ts';
import { problem, type WholeAnswer } from './whole-answer.ts';

type Known = Awaited<ReturnType<typeof operatorOf>>;

let twin: TestTwin;
/** An operator and two approvers. */
let ada: Known;
let grace: Known;
let mary: Known;

beforeAll(async () => {
  twin = await shareTestTwin();
  const { gateway } = twin.urls;
  ada = await operatorOf(gateway, 'operator', 'ada');
  grace = await operatorOf(gateway, 'approver', 'grace');
  mary = await operatorOf(gateway, 'approver', 'mary');
}, 60_000);
afterEach(() => fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'DELETE' }));
afterAll(() => twin.stop());

const bodyOf = ({ body }: WholeAnswer) => body as Readonly<Record<string, unknown>>;
const etagOf = ({ headers }: WholeAnswer): string => headers['etag'] ?? '';
const move = (who: Known, path: string, ifMatch: string, to = 'active') =>
  who(`POST ${path}/transitions`, { ifMatch, body: { to, why: 'checked in the register' } });
const put = (who: Known, path: string, ifMatch: string, body: object) =>
  who(`PUT ${path}`, { ifMatch, body: { why: 'the name on their invoices', ...body } });

interface Drafted {
  readonly partnerId: string;
  readonly path: string;
}
async function draft(name: string): Promise<Drafted> {
  const { body } = await ada('POST /operator/partners', { body: { name, why: 'signed' } });
  const { partnerId } = z.object({ partnerId: z.uuid() }).parse(body);
  return { partnerId, path: `/operator/partners/${partnerId}` };
}
async function activePartner(name: string): Promise<Drafted> {
  const drafted = await draft(name);
  expect((await move(grace, drafted.path, '"1"')).status).toBe(200);
  return drafted;
}
async function idsOf(name: string): Promise<readonly unknown[]> {
  const found = await ada(`GET /operator/partners?name=${encodeURIComponent(name)}`);
  return z
    .object({ items: z.array(z.object({ partnerId: z.string() })) })
    .parse(found.body)
    .items.map(({ partnerId }) => partnerId);
}
async function proposalEvents(): Promise<readonly unknown[]> {
  const events = (await (await fetch(`${twin.urls.gateway}/_twin/events`)).json()) as readonly {
    readonly detailType: string;
    readonly detail: { readonly about?: string };
  }[];
  return events.flatMap(({ detailType, detail }) =>
    detail.about === 'names_proposed' ? [{ detailType, ...detail }] : [],
  );
}

describe('OAU-1 the names of a partner', () => {
  // Threat T-105
  test('grow by what one person proposes and another approves, and the operators are told', async () => {
    const { partnerId, path } = await activePartner('Mooring Ltd');
    const answer = await put(ada, path, '"2"', { name: 'Mooring Ltd', otherNames: ['Mooring Data'] });
    expect(bodyOf(answer)).toEqual({
      partnerId,
      name: 'Mooring Ltd',
      status: 'active',
      version: 3,
      proposed: { otherNames: ['Mooring Data'] },
      operatorsTold: true,
      changes: [
        expect.anything(),
        expect.anything(),
        {
          at: moment,
          by: ada.mailbox,
          subject: ada.subject,
          why: 'the name on their invoices',
          proposal: 'made',
          addedNames: ['Mooring Data'],
        },
      ],
    });
    expect((await proposalEvents()).at(-1)).toEqual({
      detailType: 'Trust Needs Operator',
      about: 'names_proposed',
      partnerId,
      names: ['Mooring Data'],
      by: ada.mailbox,
    });
    expect(await idsOf('Mooring Data')).toEqual([]);
    expect(await move(ada, path, '"3"')).toEqual(roleNeeded('approver'));

    // What was read is sent back as it was, and nothing changes.
    const read = await ada(`GET ${path}`);
    const again = await put(ada, path, etagOf(read), bodyOf(read));
    expect([etagOf(again), bodyOf(again)]).toEqual(['"3"', bodyOf(read)]);

    const approved = bodyOf(await move(grace, path, '"3"'));
    expect(approved).toMatchObject({ name: 'Mooring Ltd', otherNames: ['Mooring Data'], version: 4 });
    expect(approved).not.toHaveProperty('proposed');
    expect(await idsOf('MOORING data')).toEqual([partnerId]);
    expect(await move(mary, path, '"3"')).toEqual(stale);
    expect(await move(mary, path, '"4"')).toEqual(wrongStatus('active', ['suspended', 'ended']));
  });

  test('that are proposed are withdrawn by one person, and wait even if nobody can be told', async () => {
    const { path } = await activePartner('Anchor Ltd');
    await fetch(`${twin.urls.gateway}/_twin/faults`, {
      method: 'PUT',
      body: JSON.stringify([
        { service: 'eventbridge', operation: 'PutEvents', mode: 'fail-before', times: 10 },
      ]),
    });
    const proposed = await put(ada, path, '"2"', { name: 'Anchor Insights' });
    expect(bodyOf(proposed)).toMatchObject({
      name: 'Anchor Ltd',
      proposed: { name: 'Anchor Insights' },
      operatorsTold: false,
    });
    const withdrawn = await ada(`DELETE ${path}/proposal?why=a%20mistake`, { ifMatch: '"3"' });
    expect(bodyOf(withdrawn)).not.toHaveProperty('proposed');
    expect(await ada(`DELETE ${path}/proposal?why=a%20mistake`, { ifMatch: '"4"' })).toEqual(nothingProposed);
    expect(await idsOf('Anchor Insights')).toEqual([]);
  });

  test('belong to nobody else: a taken one is refused with the id of the partner that has it', async () => {
    const { partnerId } = await draft('Harbour Ltd');
    const other = await activePartner('Quay Ltd');
    const taken = (name: string) =>
      problem(409, 'name_taken', 'Another partner has, or had, this name.', { partnerId, name });
    for (const body of [
      { name: 'HARBOUR ltd' },
      { name: 'Quay Ltd', otherNames: ['Quay Data', 'Harbour  Ltd'] },
    ]) {
      expect(await put(ada, other.path, '"2"', body)).toEqual(taken(body.otherNames?.[1] ?? body.name));
    }
    await put(ada, other.path, '"2"', { name: 'Quay Ltd', otherNames: ['Pier'] });
    await ada('POST /operator/partners', { body: { name: 'Pier', why: 'signed' } });
    const [pier] = await idsOf('Pier');
    expect(await move(grace, other.path, '"3"')).toEqual(
      problem(409, 'name_taken', 'Another partner has, or had, this name.', {
        partnerId: pier,
        name: 'Pier',
      }),
    );
  });

  test('shrink only while the partner is not suspended, and never by a former name', async () => {
    const { partnerId, path } = await activePartner('Berth Ltd');
    await put(ada, path, '"2"', { name: 'Berth Group', otherNames: ['Berth Data', 'Berth Facts'] });
    await move(grace, path, '"3"');
    expect(await put(ada, path, '"4"', { name: 'Berth Group', otherNames: [] })).toEqual(
      roleNeeded('approver'),
    );
    expect(
      bodyOf(await put(mary, path, '"4"', { name: 'Berth Group', otherNames: ['Berth Facts'] })),
    ).toMatchObject({
      otherNames: ['Berth Facts'],
      formerNames: ['Berth Ltd'],
      version: 5,
    });
    expect([await idsOf('Berth Data'), await idsOf('Berth Ltd')]).toEqual([[], [partnerId]]);
    await move(ada, path, '"5"', 'suspended');
    expect(await put(mary, path, '"6"', { name: 'Berth Group', otherNames: [] })).toEqual(
      problem(
        409,
        'names_kept',
        'The partner is suspended. A request under a name that it loses would get round the suspension.',
        { names: ['Berth Facts'] },
      ),
    );
    const { status } = await ada('POST /operator/partners', { body: { name: 'Berth Data', why: 'another' } });
    expect(status).toBe(201);
  });

  // Threat T-106
  test('wait for a second person while the partner is suspended, and those of a draft do not', async () => {
    const { partnerId, path } = await activePartner('Bollard Ltd');
    await move(ada, path, '"2"', 'suspended');
    expect(
      bodyOf(await put(mary, path, '"3"', { name: 'Bollard Ltd', otherNames: ['Bollard Data'] })),
    ).toMatchObject({
      status: 'suspended',
      proposed: { otherNames: ['Bollard Data'] },
      operatorsTold: true,
    });
    expect(await idsOf('Bollard Data')).toEqual([]);
    // A draft of the name covers it meanwhile, and its end gives it back.
    const cover = await draft('Bollard Data');
    expect(bodyOf(await move(grace, path, '"4"'))).toMatchObject({ code: 'name_taken' });
    expect((await move(mary, cover.path, '"1"', 'ended')).status).toBe(200);
    expect(bodyOf(await move(grace, path, '"4"'))).toMatchObject({ otherNames: ['Bollard Data'] });
    expect(await idsOf('Bollard Data')).toEqual([partnerId]);

    const { path: typed } = await draft('Cleet Ltd');
    const mended = bodyOf(await put(ada, typed, '"1"', { name: 'Cleat Ltd' }));
    expect(mended).toMatchObject({ name: 'Cleat Ltd', changes: [{}, { removedNames: ['Cleet Ltd'] }] });
    expect(mended).not.toHaveProperty('formerNames');
    expect(
      (await ada('POST /operator/partners', { body: { name: 'Cleet Ltd', why: 'another' } })).status,
    ).toBe(201);
  });

  test('are counted, keep the rules of names, and are the whole list', async () => {
    const { path } = await draft('Dock Ltd');
    expect(await put(ada, path, '"1"', { name: 'Dock Ltd', otherNames: ['Dock\u200b'] })).toEqual(
      invalid({
        path: '/otherNames/0',
        code: 'invalid',
        allowed:
          'No characters that cannot be seen, except joiners in writing that needs them. Found U+200B at character 5.',
      }),
    );
    const otherNames = Array.from({ length: 50 }, (_, index) => `Dock ${index}`);
    expect(await put(ada, path, '"1"', { name: 'Dock Ltd', otherNames })).toEqual(
      problem(409, 'too_many_names', 'A partner has at most 50 names, former ones included.'),
    );
    const most = otherNames.slice(1);
    expect(bodyOf(await put(ada, path, '"1"', { name: 'Dock Ltd', otherNames: most }))['otherNames']).toEqual(
      most,
    );
    expect(bodyOf(await put(ada, path, '"2"', { name: 'DOCK Ltd' }))['otherNames']).toEqual(most);
  });

  test('have a letter or a digit, wherever an operator gives one', async () => {
    const { path } = await draft('Capstan Ltd');
    const refused = async (answer: Promise<WholeAnswer>, field: string): Promise<void> => {
      const { status, body } = await answer;
      expect([status, JSON.stringify(body)]).toEqual([
        422,
        expect.stringContaining('At least one letter or digit.'),
      ]);
      expect(JSON.stringify(body)).toContain(`"/${field}"`);
    };
    for (const name of ['---', '...', '!!', '\u2014']) {
      await refused(ada('POST /operator/partners', { body: { name, why: 'signed' } }), 'name');
      await refused(put(ada, path, '"1"', { name }), 'name');
      await refused(
        put(ada, path, '"1"', { name: 'Capstan Ltd', otherNames: ['Capstan', name] }),
        'otherNames/1',
      );
    }
    expect(bodyOf(await put(ada, path, '"1"', { name: 'Capstan Ltd', otherNames: ['3'] }))).toMatchObject({
      otherNames: ['3'],
    });
  });

  test('of two who add at once from what both have read, one is told', async () => {
    const { path } = await draft('Wharf Ltd');
    const answers = await Promise.all(
      ['Wharf One', 'Wharf Two', 'Wharf One'].map((each) =>
        put(ada, path, '"1"', { name: 'Wharf Ltd', otherNames: [each] }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
  });

  // Threat T-107
  test('are shown beside those of other partners that they look like, at each step of an approval', async () => {
    const first = await activePartner('Lagoon Credit');
    const { body } = await ada('POST /operator/partners', { body: { name: 'Lаgооn Сredit', why: 'signed' } });
    const looksLike = [{ partnerId: first.partnerId, name: 'Lagoon Credit', status: 'active' }];
    const { partnerId } = z.object({ partnerId: z.uuid() }).parse(body);
    const path = `/operator/partners/${partnerId}`;
    expect(body).toMatchObject({ name: 'Lаgооn Сredit', looksLike });
    expect(bodyOf(await ada(`GET ${path}`))).toMatchObject({ looksLike });
    expect(bodyOf(await ada(`GET ${first.path}`))['looksLike']).toEqual([
      { partnerId, name: 'Lаgооn Сredit', status: 'draft' },
    ]);
    expect(bodyOf(await move(grace, path, '"1"'))).toMatchObject({ looksLike });
    const renamed = await put(ada, path, '"2"', {
      ...bodyOf(await ada(`GET ${path}`)),
      name: 'Something Else',
    });
    expect(bodyOf(renamed)).toMatchObject({ proposed: { name: 'Something Else' }, looksLike });
    expect(bodyOf(await move(grace, path, '"3"'))).toMatchObject({
      formerNames: ['Lаgооn Сredit'],
      looksLike,
    });

    const third = await activePartner('Reef Ltd');
    const proposed = await put(ada, third.path, '"2"', { name: 'Reef Ltd', otherNames: ['Lag00n Credit'] });
    expect(bodyOf(proposed)['looksLike']).toEqual(
      expect.arrayContaining([
        ...looksLike,
        { partnerId, name: 'Lаgооn Сredit', status: 'active', currentName: 'Something Else' },
      ]),
    );
    expect((await proposalEvents()).at(-1)).toMatchObject({
      partnerId: third.partnerId,
      looksLike: [{}, {}],
    });
    expect(bodyOf(await ada(`GET ${third.path}`))['looksLike']).toHaveLength(2);
    const list = await ada('GET /operator/partners?contains=reef');
    expect(JSON.stringify(list.body)).not.toContain('looksLike');
  });
});
