import { RedriveExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '../clients/executions.ts';
import { invoke, type Target } from '../clients/operator.ts';
import { ticketNumberOf } from '../core/onboarding/ids.ts';
import type { FieldError } from '../core/problem.ts';
import { awsOption, readGivenFile, runCommand, UsageError } from '../local/command-line.ts';
import { optionsFor, requireExecution } from './executions.ts';
import { findOnboarding, resolveOnboardingId, type ShownOnboarding } from './onboardings.ts';
import { followExecution } from './progress.ts';
import { continueIfTaskIsClosed, recordEnd } from './repair.ts';
import { announceTarget } from './target.ts';

/** `npm run redrive -- ONBOARDING [--input FILE] [--aws]` */
await runCommand(
  {
    name: 'redrive',
    about:
      'Looks at an onboarding (its id, or the number of its ticket) that has not succeeded, and continues it in\n' +
      'the way that is right:\n' +
      '  rejected or rolled back   starts a new attempt, with the same input or a corrected one\n' +
      '  stopped, timed out, or not rolled back completely   has Step Functions redrive the execution\n' +
      '  its end was not recorded  repairs the records first\n' +
      '  waiting for its task      continues if the task is closed.',
    operands: ['ONBOARDING'],
    options: {
      input: {
        type: 'string',
        value: 'FILE',
        about: 'a corrected request for a new attempt, like those in events/samples',
      },
      ...awsOption,
    },
  },
  async ({ operands: [named = ''], values }) => {
    const input =
      values.input === undefined ? undefined : { file: values.input, text: readGivenFile(values.input) };
    const where = await announceTarget(values);
    const onboardingId = await resolveOnboardingId(where, named);
    if (input !== undefined) requireRequestOf(input, onboardingId);
    const record = await findOnboarding(where, onboardingId);
    const recorded = record?.status;
    // A record of that status says enough, also once Step Functions has forgotten the execution.
    if (isRepeatable(recorded)) {
      if (input === undefined) requirePersonalData(onboardingId, record, optionsFor(where));
      return startNextAttempt(where, onboardingId, input);
    }
    const execution = await requireExecution(where, onboardingId);
    if (isRepeatable(execution.is)) {
      await recordEnd(where, onboardingId);
      console.log(`${onboardingId}: its end was not recorded. Record and ticket now agree with it.`);
      return startNextAttempt(where, onboardingId, input);
    }
    if (input !== undefined) {
      throw new UsageError(
        `--input is only for a new attempt, and ${onboardingId} is ${recorded ?? execution.is}.`,
      );
    }
    return continueExecution(where, onboardingId, { recorded, execution });
  },
);

/** Tells whether a new attempt may follow an end. */
function isRepeatable(status: string | undefined): boolean {
  return status === 'Rejected' || status === 'RolledBack';
}

/** @throws {Error} that asks for the whole request, if its personal data was removed */
function requirePersonalData(
  onboardingId: string,
  record: ShownOnboarding | undefined,
  options: string,
): void {
  const { personalDataRemovedAt } = record ?? {};
  if (personalDataRemovedAt === undefined) return;
  throw new Error(
    `The personal data of ${onboardingId} was removed on ${personalDataRemovedAt.slice(0, 10)}, so the same input cannot be tried again.\n` +
      `  What to do: give the whole request again: npm run redrive -- ${onboardingId} --input FILE${options}`,
  );
}

async function continueExecution(
  where: Target,
  onboardingId: string,
  { recorded, execution }: { readonly recorded: string | undefined; readonly execution: ExecutionStatus },
): Promise<number> {
  if (execution.waits) {
    console.log(await continueIfTaskIsClosed(where, onboardingId));
    return 0;
  }
  if (execution.is === 'RUNNING') {
    console.log(`${onboardingId} is still running: there is nothing to do`);
    return 0;
  }
  if (execution.is === 'SUCCEEDED') {
    if (recorded === 'Done') throw new Error(`${onboardingId} is Done: there is nothing to redrive`);
    await recordEnd(where, onboardingId);
    console.log(
      `${onboardingId} succeeded, and its end was not recorded. Record and ticket now agree with it.`,
    );
    return 0;
  }
  if (execution.notRedrivable !== undefined) {
    throw new Error(
      `${onboardingId} is ${execution.is}, and Step Functions cannot redrive it (${execution.notRedrivable}).\n` +
        `  Roll it back, then redrive it: npm run rollback -- ${onboardingId}${optionsFor(where)}`,
    );
  }
  const client = new SFNClient(where.client);
  await client.send(new RedriveExecutionCommand({ executionArn: execution.executionArn }));
  client.destroy();
  console.log(`${onboardingId} was ${execution.is}: Step Functions redrives its execution`);
  return followOnTwin(where, execution.executionArn);
}

async function startNextAttempt(
  where: Target,
  onboardingId: string,
  input: GivenInput | undefined,
): Promise<number> {
  const answer = (await invoke(where, 'redrive', {
    onboardingId,
    ...(input !== undefined && { input: input.text }),
  })) as
    | { readonly onboardingId: string; readonly executionArn: string }
    | { readonly faults: readonly FieldError[] };
  if ('faults' in answer) throw refusalOf(answer.faults, input);
  console.log(`${answer.onboardingId} is a new attempt`);
  return followOnTwin(where, answer.executionArn);
}

/** The corrected request, and the file that it is from. */
interface GivenInput {
  readonly file: string;
  readonly text: string;
}

/** Returns the error for a corrected request that was refused, with each of its errors. */
function refusalOf(faults: readonly FieldError[], input: GivenInput | undefined): Error {
  return new Error(
    [
      `${input?.file ?? 'The request'} breaks these rules, so nothing was started:`,
      ...faults.map((fault) => `  ${describeFault(fault, input?.text ?? '')}`),
      '  Correct the file, then run the command again. events/schemas/sc_req_item.submitted.v1.json describes it.',
    ].join('\n'),
  );
}

/** @throws {UsageError} if the input is no request, or one of another ticket than the onboarding */
function requireRequestOf({ file, text }: GivenInput, onboardingId: string): void {
  const type = valueAt(text, '/type');
  if (type !== undefined && type !== '"sc_req_item.submitted"') {
    throw new UsageError(`${file} is no request: its type is ${type}. Allowed: "sc_req_item.submitted".`);
  }
  const given = valueAt(text, '/number');
  const number = ticketNumberOf(onboardingId);
  if (given === undefined || given === JSON.stringify(number)) return;
  throw new UsageError(
    `${file} is a request of ticket ${given}, and ${onboardingId} belongs to ticket ${number}. Give a request of that ticket.`,
  );
}

/** Describes an error in a request: the field, its value, and what is allowed. */
function describeFault({ path, code, allowed }: FieldError, text: string): string {
  const value = valueAt(text, path);
  const found = value === undefined ? '' : ` It is ${value}.`;
  return `${path} (${code}):${found} Allowed: ${allowed}`;
}

/** Returns the value at a JSON Pointer in one short line. Undefined if there is none, or it is no single value. */
function valueAt(text: string, pointer: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const key of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  if (value === undefined || typeof value === 'object') return undefined;
  const line = JSON.stringify(value);
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

/** Follows an execution on the twin. On AWS it may take days, so the command ends here. */
async function followOnTwin(where: Target, executionArn: string): Promise<number> {
  if (where.twin === undefined) {
    console.log(`Follow it with: npm run show -- ${executionArn.split(':').at(-1) ?? ''} --watch --aws`);
    return 0;
  }
  const { status, error } = await followExecution(where.client, executionArn);
  console.log(`${status}${error === undefined ? '' : ` ${error}`}`);
  return status === 'SUCCEEDED' ? 0 : 1;
}
