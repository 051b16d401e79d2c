import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Clock } from '../clock.ts';
import { Defect, isTransient, rejectedToDefect, Rejected, StepError } from '../errors.ts';
import {
  type ResolvedContract,
  resolveContract,
  type ContractResolution,
  saveDrafts,
} from './resolve-contract.ts';
import { makePlan } from './make-plan.ts';
import type { UserDirectory } from '../access/ports.ts';
import { intakeName, openStatuses, type Reason, type Stalls } from '../workflow/records.ts';
import type { TicketRecord, Tickets } from '../tickets/records.ts';
import { type Kind, makesProfile } from '../tickets/request.ts';
import { awaitsPrerequisite, type ExecutionInput, type Onboarding, type Onboardings } from './onboarding.ts';
import { findProfileConflict, stoppedByOperator } from '../access/profile.ts';
import {
  addLooks,
  findLookAlikes,
  type LookAlikes,
  type LookAlikeAlerts,
  type LookAlikeSearch,
} from '../partners/look-alikes.ts';
import { isStopped, type Users } from '../users/user.ts';

interface Dependencies extends ContractResolution, Pick<LookAlikeSearch, 'nameLooks'> {
  readonly clock: Clock;
  readonly lookAlikeAlerts: LookAlikeAlerts;
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly directory: Pick<UserDirectory, 'findByLogin'>;
  readonly users: Pick<Users, 'find'>;
  readonly stalls: Pick<Stalls, 'begin' | 'endIntake'>;
}

/** Everything that the state machine is told about a request: the values that its Choice states test. */
export interface IntakeResult {
  readonly kind: Kind;
  readonly awaitsPrerequisite: boolean;
}

/**
 * Takes in a request: creates the onboarding's record with its plan, and makes the checks that need a look-up
 * (WF-1, WF-2, OAU-1).
 * @throws {Rejected} after recording every reason
 * @throws {Defect} if the ticket has no such onboarding, or a service refuses a call of ours
 */
export async function intakeRequest(
  deps: Dependencies,
  { onboardingId, ticketNumber }: ExecutionInput,
): Promise<IntakeResult> {
  const { tickets, onboardings } = deps;
  const ticket = await tickets.find(ticketNumber).catch(rejectedToDefect);
  if (ticket?.onboardingId !== onboardingId) {
    throw new Defect({
      service: 'sallyport',
      operation: 'request-intake',
      detail: 'the ticket has no such onboarding',
    });
  }
  // The contract is drafted and judged at one moment, whatever the clock does meanwhile.
  const now = deps.clock.now();
  const resolvedContract = await resolveContract(deps, ticket, now).catch(rejectedToDefect);
  const lookAlikes = await findSimilarPartners(deps, ticket, resolvedContract).catch(rejectedToDefect);
  const onboarding = await onboardings
    .create(newOnboarding(ticket, resolvedContract, deps.catalogue, now, lookAlikes))
    .catch(rejectedToDefect);

  // A rejection is final, whatever a later run would find.
  const reasons =
    onboarding.status === 'Rejected'
      ? (onboarding.reasons ?? [])
      : [...onboarding.plan.objections, ...(await checkDirectory(deps, onboarding).catch(rejectedToDefect))];
  if (reasons.length > 0) return reject(deps, onboardingId, reasons);
  // The plan is for the partner that had the name when the plan was made.
  const isCurrent = resolvedContract.partnerId === onboarding.partnerId;
  if (!isCurrent || !(await saveDrafts(deps, resolvedContract).catch(rejectedToDefect))) {
    return reject(deps, onboardingId, [nameMoved(onboarding)]);
  }
  await registerNewPartner(deps, onboarding, resolvedContract).catch(rejectedToDefect);
  return { kind: onboarding.request.kind, awaitsPrerequisite: awaitsPrerequisite(onboarding) };
}

/** Returns the other partners whose names look like the company's. */
function findSimilarPartners(
  deps: LookAlikeSearch,
  { request: { company } }: TicketRecord,
  { partnerId, drafted, partner }: ResolvedContract,
): Promise<LookAlikes> {
  const hasRecord = partner !== undefined && drafted.partner === undefined;
  return findLookAlikes(deps, partnerId, [company], hasRecord ? [company] : []);
}

