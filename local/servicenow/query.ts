export type TableRecord = Readonly<Record<string, string>>;

/**
 * Parses an encoded query of the forms `field=value` and `fieldLIKEvalue`, joined by `^`. Returns undefined
 * for any other form: ServiceNow would ignore such a condition and return too many records.
 */
export function parseQuery(
  query: string,
  columns: ReadonlySet<string>,
): ((record: TableRecord) => boolean) | undefined {
  if (query === '') return () => true;
  const conditions = query
    .split('^')
    .map((term) => /^(?<field>[a-z_]+)(?<operator>=|LIKE)(?<value>.*)$/s.exec(term)?.groups);
  if (!conditions.every((condition) => condition !== undefined && columns.has(condition['field'] ?? ''))) {
    return undefined;
  }
  return (record) =>
    conditions.every((condition) => {
      const { field = '', operator, value = '' } = condition ?? {};
      const stored = (record[field] ?? '').toLowerCase();
      return operator === '=' ? stored === value.toLowerCase() : stored.includes(value.toLowerCase());
    });
}
