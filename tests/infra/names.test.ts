import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const sources = globSync(
  '{core,adapters,pages,middleware,functions,resources,packaging,local,state-machines,clients,scripts,benchmarks,tests}/**/*.ts',
  // What `npm run bench` compares with is installed below benchmarks.
  { exclude: ['**/node_modules'] },
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

/** The files of core/ that name a vendor outside of comments, each with its reason. */
const namingAVendor: Readonly<Record<string, string>> = {
  'core/access/step-names.ts': 'Executions of earlier versions continue under these names (docs/adr/0038).',
  'core/onboarding/smoke-test.ts': 'A smoke test is known by the address of the mailbox simulator of SES.',
};

/** Words and numbers of ServiceNow's Table API for what core calls ticket, task, note, comment and state. */
const deskWords = /sc_req_item|sc_task|sys_?id|work_?notes|request_?item|short_?description|state\b.*'\d+'/iu;

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/u.test(line);

/** Returns the files of core/ with such a word in a line that is no comment. */
const coreFilesWith = (word: RegExp): readonly string[] =>
  sources
    .filter((file) => file.startsWith('core/'))
    .filter((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .some((line) => word.test(line) && !isComment(line)),
    )
    .toSorted();

test('core names no vendor except in comments, and where there is a reason', () => {
  expect(coreFilesWith(/ewacs|cognito|okta|servicenow|apigateway|amazon/iu)).toEqual(
    Object.keys(namingAVendor),
  );
});

test('core has no word of ServiceNow for tickets and tasks except in comments', () => {
  expect(coreFilesWith(deskWords)).toEqual([]);
});
