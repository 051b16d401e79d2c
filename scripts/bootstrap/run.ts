import { problemOf } from './problems.ts';
import type { BootstrapContext, Findings, HandOver, StepProblem, BootstrapStep } from './step.ts';

/** How a run ended. `waiting` means that everything here is done, and that others have something to do. */
export type StepOutcome = 'done' | 'planned' | 'failed' | 'waiting';

export interface BootstrapPlan {
  /** The steps that check before anything is changed. Some also repair what they find. */
  readonly looks: readonly BootstrapStep[];
  readonly works: readonly BootstrapStep[];
}

/**
 * Runs all checks first, and reports every problem at once. If there is none, and it is no dry run, the steps
 * make their changes in order. The first step that fails ends the run.
 */
export async function runPlan(
  { looks, works }: BootstrapPlan,
  context: BootstrapContext,
  { dryRun }: { readonly dryRun: boolean },
): Promise<StepOutcome> {
  const { say } = context;
  say('Looking, and changing nothing:');
  const checked: CheckedStep[] = [];
  for (const step of looks) {
    const findings = await checkSafely(step, context);
    report(say, step.name, findings);
    checked.push({ step, findings });
    // The other checks would look at another account.
    if (step.name === 'account' && isStopped(findings)) break;
  }
  const stopped = checked.filter(({ findings }) => isStopped(findings));
  if (stopped.length > 0) {
    say(
      `\nNothing was changed. ${stopped.length === 1 ? 'This step has' : 'These steps have'} to be put right first: ` +
        `${stopped.map(({ step }) => step.name).join(', ')}.`,
    );
    return 'failed';
  }
  if (dryRun) return planOnly(checked, works, context);

  say('\nWorking:');
  for (const step of [...looks, ...works]) {
    const outcome = await runStep(step, context, looks.includes(step));
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}

interface CheckedStep {
  readonly step: BootstrapStep;
  readonly findings: Findings;
}

async function planOnly(
  checked: readonly CheckedStep[],
  works: readonly BootstrapStep[],
  context: BootstrapContext,
): Promise<StepOutcome> {
  const { say } = context;
  say('\nThis would be done, in this order:');
  const findings = [...checked];
  for (const step of works) findings.push({ step, findings: await checkSafely(step, context) });
  for (const {
    step,
    findings: { changes = [], problems = [], handOvers = [] },
  } of findings) {
    for (const change of changes) say(`  ${step.name}: ${change}`);
    for (const problem of problems) sayProblem(say, step.name, problem);
    for (const handOver of handOvers) sayHandOver(say, step.name, handOver);
  }
  say('\nNothing was changed.');
  return findings.some(({ findings: { problems = [] } }) => problems.length > 0) ? 'failed' : 'planned';
}

/**
 * Checks a step again, and makes its changes.
 * @param reported whether the findings were already reported
 */
async function runStep(
  step: BootstrapStep,
  context: BootstrapContext,
  reported: boolean,
): Promise<StepOutcome> {
  const { say } = context;
  const findings = await checkSafely(step, context);
  const { changes = [], handOvers = [] } = findings;
  if (!reported || isStopped(findings)) report(say, step.name, { ...findings, changes: [] });
  if (isStopped(findings)) return stop(say, step.name);
  if (changes.length > 0 && step.run !== undefined) {
    for (const change of changes) say(`  → ${step.name}: ${change}`);
    try {
      const indented = {
        ...context,
        say: (line: string) => {
          say(`      ${line}`);
        },
      };
      for (const line of await step.run(indented)) say(`  ✓ ${step.name}: ${line}`);
    } catch (error) {
      sayProblem(say, step.name, problemOf(error));
      return stop(say, step.name);
    }
  }
  if (handOvers.length === 0) return 'done';
  say(
    `\nEverything before the step ${step.name} is done. What is listed under it is for others to do; run the same command again after it.`,
  );
  return 'waiting';
}

function stop(say: BootstrapContext['say'], name: string): StepOutcome {
  say(`\nThe step ${name} failed. Steps before it are done and stay; the same command goes on from here.`);
  return 'failed';
}

async function checkSafely(step: BootstrapStep, context: BootstrapContext): Promise<Findings> {
  try {
    return await step.check(context);
  } catch (error) {
    return { problems: [problemOf(error)] };
  }
}

const isStopped = ({ problems = [] }: Findings): boolean => problems.length > 0;

function report(
  say: BootstrapContext['say'],
  name: string,
  { facts = [], warnings = [], problems = [], changes = [], handOvers = [] }: Findings,
): void {
  for (const fact of facts) say(`  ✓ ${name}: ${fact}`);
  for (const change of changes) say(`  → ${name}: ${change}`);
  for (const warning of warnings) say(`  ! ${name}: ${warning}`);
  for (const problem of problems) sayProblem(say, name, problem);
  for (const handOver of handOvers) sayHandOver(say, name, handOver);
}

function sayProblem(say: BootstrapContext['say'], name: string, { what, remedy }: StepProblem): void {
  say(`  ✗ ${name}: ${what}`);
  say(`      ${remedy}`);
}

function sayHandOver(say: BootstrapContext['say'], name: string, { what, lines }: HandOver): void {
  say(`  … ${name}: ${what}`);
  for (const line of lines) say(`      ${line}`);
}
