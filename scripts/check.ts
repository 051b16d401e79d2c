import { runCommand } from '../local/command-line.ts';
import { stageNamed } from './bootstrap/command-line.ts';
import { type Stage, stages as allStages } from './bootstrap/parameters.ts';
import { type PackagedTemplate, withPackagedTemplate } from './packaged-template.ts';
import { meantToDiffer, stageDifferences } from './stage-differences.ts';

/** `npm run check [-- --stage STAGE]` */
await runCommand(
  {
    name: 'check',
    about:
      "Packages every stage without credentials or network, and checks the templates with AWS's validator and\n" +
      'with the rules of Amazon States Language. Compares the stages. Exits with 1 if anything is wrong.',
    options: {
      stage: {
        type: 'string',
        value: 'STAGE',
        about: `one of ${allStages.join(', ')}; without it all, which are then compared`,
      },
    },
  },
  async ({ values: { stage } }) => checkStages(stage === undefined ? allStages : [stageNamed(stage)]),
);

async function checkStages(stages: readonly Stage[]): Promise<number> {
  // The validators take most of the time to load, and `--help` does not need them.
  const { faultsOfStateMachines } = await import('./state-machine-faults.ts');
  const { faultsForAws } = await import('./template-faults.ts');
  const faults: string[] = [];
  const templates: { stage: string; template: PackagedTemplate }[] = [];

  for (const stage of stages) {
    // All stages share the same bundles.
    const bundles = stage === stages[0] ? 'new' : 'made';
    await withPackagedTemplate(
      stage,
      (template, file) => {
        const found = [...faultsForAws(file), ...faultsOfStateMachines(template)];
        faults.push(...found.map((fault) => `${stage}: ${fault}`));
        templates.push({ stage, template });
        report(`${stage}: ${Object.keys(template.Resources).length} resources`, found);
      },
      { bundles },
    );
  }

  const [first, ...others] = templates;
  const used = new Set<unknown>();
  for (const other of others) {
    const differences = first === undefined ? [] : [...stageDifferences(first, other)];
    const unexpected = differences
      .filter(([, allowed]) => allowed === undefined)
      .map(([path]) => `${stages[0]} and ${other.stage} differ in ${path}`);
    for (const [, allowed] of differences) used.add(allowed);
    faults.push(...unexpected);
    report(`${stages[0]} and ${other.stage} differ where they are meant to`, unexpected);
  }
  faults.push(
    ...meantToDiffer
      .filter((allowed) => !used.has(allowed))
      .map(({ path }) => `no stages differ in ${path.source}, where they may`),
  );

  const account = faultsForAws('resources/account/api-gateway-logs.yml');
  faults.push(...account);
  report('the template for the account', account);

  for (const fault of faults) console.error(fault);
  return faults.length > 0 ? 1 : 0;
}

function report(what: string, found: readonly string[]): void {
  console.log(
    `${found.length === 0 ? '✓' : '✗'} ${what}${found.length === 0 ? '' : `, ${found.length} faults`}`,
  );
}