/**
 * Makes a new partner known by what its name looks like, and tells the operators if it looks like another
 * partner's. The ticket says so in any case, so it does not matter if they cannot be told.
 */
async function registerNewPartner(
  { nameLooks, lookAlikeAlerts }: Pick<Dependencies, 'nameLooks' | 'lookAlikeAlerts'>,
  { onboardingId, plan: { looksLike, moreLookAlikes, uncheckedLookAlikes } }: Onboarding,
  { drafted: { partner } }: ResolvedContract,
): Promise<void> {
  if (partner === undefined) return;
  const { partnerId, name } = partner;
  await addLooks({ nameLooks }, { partnerId, name });
  if (looksLike === undefined && uncheckedLookAlikes === undefined) return;
  try {
    await lookAlikeAlerts.raise({
      about: 'look_alike',
      partnerId,
      name,
      ...(looksLike !== undefined && { looksLike }),
      ...(moreLookAlikes !== undefined && { moreLookAlikes }),
      ...(uncheckedLookAlikes !== undefined && { uncheckedLookAlikes }),
      onboardingId,
    });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
  }
}

const nameMoved = ({ request: { company } }: Onboarding): Reason => ({
  code: 'name_moved',
  sentence: `The name ${company} was given to another partner while this request was looked at. Submit it again, so that it belongs to that partner.`,
});

/** @throws {Rejected} after recording every reason */
async function reject(
  { onboardings }: Pick<Dependencies, 'onboardings'>,
  onboardingId: string,
  reasons: readonly Reason[],
): Promise<never> {
  await onboardings.conclude(onboardingId, openStatuses, 'Rejected', reasons).catch(rejectedToDefect);
  throw new Rejected({
    service: 'sallyport',
    operation: 'request-intake',
    detail: reasons.map(({ code }) => code).join(', '),
  });
}

/**
 * Checks the request against the user directory. While the directory is busy or down, a stall is recorded.
 */
async function checkDirectory(
  { directory, users, stalls, clock }: Dependencies,
  onboarding: Onboarding,
): Promise<readonly Reason[]> {
  const { onboardingId, stalledSince } = onboarding;
  try {
    const objections = await directoryObjections({ directory, users }, onboarding);
    if (stalledSince !== undefined) await stalls.endIntake(onboardingId);
    return objections;
  } catch (error) {
    if (isTransient(error)) await stalls.begin(onboardingId, intakeName, clock.now());
    throw error;
  }
}

/** Builds the record of a new attempt. */
export function newOnboarding(
  { onboardingId, request }: TicketRecord,
  resolvedContract: ResolvedContract,
  catalogue: Catalogue,
  now: Date,
  lookAlikes: LookAlikes = {},
): Onboarding {
  return {
    onboardingId,
    request,
    partnerId: resolvedContract.partnerId,
    status: 'Running',
    plan: { ...makePlan(request, resolvedContract, catalogue, now), ...lookAlikes },
    createdAt: now.toISOString(),
  };
}

async function directoryObjections(
  { directory, users }: Pick<Dependencies, 'directory' | 'users'>,
  onboarding: Onboarding,
): Promise<readonly Reason[]> {
  const { request, partnerId } = onboarding;
  if (isStopped(await users.find(request.userId))) {
    return [
      {
        code: 'user_stopped',
        sentence: `The user id ${request.userId} cannot be used: ${stoppedByOperator}. Ask the platform team.`,
      },
    ];
  }
  const user = await directory.findByLogin(request.userId);
  if (makesProfile(request.kind)) {
    const conflict = user === undefined ? undefined : findProfileConflict(user, onboarding);
    return conflict === undefined
      ? []
      : [{ code: 'user_id_taken', sentence: `The user id ${request.userId} cannot be used: ${conflict}.` }];
  }
  if (user?.active !== true || user.partnerId !== partnerId) {
    return [
      {
        code: 'no_active_profile',
        sentence: `${request.company} has no active profile with the user id ${request.userId}. Ask for a b2b-user first, or for a b2b-onboarding, which makes both.`,
      },
    ];
  }
  return [];
}
