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
