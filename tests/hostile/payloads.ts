import fc from 'fast-check';
import { sample } from '../journeys/requests.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';
import { hostile, huge, inherited } from './strings.ts';

/** What the deployment of the tests knows: that of the twin. */
export const deployment = { environment: 'DEV', catalogue: shippedCatalogue } as const;

/** JSON as text, since no object can hold a member twice, nor 1e999 or a nesting of thousands. */
type Json = string;
type Member = readonly [name: string, value: Json];

const objectOf = (members: readonly Member[]): Json =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

const nested = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"__proto__":', '}'], ['[[],', ']']),
    fc.constantFrom(10, 1000, 5000),
  )
  .map(([[open = '', close = ''], depth]): Json => `${open.repeat(depth)}0${close.repeat(depth)}`);
const numbers = fc.constantFrom(
  '1e999',
  '-1e999',
  '-0',
  '0.1',
  '9007199254740993',
  '1E-999',
  '9'.repeat(400),
);

/** Any value, and some that only JSON's grammar knows. */
export const anyValue: fc.Arbitrary<Json> = fc.oneof(
  hostile.map((text) => JSON.stringify(text)),
  huge.map((text) => JSON.stringify(text)),
  fc.json(),
  nested,
  numbers,
  fc.constantFrom(
    'null',
    'true',
    '[]',
    '{}',
    '"\\ud800"',
    '"\\u0000"',
    '["true"]',
    '{"toString":"x"}',
    '{"length":3}',
    '"DEV"',
    '"US"',
  ),
);

/** Text that JSON's grammar refuses, or nearly. */
const broken = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '{}}',
    '{"type"}',
    "{'type':1}",
    '{"type":NaN}',
    '\ufeff{}',
    '{"a":1,}',
    '"sc_task.closed"',
    '[{"type":"sc_task.closed"}]',
    'null',
    '-0',
    '{"type":"\u0000"}',
  ),
  fc.string({ unit: 'binary' }),
  nested,
);

const { variables, ...request } = sample('b2b-onboarding-us.json');
const { variables: taskVariables, ...task } = sample('sc-task-closed.json');
/** All but the type, which decides what the others are. */
const membersOf = (object: object): readonly Member[] =>
  Object.entries(object).flatMap(([name, value]): Member[] =>
    name === 'type' ? [] : [[name, JSON.stringify(value)]],
  );
const ofType = (type: unknown, members: readonly Member[]): Json =>
  objectOf([['type', JSON.stringify(type)], ...members]);

/** What happens to the members of an object: some get other values, some come twice, some go, and others join. */
function changed(members: readonly Member[]): fc.Arbitrary<readonly Member[]> {
  const name = fc.constantFrom(...members.map(([known]) => known));
  const seldom = <T>(usual: T, other: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, other);
  return fc
    .record({
      other: fc.dictionary(name, anyValue, { maxKeys: 3 }),
      gone: seldom('', name),
      more: seldom([], fc.array(fc.tuple(fc.oneof(name, inherited, hostile), anyValue), { maxLength: 3 })),
    })
    .map(({ other, gone, more }) => [
      ...members.flatMap(([known, value]): Member[] =>
        known === gone ? [] : [[known, other[known] ?? value]],
      ),
      ...more,
    ]);
}

/** The request of a sample with one string instead of another, alone or where it may pass unnoticed. */
export const oneOdd: fc.Arbitrary<Json> = fc
  .tuple(
    fc.constantFrom(
      'company',
      'description',
      'first_name',
      'last_name',
      'email',
      'telephone',
      'user_id',
      'ip_addresses',
    ),
    hostile,
    fc.constantFrom(['', ''], ['Acme ', ' Ltd'], ['acme', '@acme.example'], ['203.0.113.1', '']),
  )
  .map(([name, text, around]) =>
    JSON.stringify({ ...request, variables: { ...variables, [name]: around.join(text) } }),
  );

/** The same with names that every object has where a name is looked up. */
const inheritedNames: fc.Arbitrary<Json> = fc
  .record({
    cat_item: fc.oneof(fc.constant(request['cat_item']), inherited),
    variables: fc.record(
      { region: inherited, ewacs_product_name: inherited, environment: inherited, user_role: inherited },
      { requiredKeys: [] },
    ),
  })
  .map(({ cat_item, variables: names }) =>
    JSON.stringify({ ...request, cat_item, variables: { ...variables, ...names } }),
  );

/** A request, or the word that a task was closed, that is nearly right: any of its values may be any other. */
export const nearlyRight: fc.Arbitrary<Json> = fc.oneof(
  oneOdd,
  inheritedNames,
  fc
    .tuple(changed(membersOf(request)), changed(membersOf(variables)))
    .map(([ticket, values]) => ofType(request['type'], [...ticket, ['variables', objectOf(values)]])),
  fc
    .tuple(changed(membersOf(task)), changed(membersOf(taskVariables)))
    .map(([ticket, values]) => ofType(task['type'], [...ticket, ['variables', objectOf(values)]])),
  fc
    .tuple(
      changed([...membersOf(request), ['variables', JSON.stringify(variables)]]),
      fc.oneof(anyValue, fc.constantFrom('"sc_req_item.submitted"', '"sc_task.closed"')),
    )
    .map(([members, type]) => objectOf([['type', type], ...members])),
);

/** Anything that may come in: bytes, text, JSON, and what is nearly right. */
export const anyBody: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  broken.map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  { weight: 4, arbitrary: nearlyRight.map((text) => Buffer.from(text)) },
  // One byte of what is right is another.
  fc.tuple(nearlyRight, fc.nat(), fc.integer({ min: 0x80, max: 0xff })).map(([text, at, byte]) => {
    const bytes = Buffer.from(text);
    bytes[at % bytes.length] = byte;
    return bytes;
  }),
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(65_535, 65_536, 65_537, 300_000)
      .map((size) => Buffer.alloc(size, '{"type":"sc_task.closed"} ')),
  },
);
