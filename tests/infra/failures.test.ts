import { describe, expect, test } from 'vitest';
import { clientSettings } from '../../adapters/aws/client.ts';
import { identityPoolTries } from '../../adapters/aws/identity-pool.ts';
import { kmsTries } from '../../adapters/aws/kms-calls.ts';
import { secretReads } from '../../adapters/aws/secrets.ts';
import { usualTries } from '../../adapters/aws/table.ts';
import {
  type AwsServiceName,
  type Circumstance,
  circumstanceTable,
  codeTable,
} from '../../adapters/aws/error-table.ts';
import { awsCalls } from '../../adapters/aws/errors.ts';
import type { ErrorRow } from '../../adapters/http/error-table.ts';
import { usualLimits } from '../../adapters/http/json-call.ts';
import { oktaError, oktaErrors } from '../../adapters/okta/errors.ts';
import { serviceNowError, serviceNowErrors } from '../../adapters/servicenow/errors.ts';
import * as errors from '../../core/errors.ts';
import { withoutEnd } from '../../state-machines/retry-policies.ts';
import type { WorkflowStatus } from '../../core/workflow/records.ts';
import { numberIn, only, rowsUnder, tables } from './failure-document.ts';
import { neverLeftCodes, raisedErrors, rejectionReasons, triesOf } from './failure-sources.ts';
import { codesIn, type Row } from './markdown-table.ts';
import { States, tasks } from './onboarding-machine.ts';
import { isAboveTest, testMarks } from './marked-tests.ts';
import { expectTestsOf } from './named-tests.ts';

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name.localeCompare(other.name);
const classes = Object.entries(errors).flatMap(([name, exported]) =>
  Object.getPrototypeOf(exported) === errors.StepError ? [name] : [],
);

const retriers = new Map(
  rowsUnder('Retries', 'retrier').map((row) => [
    only(row('retrier')),
    {
      ErrorEquals: codesIn(row('errors')),
      IntervalSeconds: numberIn(row('first wait')),
      BackoffRate: numberIn(row('back-off')),
      MaxDelaySeconds: numberIn(row('cap')),
      MaxAttempts: numberIn(row('more runs')),
      JitterStrategy: only(row('jitter')),
    },
  ]),
);
const retrierOf = (error: string): string =>
  [...retriers].find(([, { ErrorEquals }]) => ErrorEquals.includes(error))?.[0] ?? 'never';

describe('X-2 section 1: what the state machine does', () => {
  test('every class has a row, every row a class, and says by what it is retried', () => {
    expect(
      rowsUnder('1. The classes', 'class')
        .map((row) => [only(row('class')), only(row('the state machine'))])
        .toSorted(),
    ).toEqual(classes.map((name) => [name, retrierOf(name)]).toSorted());
  });

  test('every other error that is retried has a row, and every row is retried so', () => {
    const rows = rowsUnder('Errors that AWS raises in our place', 'error').map((row) => [
      only(row('error')),
      only(row('retrier')),
    ]);
    expect(rows.filter(([, by]) => by !== 'never').toSorted()).toEqual(
      [...new Set([...retriers.values()].flatMap(({ ErrorEquals }) => ErrorEquals))]
        .filter((error) => !classes.includes(error))
        .map((error) => [error, retrierOf(error)])
        .toSorted(),
    );
    for (const [error = ''] of rows.filter(([, by]) => by === 'never')) {
      expect(retrierOf(error)).toBe('never');
    }
  });

  test('every state that may fail has a row with its retries, its time-out, and what follows', () => {
    const documented = rowsUnder('The states', 'state').map((row) => {
      const names = codesIn(row('retriers'));
      /** Errors that an earlier retrier handles or that the row omits. */
      const taken = new Set(names.filter((name) => !retriers.has(name)));
      const [functionName, ...action] = codesIn(row('runs'));
      return {
        name: only(row('state')),
        functionName,
        action: action[0],
        TimeoutSeconds: numberIn(row('time-out')),
        Retry: names
          .flatMap((name) => retriers.get(name) ?? [])
          .map((each) => {
            const ErrorEquals = each.ErrorEquals.filter((error) => !taken.has(error));
            for (const error of ErrorEquals) taken.add(error);
            return { ...each, ErrorEquals };
          }),
        Catch: row('when it fails for good')
          .split(';')
          .flatMap((each) => {
            const follows = codesIn(each);
            return follows.length < 2 ? [] : [{ ErrorEquals: follows.slice(0, -1), Next: follows.at(-1) }];
          }),
      };
    });
    expect(documented.toSorted(byName)).toEqual(
      tasks
        .map(({ name, functionName, payload, TimeoutSeconds, Retry, Catch }) => ({
          name,
          functionName,
          action: payload['action'] ?? payload['milestone'],
          TimeoutSeconds,
          Retry,
          Catch,
        }))
        .toSorted(byName),
    );
  });

  test('all waits of a retrier together last no longer than its row says', () => {
    for (const row of rowsUnder('Retries', 'retrier')) {
      const {
        IntervalSeconds = 0,
        BackoffRate = 0,
        MaxDelaySeconds = 0,
        MaxAttempts = 0,
      } = retriers.get(only(row('retrier'))) ?? {};
      if (MaxAttempts === withoutEnd) {
        expect(row('waits together, at most')).toBe('without end');
        continue;
      }
      const waits = Array.from({ length: MaxAttempts }, (_, nth) =>
        Math.min(IntervalSeconds * BackoffRate ** nth, MaxDelaySeconds),
      );
      expect(numberIn(row('waits together, at most'))).toBe(
        Math.ceil(waits.reduce((sum, wait) => sum + wait, 0)),
      );
    }
  });

  test('a call is tried as often, and given up as soon, as its row says', () => {
    const aws = [
      ...triesOf([...new Set(tasks.map(({ functionName }) => functionName)), 'execution-ended']),
    ].map((tries) => `${tries} ${clientSettings({ maxAttempts: 1 }).requestHandler.requestTimeout / 1000} s`);
    const plain = Object.entries({
      DynamoDB: usualTries,
      KMS: kmsTries,
      CognitoIdentity: identityPoolTries,
      SecretsManager: secretReads,
    }).map(([name, { attempts, requestTimeout }]) => `${name} ${attempts} ${requestTimeout / 1000} s`);
    const http = ['okta', 'servicenow'].map(
      (service) => `${service} 1 ${usualLimits.timeoutMilliseconds / 1000} s`,
    );
    expect(
      rowsUnder('Retries', 'client')
        .map((row) => `${only(row('client'))} ${row('tries')} ${row('each given up after')}`)
        .toSorted(),
    ).toEqual([...aws, ...plain, ...http].toSorted());
  });
});

