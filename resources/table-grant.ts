import { partitionKinds, pendingLists, recordLists } from '../adapters/aws/partitions.ts';

/**
 * The actions on the table that roles may have. Each request of them names its partition keys, so a role can be
 * held to them. Scan and PartiQL name none, and `ForAllValues` holds for a request without any.
 */
export const tableActions = [
  'dynamodb:GetItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
] as const;

/** The partitions of the table and of its indexes, as patterns of `dynamodb:LeadingKeys`. */
const partitionsOf: Readonly<Record<string, readonly string[]>> = {
  Table: partitionKinds.map((kind) => `${kind}#*`),
  'Table/index/gsi1': recordLists,
  'Table/index/gsi2': pendingLists.map((list) =>
    list === 'STALLED' || list === 'LINK' ? `${list}#*` : list,
  ),
};

/** Returns whether a resource in the short form is the table, or a part of it. */
export const isOfTable = (resource: string): boolean => /^Table(?:\/|$)/u.test(resource);

/** Returns the partitions that a right to the table or to an index may name. */
export const partitionsIn = (resource: string): readonly string[] => partitionsOf[resource] ?? [];

/** Partitions that a request may name. If attributes are given, it may name no others and get no others. */
export interface Reach {
  readonly partitions: readonly string[];
  readonly attributes: readonly string[] | undefined;
}

/**
 * Returns the condition that holds the requests of an action to partitions and attributes. `Null` refuses a
 * request that names none, for which `ForAllValues` alone would hold.
 * @param readable the partitions that the function may read whole
 */
export function tableCondition(
  action: string,
  { partitions, attributes }: Reach,
  readable: readonly string[],
): Readonly<Record<string, unknown>> {
  const inPartitions = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } };
  if (attributes === undefined) return { ...inPartitions, Null: { 'dynamodb:LeadingKeys': 'false' } };
  return {
    ...inPartitions,
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
    ...(action !== 'dynamodb:UpdateItem' && ofSpecificAttributes),
    ...(action === 'dynamodb:UpdateItem' &&
      !partitions.every((partition) => readable.includes(partition)) &&
      returningNoOthers),
    Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
  };
}

/**
 * A read of whole items names no attributes, and would get all of them. The key is a parameter of queries and
 * scans, and other requests may lack it. So the condition holds without it, as in AWS's own example:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_dynamodb_attributes.html
 */
const ofSpecificAttributes = { StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' } };

/** A write may return the item, with attributes that it does not name. */
const returningNoOthers = {
  StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
};
