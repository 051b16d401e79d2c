import * as z from 'zod';
import { partitionKinds } from '../adapters/aws/partitions.ts';
import { tableActions } from '../resources/table-grant.ts';
import type { PackagedTemplate } from './packaged-template.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const conditions = z.record(z.string(), z.record(z.string(), z.unknown()));
const statement = z.object({
  Action: oneOrMore,
  Resource: z.unknown(),
  Condition: conditions.default({}),
});
const policyDocument = z.object({ Statement: z.array(statement) });
const role = z.object({
  ManagedPolicyArns: z.array(z.object({ Ref: z.string() })).default([]),
  Policies: z.array(z.object({ PolicyDocument: policyDocument })).default([]),
});
const rolePolicy = z.object({ RoleName: z.object({ Ref: z.string() }), PolicyDocument: policyDocument });

/** One action that a role may take on one resource. */
interface Right {
  /** The function that has the role, or the role's logical id. */
  readonly holder: string;
  readonly action: string;
  /** The resource as the template writes it. */
  readonly resource: string;
  readonly conditions: z.infer<typeof conditions>;
}

/**
 * Describes the rights of all roles of a packaged template in three tables of Markdown: what each function may do
 * with each kind of record, the lists that it may query, and what it may do elsewhere.
 * @throws {Error} if the template has a role or a policy in another form
 */
export function describeRights(template: PackagedTemplate): string {
  const rights = rightsIn(template);
  const ofRecords = rights.filter(({ resource }) => resource === 'Table');
  const ofIndexes = rights.filter(({ resource }) => resource.startsWith('Table/index/'));
  const others = rights.filter(
    ({ resource, action }) => !/^Table(?:\/|$)/u.test(resource) && !/^(?:logs|xray):/u.test(action),
  );
  return [
    table(['records', 'who', 'reads', 'writes', 'deletes'], rowsOfRecords(ofRecords)),
    table(['list', 'who queries it'], rowsOfLists(ofIndexes)),
    table(['action', 'on', 'if', 'who'], rowsOfOthers(others)),
  ].join('\n\n');
}

/** Returns what each role may do, by its own policies, by policies apart from it, and by managed ones. */
function rightsIn({ Resources }: PackagedTemplate): readonly Right[] {
  const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);
  const apart = ofType('AWS::IAM::RolePolicy').map(([, { Properties }]) => rolePolicy.parse(Properties));
  return ofType('AWS::IAM::Role').flatMap(([id, { Properties }]) => {
    const { ManagedPolicyArns, Policies } = role.parse(Properties);
    const documents = [
      ...Policies.map(({ PolicyDocument }) => PolicyDocument),
      ...apart.filter(({ RoleName }) => RoleName.Ref === id).map(({ PolicyDocument }) => PolicyDocument),
      ...ManagedPolicyArns.map(({ Ref }) =>
        policyDocument.parse(Resources[Ref]?.Properties['PolicyDocument']),
      ),
    ];
    const holder = holderOf(Resources, id);
    return documents.flatMap(({ Statement }) =>
      Statement.flatMap(({ Action, Resource, Condition }) =>
        Action.flatMap((action) =>
          [Resource].flat().map((resource) => ({
            holder,
            action,
            resource: resourceName(resource),
            conditions: Condition,
          })),
        ),
      ),
    );
  });
}

function holderOf(resources: PackagedTemplate['Resources'], roleId: string): string {
  const held = Object.values(resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && JSON.stringify(Properties['Role']).includes(`"${roleId}"`),
  );
  return held === undefined
    ? `\`${roleId}\``
    : String(held.Properties['FunctionName']).replace(/^sallyport-\w+-/u, '');
}

/** Returns a resource as function.yml files name it: `Table`, `Table/index/gsi1`, `events:event-bus/default`. */
function resourceName(resource: unknown): string {
  const text = z
    .union([
      z.string(),
      z.object({ 'Fn::Sub': z.string() }).transform((sub) => sub['Fn::Sub']),
      z.object({ 'Fn::GetAtt': z.array(z.string()) }).transform((get) => get['Fn::GetAtt'][0] ?? ''),
      z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
    ])
    .parse(resource);
  return (
    text
      .replace('${Table.Arn}', 'Table')
      // Each rate plan of the catalogue has one, and the page does not depend on the catalogue.
      .replace(/\$\{UsagePlan\w+\}/u, '${UsagePlan…}')
      .replace(/^arn:\$\{AWS::Partition\}:([a-z0-9-]+):\$\{AWS::Region\}:(?:\$\{AWS::AccountId\})?:/u, '$1:')
  );
}

