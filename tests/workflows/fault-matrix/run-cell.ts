import { expect } from 'vitest';
import type { OnboardingTwin } from '../support/onboarding-twin.ts';
import { onboardingIdOf, type Submission } from '../support/requests.ts';
import { aimedAt, faultsLeftFor } from './aim.ts';
import type { Cell } from './cells.ts';
import { complete, makeClosedTask, openedTask } from './ewacs-task.ts';
import { expectEverything, expectNamed } from './expect-all.ts';
import { endOf } from './in-time.ts';
import { type Before, comeSince, now, prepare, withGroup } from './persons.ts';
import { runsIn } from './runs.ts';
import { creditReports } from '../../support/shipped-catalogue.ts';

/** Runs an onboarding with the faults of a cell, and compares the results with the expected ones. */
export async function runCell(twin: OnboardingTwin, cell: Cell): Promise<void> {
  const { way, faults } = cell;
  const { submission, before: prepared } = await prepare(twin, way);
  const onboardingId = onboardingIdOf(submission);
  await twin.addFaults(...faults.map((fault) => aimedAt(onboardingId, fault)));
  if (way.taskClosedAs !== undefined) await makeClosedTask(twin, onboardingId, way.taskClosedAs);
  expect((await twin.post(submission)).status).toBe(202);
  const before = { ...prepared, ...(await goOn(twin, cell, submission)) };

  const ends: string[] = [];
  for (const [redrives, expected] of cell.ends.entries()) {
    if (redrives > 0) await twin.redrive(onboardingId);
    const { status = '', error = status } = await endOf(twin, onboardingId);
    ends.push(error);
    if (error !== expected) break;
    if (ends.length < cell.ends.length) await expectNamed(twin, submission, cell);
  }
  expect({ ends, runs: runsIn(await twin.history(onboardingId)) }, 'the execution').toEqual({
    ends: cell.ends,
    runs: cell.runs,
  });
  expect(await faultsLeftFor(twin, onboardingId), 'faults that have not happened').toEqual([]);
  await expectEverything(twin, submission, cell);
  expect(await now(twin, before), 'what was there before').toEqual(
    ends.at(-1) === 'SUCCEEDED' ? withGroup(before, creditReports.group) : before,
  );
}

/** Closes the task that asks for the EWACS account, if the workflow has to wait for that and continue. */
async function goOn(twin: OnboardingTwin, { way, runs }: Cell, submission: Submission): Promise<Before> {
  if (!('ReportEwacsAccountConfirmed' in runs) || way.taskClosedAs !== undefined) return {};
  const task = await openedTask(twin, onboardingIdOf(submission));
  const before = await comeSince(twin, way, submission);
  await complete(twin, submission, task);
  return before;
}
