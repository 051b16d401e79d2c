/** A table of a Markdown document, with the headings above it, outermost first. */
export interface MarkdownTable {
  readonly headings: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Returns the cell in the column with this name. */
export type Row = (column: string) => string;

/** Returns every table of the document, in order. */
export function tablesIn(markdown: string): readonly MarkdownTable[] {
  const headings: string[] = [];
  const tables: { headings: readonly string[]; lines: string[] }[] = [];
  let open = false;
  for (const line of markdown.split('\n')) {
    const [, marks, heading] = /^(#+) (.+)$/.exec(line) ?? [];
    if (marks !== undefined && heading !== undefined) headings.splice(marks.length - 1, Infinity, heading);
    if (line.startsWith('|')) {
      if (!open) tables.push({ headings: [...headings], lines: [] });
      tables.at(-1)?.lines.push(line);
    }
    open = line.startsWith('|');
  }
  return tables.map(({ headings: above, lines: [head = '', , ...rows] }) => {
    const columns = cellsOf(head);
    return { headings: above, columns, rows: rows.map((line) => rowOf(columns, line)) };
  });
}

/** Returns the rows of every table of the document that has this column. */
export const rowsWithColumn = (markdown: string, column: string): readonly Row[] =>
  tablesIn(markdown).flatMap(({ columns, rows }) => (columns.includes(column) ? rows : []));

/**
 * Returns the cells of a line by column.
 *
 * @throws {RangeError} if the row is shorter or longer than its table, or if the requested column does not
 * exist
 */
function rowOf(columns: readonly string[], line: string): Row {
  const cells = cellsOf(line);
  if (cells.length !== columns.length) {
    throw new RangeError(`a row of ${cells.length} cells under ${columns.length} columns: ${line}`);
  }
  return (column) => {
    const cell = cells[columns.indexOf(column)];
    if (cell === undefined) throw new RangeError(`no column ${column}, there are: ${columns.join(', ')}`);
    return cell;
  };
}

const cellsOf = (line: string): readonly string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Returns the texts in backticks in a cell. */
export const codesIn = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