const code = (text: string): string => `\`${text}\``;
const valuesOf = ({ conditions: found }: Right, operator: string, key: string): readonly string[] =>
  oneOrMore.catch([]).parse(found[operator]?.[key] ?? []);
const leadingKeysOf = (right: Right): readonly string[] =>
  valuesOf(right, 'ForAllValues:StringLike', 'dynamodb:LeadingKeys');

/** Says how far rights to the same items go: `whole`, or the attributes besides the keys. */
function extentOf(rights: readonly Right[]): string {
  const limits = rights.map((right) =>
    valuesOf(right, 'ForAllValues:StringEquals', 'dynamodb:Attributes').filter(
      (name) => name !== 'pk' && name !== 'sk',
    ),
  );
  if (limits.some((attributes) => attributes.length === 0)) return 'whole';
  return [...new Set(limits.flat())].map(code).join(' ');
}

/** @throws {Error} if a right to the table is not limited to partitions, or is to an action without a column */
function rowsOfRecords(rights: readonly Right[]): readonly (readonly string[])[] {
  const unexpected = rights.find(
    (right) => leadingKeysOf(right).length === 0 || !tableActions.some((action) => action === right.action),
  );
  if (unexpected !== undefined) {
    throw new Error(`${unexpected.holder} has ${unexpected.action} on the table, which no column shows`);
  }
  return partitionKinds.flatMap((kind) => {
    const ofKind = rights.filter((right) => leadingKeysOf(right).includes(`${kind}#*`));
    return holdersOf(ofKind).map((holder) => {
      const extent = (...actions: readonly string[]): string =>
        extentOf(ofKind.filter((right) => right.holder === holder && actions.includes(right.action)));
      const reads = extent('dynamodb:GetItem', 'dynamodb:Query');
      // The attributes of a decision are many, and function.yml lists them.
      const read = reads === '' || reads === 'whole' ? reads : 'in part';
      return [
        code(kind),
        holder,
        read,
        extent('dynamodb:UpdateItem'),
        extent('dynamodb:DeleteItem') && 'yes',
      ];
    });
  });
}

function rowsOfLists(rights: readonly Right[]): readonly (readonly string[])[] {
  const byList = Map.groupBy(
    rights.flatMap((right) =>
      leadingKeysOf(right).map((list) => ({ ...right, list: `${code(right.resource)} ${code(list)}` })),
    ),
    ({ list }) => list,
  );
  return [...byList].toSorted(byFirst).map(([list, found]) => [list, holdersOf(found).join(', ')]);
}

function rowsOfOthers(rights: readonly Right[]): readonly (readonly string[])[] {
  const bySame = Map.groupBy(rights, ({ action, resource, conditions: found }) =>
    JSON.stringify([action, resource, found]),
  );
  return [...bySame].toSorted(byFirst).map(([, found]) => {
    const [{ action, resource, conditions: ofAll }] = found as [Right, ...Right[]];
    const held = Object.values(ofAll).flatMap((each) => Object.entries(each).map(conditionText));
    return [code(action), code(resource), held.join(', '), holdersOf(found).join(', ')];
  });
}

/** Names a condition's key, with its values where they are texts, unless these are the catalogue's. */
function conditionText([key, value]: readonly [string, unknown]): string {
  if (key === 'ses:FromAddress') return `${code(key)}: the addresses of the catalogue's brands`;
  const { data } = oneOrMore.safeParse(value);
  return data === undefined ? code(key) : `${code(key)}: ${data.join(' or ')}`;
}

const holdersOf = (rights: readonly Right[]): readonly string[] =>
  [...new Set(rights.map(({ holder }) => holder))].toSorted();

const byFirst = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
