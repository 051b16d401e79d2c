import { type Clock, secondsAfter } from '../clock.ts';
import { writeOnce } from '../workflow/journal.ts';
import type { Alerts, Workflows } from '../workflow/ports.ts';
import type { Onboarding, Stall, Stalls } from '../workflow/records.ts';
import type { ReportDependencies } from './ticket-report.ts';
import { waitsForVendor } from './ticket-texts.ts';

/** The ticket hears of a wait that is longer. */
const ticketHearsAfterSeconds = 5 * 60;
/** So many in one run, and so many of them at once: each is some requests, and there are other runs. */
const mostInOneRun = 300;
const atOnce = 10;

interface Dependencies extends ReportDependencies {
  readonly stalls: Stalls;
  readonly workflows: Pick<Workflows, 'isRunning'>;
  readonly alerts: Alerts;
  readonly clock: Clock;
  /** After this time operators are asked. */
  readonly operatorsDecideAfterHours: number;
}

export interface StallCounts {
  /** For more than five minutes, and before the operators were told. */
  readonly stalled: number;
  readonly longestStallMinutes: number;
}

/**
 * tells the tickets of onboardings that wait for a vendor, and after a day the operators, each once. The
 * onboardings wait on: nothing is taken back unless an operator does it.
 * @throws what kept one from being told; the others are
 */
export async function reportStalls(deps: Dependencies): Promise<StallCounts> {
  const { stalls, clock, operatorsDecideAfterHours } = deps;
  const now = clock.now();
  const dayAgo = secondsAfter(now, -operatorsDecideAfterHours * 3600);
  const [untold, told] = await Promise.all([
    stalls.list('untold', secondsAfter(now, -ticketHearsAfterSeconds)),
    stalls.list('told', dayAgo),
  ]);
  // Also one whose ticket cannot be told, because ServiceNow is what it waits for.
  const overdue = [...told, ...untold.filter(({ since }) => since < dayAgo)];
  const failures = [
    ...(await each(overdue, (stall) =>
      ifRunning(deps, stall, (onboarding) => escalate(deps, stall, onboarding)),
    )),
    ...(await each(
      untold.filter((stall) => !overdue.includes(stall)),
      (stall) => ifRunning(deps, stall, (onboarding) => tell(deps, stall, onboarding)),
    )),
  ];
  if (failures.length > 0) throw failures[0];
  const all = [...untold, ...told];
  const first = Math.min(now.getTime(), ...all.map(({ since }) => since.getTime()));
  return { stalled: all.length, longestStallMinutes: Math.floor((now.getTime() - first) / 60_000) };
}

/** @returns what the failed ones failed by */
async function each(
  stalls: readonly Stall[],
  act: (stall: Stall) => Promise<void>,
): Promise<readonly unknown[]> {
  const left = stalls.slice(0, mostInOneRun);
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let stall = left.shift(); stall !== undefined; stall = left.shift()) {
      await act(stall).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failures;
}

/** An execution that was stopped leaves its stall behind. */
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

async function tell(deps: Dependencies, stall: Stall, onboarding: Onboarding): Promise<void> {
  await writeOnce(
    deps,
    onboarding,
    `Waits:${stall.what}`,
    waitsForVendor(await vendorOf(deps, stall), stall.since),
  );
  await deps.stalls.advance(stall, 'told');
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

/** The name of whom an onboarding waits for. */
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
