import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const sources = globSync(
  '{core,adapters,pages,middleware,functions,resources,packaging,local,state-machines,clients,scripts,benchmarks,tests}/**/*.ts',
);

test('no two files export a type of the same name', () => {
  const exported = sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^export (?:interface|type|(?:abstract )?class) (\w+)/gm)].map(
      ([, name = '']) => ({ name, file }),
    ),
  );
  expect(exported.length).toBeGreaterThan(100);
  const shared = [...Map.groupBy(exported, ({ name }) => name)].filter(([, files]) => files.length > 1);
  expect(shared.map(([name, files]) => `${name}: ${files.map(({ file }) => file).join(', ')}`)).toEqual([]);
});

test('core asks the injected clock for the time', () => {
  const askingTheSystem = sources.filter(
    (file) => file.startsWith('core/') && readFileSync(file, 'utf8').includes('new Date()'),
  );
  expect(askingTheSystem).toEqual([]);
});

/** Words and numbers of ServiceNow's Table API for what core calls ticket, task, note, comment and state. */
const deskWords = /sc_req_item|sc_task|sys_?id|work_?notes|request_?item|short_?description|state\b.*'\d+'/iu;

test('core has no word of ServiceNow for tickets and tasks except in comments', () => {
  const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/u.test(line);
  const having = sources
    .filter((file) => file.startsWith('core/'))
    .filter((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .some((line) => deskWords.test(line) && !isComment(line)),
    );
  expect(having).toEqual([]);
});
