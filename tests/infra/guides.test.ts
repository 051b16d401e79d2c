import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { clientOperations } from '../../functions/operator-api/clients.ts';
import { issuerOperations } from '../../functions/operator-api/issuers.ts';
import {
  droppedFromHttpAnswers,
  droppedFromHttpRequests,
  renamedInHttpAnswers,
} from '../../local/gateway/headers.ts';
import { productRoutes } from '../../resources/product-routes.ts';
import { fencedBlocks } from '../journeys/fenced-blocks.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';
import { codesIn, tablesIn } from './markdown-table.ts';

const folder = 'docs/guides/';
const guides = readdirSync(folder).filter((name) => name.endsWith('.md'));
const textOf = (name: string): string => readFileSync(`${folder}${name}`, 'utf8');
const sorted = (names: Iterable<string>): readonly string[] =>
  [...new Set([...names].map((name) => name.toLowerCase()))].toSorted();

/** Returns the variables that the commands and programs of a guide take from whoever pastes them. */
function variablesNeeded(guide: string): readonly string[] {
  const blocks = fencedBlocks(textOf(guide));
  const commands = blocks.flatMap(({ language, text }) => (language === 'sh' ? [text] : [])).join('\n');
  const programs = blocks.flatMap(({ language, text }) => (language === 'js' ? [text] : [])).join('\n');
  const assigned = [...commands.matchAll(/(?:^|[\s;(&|])([A-Z][A-Z\d_]+)=/gmu)].map(([, name = '']) => name);
  // A variable with a default needs no explanation.
  const inCommands = [...commands.matchAll(/\$\{?([A-Z][A-Z\d_]+)(?![A-Z\d_]|:?-)/gu)].map(
    ([, name = '']) => name,
  );
  const inPrograms = [...programs.matchAll(/const \{([^}]*)\} = process\.env/gu)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
  return [...new Set([...inCommands, ...inPrograms])].filter((name) => !assigned.includes(name));
}

test.each(guides)('%s says what each variable is that its commands and programs take', (guide) => {
  const prose = textOf(guide).replaceAll(/^```.*?^```/gmsu, '');
  expect(variablesNeeded(guide).filter((name) => !prose.includes(`\`$${name}\``))).toEqual([]);
});

describe('WF-10 calls.md names the headers that API Gateway gives, sets and removes', () => {
  const [, section = ''] = /^## What the backend is told\n(.*?)^## /msu.exec(textOf('calls.md')) ?? [];
  const [table] = tablesIn(`## What the backend is told\n${section}`);
  const told = sorted((table?.rows ?? []).flatMap((row) => codesIn(row('header'))));
  const sentenceWith = (words: string): readonly string[] => {
    const sentence = section.split(/(?<=[.:]) |\n/u).find((each) => each.includes(words)) ?? '';
    return sorted(codesIn(sentence).filter((code) => /^[A-Za-z][\w-]+$/u.test(code)));
  };

  test('to a backend', () => {
    const [route] = productRoutes(shippedCatalogue, 'DEV');
    const mapped = Object.keys(route?.headers ?? {}).filter((name) => !name.includes('_'));
    const ownOfGateway = ['X-Amzn-Apigateway-Api-Id', 'X-Amzn-Trace-Id'];
    // Content-Encoding is mapped only so that it arrives as it was sent.
    expect(told).toEqual(sorted([...mapped, ...ownOfGateway].filter((name) => name !== 'Content-Encoding')));
  });

  test('and takes from calls', () => {
    expect(
      sorted([...sentenceWith('It removes `Connection`'), ...sentenceWith('sets `Content-Length`')]),
    ).toEqual(
      sorted(droppedFromHttpRequests.filter((name) => name !== 'content-encoding' && !told.includes(name))),
    );
  });

  test('and renames or takes from answers', () => {
    const renamed =
      sentenceWith('`User-Agent`').length > 0 ? sentenceWith('arrive as `x-amzn-Remapped-…`') : [];
    expect(renamed).toEqual(sorted(renamedInHttpAnswers));
    expect(sentenceWith('It removes `Transfer-Encoding`')).toEqual(sorted(droppedFromHttpAnswers));
  });
});

describe('JWT-1 trust-registry.md shows uploads as the operator API takes them', () => {
  const examples = fencedBlocks(textOf('trust-registry.md')).flatMap(({ heading, language, text }) =>
    heading === 'Registered' && language === 'json' ? [JSON.parse(text) as { upload: { kind: string } }] : [],
  );
  const bodyOf = (operationId: string): z.ZodType =>
    [...issuerOperations, ...clientOperations].find((each) => each.operationId === operationId)?.body ??
    expect.fail(`${operationId} has no body`);
  const kindsOf = (body: z.ZodType) =>
    z
      .object({
        properties: z.object({
          upload: z.object({ oneOf: z.array(z.object({ properties: z.record(z.string(), z.unknown()) })) }),
        }),
      })
      .parse(z.toJSONSchema(body, { io: 'input' }))
      .properties.upload.oneOf.map(({ properties }) => ({
        kind: (properties['kind'] as { const: string }).const,
        members: Object.keys(properties).filter((name) => name !== 'kind'),
      }));

  test('one of each kind', () => {
    const issuerKeys = bodyOf('addIssuerKeys');
    expect(examples.map(({ upload }) => upload.kind).toSorted()).toEqual(
      kindsOf(issuerKeys)
        .map(({ kind }) => kind)
        .toSorted(),
    );
    for (const example of examples) expect(issuerKeys.safeParse(example).error).toBeUndefined();
  });

  test('and those of a client', () => {
    const clientKeys = bodyOf('putClientKeys');
    const kinds = kindsOf(clientKeys).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['jwks', 'pem']);
    for (const example of examples) {
      expect(clientKeys.safeParse(example).success).toBe(kinds.includes(example.upload.kind));
    }
  });

  test('each member by its name', () => {
    const text = textOf('trust-registry.md').replaceAll(/^```.*?^```/gmsu, '');
    for (const { kind, members } of kindsOf(bodyOf('addIssuerKeys'))) {
      for (const name of [kind, ...members]) expect(text).toContain(`\`${name}\``);
    }
  });
});
