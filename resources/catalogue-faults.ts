import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { type CatalogueError, CatalogueInvalid, parseCatalogue } from '../core/catalogue/catalogue.ts';
import { reservedVariables } from '../adapters/servicenow/request-variables.ts';

/** Returns every error of a catalogue in YAML, each as `LINE:COLUMN: PATH …`. */
export function catalogueFaults(text: string): readonly string[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  if (document.errors.length > 0) {
    return document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message.split('\n', 1)[0] ?? ''}`);
  }
  try {
    parseCatalogue(document.toJS(), reservedVariables);
    return [];
  } catch (error) {
    if (!(error instanceof CatalogueInvalid)) throw error;
    return error.faults.map((fault) => describe(document, fault, { text, at }));
  }
}

function describe(
  document: Document,
  { path, unknownKey, allowed }: CatalogueError,
  { text, at }: { readonly text: string; readonly at: (offset: number) => string },
): string {
  const keys = path.split('/').slice(1).map(decodeKey);
  const { offset, value, isThere } = find(document, keys);
  const found = foundInWords(keys, unknownKey, isThere ? value : undefined);
  const line = text.slice(offset, endOfLine(text, offset));
  // YAML reads ` #` as the beginning of a comment, so that a colour becomes an empty value.
  const eaten = isThere && value === 'null' ? /:\s+(#\S+)/u.exec(line)?.[1] : undefined;
  const hint =
    eaten === undefined ? '' : ` YAML takes # for the beginning of a comment: quote it, '${eaten}'.`;
  return `${at(offset)}: ${path || '/'}: ${found} Allowed: ${allowed.replace(/(?<![.?])$/u, '.')}${hint}`;
}

/** @param value undefined if nothing is there */
function foundInWords(
  keys: readonly string[],
  unknownKey: string | undefined,
  value: string | undefined,
): string {
  if (unknownKey !== undefined) return `There is no key ${unknownKey}.`;
  if (value !== undefined) return `It is ${value}.`;
  return keys.length === 0 ? 'It is missing.' : `The key ${keys.at(-1) ?? ''} is missing.`;
}

const decodeKey = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

const isKey = (node: unknown, key: string): boolean => isScalar(node) && String(node.value) === key;

interface Found {
  /** Where the key begins, or the element of a list. If it is missing, where its nearest parent begins. */
  readonly offset: number;
  readonly value: string;
  readonly isThere: boolean;
}

function find(document: Document, keys: readonly string[]): Found {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of keys) {
    const pair = isMap(node) ? node.items.find((item) => isKey(item.key, key)) : undefined;
    const child = pair?.value ?? (isCollection(node) ? node.get(key, true) : undefined);
    if (pair === undefined && child === undefined) return { offset, value: '', isThere: false };
    const named: unknown = pair?.key ?? child;
    if (isNode(named)) offset = named.range?.[0] ?? offset;
    node = child;
  }
  return { offset, value: describeValue(node), isThere: true };
}

/** Describes the value of a node in one short line. */
function describeValue(node: unknown): string {
  if (isMap(node)) return 'a mapping';
  if (isCollection(node)) return 'a list';
  const text = JSON.stringify(isScalar(node) ? node.value : null);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}
