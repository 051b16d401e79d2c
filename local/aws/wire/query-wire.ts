import { randomUUID } from 'node:crypto';
import type { Wire } from './wire.ts';

/** Creates the wire of the AWS Query protocol: requests are forms, answers are XML. */
export function queryWire(namespace: string): Wire {
  const xml = (status: number, body: string) =>
    new Response(`<?xml version="1.0"?>\n${body}\n`, { status, headers: { 'content-type': 'text/xml' } });
  return {
    answer: (operation, output) =>
      xml(
        200,
        `<${operation}Response xmlns="${namespace}">${element(
          `${operation}Result`,
          output,
        )}${element('ResponseMetadata', { RequestId: randomUUID() })}</${operation}Response>`,
      ),
    error: ({ code, message, status }) =>
      xml(
        status,
        `<ErrorResponse xmlns="${namespace}">${element('Error', {
          Type: status < 500 ? 'Sender' : 'Receiver',
          Code: code,
          Message: message,
        })}${element('RequestId', randomUUID())}</ErrorResponse>`,
      ),
  };
}

const element = (name: string, value: unknown): string => `<${name}>${content(value)}</${name}>`;

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => element('member', each)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => element(name, each))
      .join('');
  }
  return String(value).replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

type Tree = string | Tree[] | { [name: string]: Tree };

/**
 * Returns a call's parameters as a tree: `Destination.ToAddresses.member.1=a` becomes `{Destination:
 * {ToAddresses: ['a']}}`.
 */
export function parseQuery(form: URLSearchParams): Tree {
  return grow([...form].map(([name, value]) => ({ path: name.split('.'), value })));
}

function grow(leaves: readonly { readonly path: readonly string[]; readonly value: string }[]): Tree {
  const leaf = leaves.find(({ path }) => path.length === 0);
  if (leaf !== undefined) return leaf.value;
  const branches = [...Map.groupBy(leaves, ({ path }) => path[0] ?? '')].map(([name, of]): [string, Tree] => [
    name,
    grow(of.map(({ path, value }) => ({ path: path.slice(1), value }))),
  ]);
  const [first] = branches;
  if (first?.[0] === 'member' && typeof first[1] === 'object') {
    return Object.entries(first[1])
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, each]) => each);
  }
  return Object.fromEntries(branches);
}