describe("X-2 section 2: what a vendor's error becomes", () => {
  const vendors = [
    {
      heading: 'Okta',
      table: oktaErrors,
      error: oktaError,
      body: (code: string, words: string) => ({
        errorSummary: words,
        ...(code !== '' && { errorCode: code }),
      }),
    },
    { heading: 'ServiceNow', table: serviceNowErrors, error: serviceNowError, body: () => ({}) },
  ];
  const cells = (row: Row): readonly string[] =>
    ['status', 'code', 'says', 'what it means', 'an effect', 'a read'].map((column) => only(row(column)));
  const cellsOf = ({ status, code = '', says, meaning, becomes }: ErrorRow): readonly string[] => [
    String(status),
    code,
    says?.source ?? '',
    meaning,
    ...(becomes === 'outcome-unknown' ? ['OutcomeUnknown', 'Unavailable'] : [becomes, becomes]),
  ];

  test.each(vendors)("$heading: the rows are the adapter's, in its order", ({ heading, table }) => {
    expect(rowsUnder(heading, 'status').map(cells)).toEqual(table.map(cellsOf));
  });

  test.each(
    vendors.flatMap(({ heading, ...vendor }) =>
      rowsUnder(heading, 'status').map((row) => ({
        ...vendor,
        what: `${heading} ${cells(row).slice(0, 3).join(' ')}`,
        row,
      })),
    ),
  )('$what', ({ error, body, row }) => {
    const status = Number(only(row('status')).replace('xx', '18'));
    const answer = {
      ok: false,
      status,
      headers: new Headers(),
      body: body(only(row('code')), only(row('says'))),
    };
    const named = (changes: boolean) =>
      error({ service: 'vendor', operation: 'Operation', changes }, answer).name;
    expect([named(true), named(false)]).toEqual([only(row('an effect')), only(row('a read'))]);
  });

  test('a request that never left is known by the codes of its row', () => {
    const [first] = rowsUnder('Okta and ServiceNow without a usable answer', 'detail');
    expect(codesIn(first?.('detail') ?? '')).toEqual(neverLeftCodes());
  });

  test("AWS: the codes are the adapters'", () => {
    const documented = rowsUnder('AWS, by code', 'code').map((row) =>
      [row('code'), row('service'), row('only if'), row('class')].map(only),
    );
    expect(documented).toEqual(
      codeTable.map(({ code, service, says, onlyOf = '', means }) => [
        code,
        service,
        says?.source ?? onlyOf,
        means,
      ]),
    );
  });

  /**
   * The results of calls: an error in the SDK's format, or undefined if the call returned nothing that was
   * requested.
   */
  const samples: Readonly<Record<Circumstance, object | undefined>> = {
    'never connected': { code: 'ECONNREFUSED', syscall: 'connect', $metadata: {} },
    'no answer': { code: 'ECONNRESET', syscall: 'read', $metadata: {} },
    'unreadable answer': { $metadata: { httpStatusCode: 200 } },
    'incomplete answer': undefined,
    '5xx': { $metadata: { httpStatusCode: 503 } },
    '429': { $metadata: { httpStatusCode: 429 } },
    '409': { $metadata: { httpStatusCode: 409 } },
    'other 4xx': { $metadata: { httpStatusCode: 403 } },
  };
  const circumstances = rowsUnder('AWS, where no code above tells', 'circumstance');
  const becomes = async (
    service: AwsServiceName,
    sample: object | undefined,
    operation = 'Operation',
  ): Promise<readonly string[]> => {
    const send = () =>
      sample === undefined ? Promise.resolve(undefined) : Promise.reject(Object.assign(new Error(), sample));
    return Promise.all(
      (['effect', 'read'] as const).map(async (kind) =>
        awsCalls(service)
          [kind](operation, send)
          .then(
            () => 'nothing',
            (error: unknown) => (error instanceof Error ? error.name : 'nothing'),
          ),
      ),
    );
  };

  test("AWS: the circumstances are the adapters'", () => {
    expect(
      Object.fromEntries(
        circumstances.map((row) => [
          only(row('circumstance')),
          { effect: only(row('an effect')), read: only(row('a read')) },
        ]),
      ),
    ).toEqual(circumstanceTable);
  });

  test.each(circumstances.map((row) => ({ what: only(row('circumstance')), row })))(
    'AWS $what',
    async ({ what, row }) => {
      const [, sample] = Object.entries(samples).find(([circumstance]) => circumstance === what) ?? [];
      expect(await becomes('kms', sample)).toEqual([only(row('an effect')), only(row('a read'))]);
    },
  );

  test.each(codeTable.map((row, at) => ({ ...row, at })))(
    'AWS $code of $service',
    async ({ code, service, onlyOf, says, at }) => {
      const row = rowsUnder('AWS, by code', 'code')[at];
      const thrown = {
        name: code,
        message: says?.source,
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
      };
      expect(await becomes(service === 'any' ? 'apigateway' : service, thrown, onlyOf)).toEqual([
        only(row?.('class') ?? ''),
        only(row?.('class') ?? ''),
      ]);
    },
  );

  test('every error that Sallyport raises itself has a row, and every row is raised', () => {
    expect(
      new Set(
        rowsUnder('Raised by Sallyport itself', 'file').map(
          (row) => `${only(row('file'))} ${only(row('class'))}`,
        ),
      ),
    ).toEqual(raisedErrors(classes));
  });
});

