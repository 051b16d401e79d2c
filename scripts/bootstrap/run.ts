import { problemOf } from './problems.ts';
import type { BootstrapContext, Findings, HandOver, StepProblem, BootstrapStep } from './step.ts';

/** How a run ended. `waiting`: everything here is done, and somebody elsewhere has to do something. */
export type StepOutcome = 'done' | 'planned' | 'failed' | 'waiting';

export interface BootstrapPlan {
  /** All of them look before anything is touched; some also mend what they find. */
  readonly looks: readonly BootstrapStep[];
  readonly works: readonly BootstrapStep[];
}

/**
 * Looks everywhere first, and tells every problem at once. Only without one, and not for a dry run, the steps make
 * their changes, in their order; the first that fails ends the run.
 */
export async function runPlan(
  { looks, works }: BootstrapPlan,
  context: BootstrapContext,
  { dryRun }: { readonly dryRun: boolean },
): Promise<StepOutcome> {
  const { say } = context;
  say('Looking, and changing nothing:');
  const looked: { readonly step: BootstrapStep; readonly findings: Findings }[] = [];
  for (const step of looks) {
    const findings = await checkSafely(step, context);
    tell(say, step.name, findings);
    looked.push({ step, findings });
    // Whatever else is looked at would be that of somebody else.
    if (step.name === 'account' && isStopped(findings)) break;
  }
  const stopped = looked.filter(({ findings }) => isStopped(findings));
  if (stopped.length > 0) {
    say(
      `\nNothing was changed. ${stopped.length === 1 ? 'This step has' : 'These steps have'} to be put right first: ` +
        `${stopped.map(({ step }) => step.name).join(', ')}.`,
    );
    return 'failed';
  }
  if (dryRun) return planOnly(looked, works, context);

  say('\nWorking:');
  for (const step of [...looks, ...works]) {
    const outcome = await work(step, context, looks.includes(step));
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}

async function planOnly(
  looked: readonly { readonly step: BootstrapStep; readonly findings: Findings }[],
  works: readonly BootstrapStep[],
  context: BootstrapContext,
): Promise<StepOutcome> {
  const { say } = context;
  say('\nThis would be done, in this order:');
  const findings = [...looked];
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

/** @param looked whether it has told already what it found */
async function work(step: BootstrapStep, context: BootstrapContext, looked: boolean): Promise<StepOutcome> {
  const { say } = context;
  const findings = await checkSafely(step, context);
  const { changes = [], handOvers = [] } = findings;
  if (!looked || isStopped(findings)) tell(say, step.name, { ...findings, changes: [] });
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

function tell(
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
