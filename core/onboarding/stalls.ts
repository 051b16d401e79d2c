import { type Clock, secondsAfter } from '../clock.ts';
import { writeOnce } from '../workflow/journal.ts';
import type { Alerts, Workflows } from '../workflow/ports.ts';
import type { Onboarding, Stall, Stalls } from '../workflow/records.ts';
import type { ReportDependencies } from './ticket-report.ts';
import { undoWaitsForVendor, waitsForVendor } from './ticket-texts.ts';

/** The ticket is told about a wait that is longer than this. */
const ticketHearsAfterSeconds = 5 * 60;
/**
 * The maximum number of stalls in one run, and how many of them are handled in parallel. Each takes several
 * requests.
 */
const maxPerRun = 300;
const parallelism = 10;

interface Dependencies extends ReportDependencies {
  readonly stalls: Stalls;
  readonly workflows: Pick<Workflows, 'isRunning'>;
  readonly alerts: Alerts;
  readonly clock: Clock;
  /** The operators are alerted after this time. */
  readonly operatorsDecideAfterHours: number;
}

/** The counts of one run. */
export interface StallCounts {
  /**
   * The onboardings that have waited for more than five minutes and are not yet escalated to the operators.
   */
  readonly stalled: number;
  readonly longestStallMinutes: number;
}

/**
 * Reports the onboardings that wait for a vendor: to their tickets and, after a day, to the operators, each
 * once. The onboardings go on waiting. Nothing is undone unless an operator does it.
 * @throws the first error, after every report was tried
 */
export async function reportStalls(deps: Dependencies): Promise<StallCounts> {
  const { stalls, clock, operatorsDecideAfterHours } = deps;
  const now = clock.now();
  const escalateBefore = secondsAfter(now, -operatorsDecideAfterHours * 3600);
  const [untold, told] = await Promise.all([
    stalls.list('untold', secondsAfter(now, -ticketHearsAfterSeconds)),
    stalls.list('told', escalateBefore),
  ]);
  // A stall is also escalated if its ticket could not be updated, because ServiceNow may be what it waits
  // for.
  const overdue = [...told, ...untold.filter(({ since }) => since < escalateBefore)];
  const onlyForTicket = untold.filter((stall) => !overdue.includes(stall));
  const failures = [
    ...(await forEachStall(overdue, (stall) =>
      ifRunning(deps, stall, (onboarding) => escalate(deps, stall, onboarding)),
    )),
    ...(await forEachStall(onlyForTicket, (stall) =>
      ifRunning(deps, stall, (onboarding) => tellTicket(deps, stall, onboarding)),
    )),
  ];
  if (failures.length > 0) throw failures[0];
  const all = [...untold, ...told];
  const longestSince = Math.min(now.getTime(), ...all.map(({ since }) => since.getTime()));
  return { stalled: all.length, longestStallMinutes: Math.floor((now.getTime() - longestSince) / 60_000) };
}

/**
 * Handles the stalls, several in parallel.
 * @returns the errors of those that failed
 */
async function forEachStall(
  stalls: readonly Stall[],
  act: (stall: Stall) => Promise<void>,
): Promise<readonly unknown[]> {
  const left = stalls.slice(0, maxPerRun);
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let stall = left.shift(); stall !== undefined; stall = left.shift()) {
      await act(stall).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: parallelism }, worker));
  return failures;
}

/**
 * Acts only if the execution still runs. An execution that was stopped leaves its stall behind; that stall is
 * deleted.
 */
async function ifRunning(
  deps: Dependencies,
  stall: Stall,
  act: (onboarding: Onboarding) => Promise<void>,
): Promise<void> {
  const onboarding = await deps.onboardings.find(stall.onboardingId);
  if (onboarding === undefined || !(await deps.workflows.isRunning(stall.onboardingId))) {
    return deps.stalls.forget(stall);
  }
  return act(onboarding);
}

async function tellTicket(deps: Dependencies, stall: Stall, onboarding: Onboarding): Promise<void> {
  const vendor = await vendorOf(deps, stall);
  const [entry, text] = (await isBeingUndone(deps, stall))
    ? ([`UndoWaits:${stall.what}`, undoWaitsForVendor(vendor, stall.since)] as const)
    : ([`Waits:${stall.what}`, waitsForVendor(vendor, stall.since)] as const);
  await writeOnce(deps, onboarding, entry, text);
  await deps.stalls.advance(stall, 'told');
}

/**
 * Whether the request is being taken back. A step that was applied can wait only to be undone, and the undo chain
 * begins with the credential delivery.
 */
async function isBeingUndone({ steps }: Dependencies, { onboardingId, what }: Stall): Promise<boolean> {
  if (what === 'request-intake') return false;
  if ((await steps.find(onboardingId, what))?.state === 'applied') return true;
  return (await steps.find(onboardingId, 'credential-delivery'))?.state === 'undone';
}

async function escalate(
  deps: Dependencies,
  stall: Stall,
  { onboardingId, request }: Onboarding,
): Promise<void> {
  const sentence = `${stall.what} has waited since ${stall.since.toISOString()}: ${await reasonOf(deps, stall)}.`;
  await deps.alerts.raise({
    onboardingId,
    ticketNumber: request.ticket.number,
    status: 'Waiting',
    reasons: [{ code: stall.what, sentence }],
  });
  await deps.stalls.advance(stall, 'escalated');
}

const failureOf = async ({ steps }: Dependencies, { onboardingId, what }: Stall) =>
  what === 'request-intake' ? undefined : (await steps.find(onboardingId, what))?.failure;

async function reasonOf(deps: Dependencies, stall: Stall): Promise<string> {
  const failure = await failureOf(deps, stall);
  return failure === undefined
    ? 'its turn has not come, or a vendor cannot be asked'
    : `${failure.service} ${failure.operation}: ${failure.detail}`;
}

/** Returns the name of the vendor that an onboarding waits for. */
async function vendorOf(deps: Dependencies, stall: Stall): Promise<string> {
  const names: Readonly<Record<string, string>> = {
    okta: 'Okta',
    cognito: 'Amazon Cognito',
    apigateway: 'Amazon API Gateway',
    ses: 'Amazon SES',
    servicenow: 'ServiceNow',
  };
  const usual = {
    'request-intake': 'okta',
    'okta-profile': 'okta',
    'cognito-client': 'cognito',
    'gateway-mapping': 'apigateway',
    'credential-delivery': 'ses',
    'ewacs-account': 'servicenow',
  } as const;
  const failure = await failureOf(deps, stall);
  return names[failure?.service ?? usual[stall.what]] ?? 'Amazon Web Services';
}