test('OAU-1 section 3: every reason to reject a request is there, and no other', () => {
  expect(new Set(rowsUnder('request-intake', 'reason').flatMap((row) => codesIn(row('reason'))))).toEqual(
    rejectionReasons(),
  );
});

test('X-2 section 4: every end is there', () => {
  const statuses = [
    'Done',
    'Rejected',
    'RolledBack',
    'RollbackIncomplete',
  ] as const satisfies readonly WorkflowStatus[];
  const status: Readonly<Record<string, string>> = { Succeed: 'SUCCEEDED', Fail: 'FAILED' };
  const rows = rowsUnder('4. The ends', 'end').map((row) => [
    only(row('end')),
    only(row('execution')),
    only(row('record')),
  ]);
  expect(rows.filter(([, , record]) => record !== 'Stopped')).toEqual(
    statuses.map((end) => [end, status[States[end]?.Type ?? 'Fail'], end]),
  );
  expect(
    Object.entries(States)
      .flatMap(([name, { Type, Error: error }]) => (Type in status ? [[name, error ?? name]] : []))
      .toSorted(),
  ).toEqual(
    statuses
      .filter((end) => end !== 'RollbackIncomplete')
      .map((end) => [end, end])
      .toSorted(),
  );
  expect(rows.filter(([, , record]) => record === 'Stopped').map(([, execution]) => execution)).toEqual([
    'ABORTED',
    'TIMED_OUT',
    'FAILED',
  ]);
});

describe('X-2 every row of these tables is tested where it says', () => {
  const rows = tables
    .filter(({ columns }) => columns.includes('tests'))
    .flatMap(({ headings, columns, rows: each }) =>
      each.map((row) => ({
        row,
        what: [...headings.slice(1), row(columns[0] ?? '')].join(', '),
        // The text that its tests must contain, unless the row names one by its id.
        subject: columns.includes('operation')
          ? only(row('operation')).split(' ')[1]
          : columns.includes('class')
            ? only(row('class'))
            : undefined,
      })),
    );

  test.each(rows)('$what', ({ row, subject }) => {
    expectTestsOf(row('tests'), subject);
  });

  test('and an id above a test is named by a row', () => {
    const marks = testMarks('Failure');
    const named = rows.flatMap(({ row }) => row('tests').match(/F-\d+/gu) ?? []);
    expect(marks.map(({ id }) => id).toSorted()).toEqual([...new Set(named)].toSorted());
    expect(marks.filter((mark) => !isAboveTest(mark))).toEqual([]);
  });
});
