import { beforeEach, describe, expect, test } from 'vitest';
import { Rejected, Unavailable } from '../../core/errors.ts';
import { createAwsClients } from '../../scripts/bootstrap/aws.ts';
import { dnsRecords } from '../../scripts/bootstrap/mail.ts';
import { parseParameters } from '../../scripts/bootstrap/parameters.ts';
import { problemOf } from '../../scripts/bootstrap/problems.ts';
import { runPlan } from '../../scripts/bootstrap/run.ts';
import { smokeCalls, smokeRequest } from '../../scripts/bootstrap/smoke-request.ts';
import { firstFailure } from '../../scripts/bootstrap/smoke-test/onboarding.ts';
import {
  type BootstrapContext,
  type Findings,
  type BootstrapStep,
  StepFailed,
} from '../../scripts/bootstrap/step.ts';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { catalogue } from '../support/fakes/samples.ts';

const parameters = parseParameters(
  `
{ stage: dev, account: '123456789012', region: eu-west-1, operatorsMailbox: operators@company.com,
  okta: { url: 'https://company.okta.com', clientId: a, readerClientId: b, loginClientId: c },
  servicenow: { url: 'https://company.service-now.com', clientId: abc, clientSecret: s3cret },
  smokeTest: { ticket: RITM0010001, product: credit-reports, region: UK } }`,
  { stage: 'dev', catalogue, local: false },
);

let said: string[];
let acted: string[];
let context: BootstrapContext;
beforeEach(() => {
  said = [];
  acted = [];
  context = {
    parameters,
    catalogue,
    stack: 'sallyport-dev',
    aws: createAwsClients('eu-west-1'),
    clock: { now: () => new Date() },
    say: (line) => {
      said.push(line);
    },
  };
});

/** A step that finds this, and whose changes are made by being named. */
const step = (name: string, findings: Findings | Error, failure?: Error): BootstrapStep => ({
  name,
  check: () =>
    findings instanceof Error
      ? Promise.reject(findings)
      : Promise.resolve(acted.includes(name) ? {} : findings),
  run: () => {
    if (failure !== undefined) return Promise.reject(failure);
    acted.push(name);
    return Promise.resolve(['did it']);
  },
});
const problem = { what: 'It is broken.', remedy: 'Mend it.' };

describe('X-15 the run of bootstrap', () => {
  test('looks everywhere, tells every problem, and changes nothing while there is one', async () => {
    const looks = [
      step('one', { facts: ['it is there'], warnings: ['it is small'] }),
      step('two', { problems: [problem] }),
      step('three', { changes: ['make it'] }),
      step('four', new StepFailed({ what: 'It cannot be read.', remedy: 'Open it.' })),
    ];
    expect(
      await runPlan({ looks, works: [step('five', { changes: ['go'] })] }, context, { dryRun: false }),
    ).toBe('failed');
    expect(acted).toEqual([]);
    expect(said).toEqual([
      'Looking, and changing nothing:',
      '  ✓ one: it is there',
      '  ! one: it is small',
      '  ✗ two: It is broken.',
      '      Mend it.',
      '  → three: make it',
      '  ✗ four: It cannot be read.',
      '      Open it.',
      '\nNothing was changed. These steps have to be put right first: two, four.',
    ]);
  });

  test('looks no further in another account', async () => {
    const looks = [step('account', { problems: [problem] }), step('two', { facts: ['it is there'] })];
    expect(await runPlan({ looks, works: [] }, context, { dryRun: false })).toBe('failed');
    expect(said.join()).not.toContain('it is there');
  });

  test('says in a dry run what every step would change', async () => {
    const plan = {
      looks: [step('one', { changes: ['make it'] })],
      works: [step('two', { changes: ['deploy it'] }), step('three', { facts: ['done'] })],
    };
    expect(await runPlan(plan, context, { dryRun: true })).toBe('planned');
    expect(acted).toEqual([]);
    expect(said.slice(2)).toEqual([
      '\nThis would be done, in this order:',
      '  one: make it',
      '  two: deploy it',
      '\nNothing was changed.',
    ]);
  });

  test('makes changes in order, and only where there are any', async () => {
    const plan = {
      looks: [step('one', { changes: ['make it'] }), step('two', { facts: ['is there'] })],
      works: [step('three', { changes: ['deploy it'] })],
    };
    expect(await runPlan(plan, context, { dryRun: false })).toBe('done');
    expect(acted).toEqual(['one', 'three']);
    expect(said.slice(3)).toEqual([
      '\nWorking:',
      '  → one: make it',
      '  ✓ one: did it',
      '  → three: deploy it',
      '  ✓ three: did it',
    ]);
  });

  test('ends at the step that fails, with its name, why, and what to do; the next run goes on from there', async () => {
    const failing = {
      looks: [],
      works: [
        step('one', { changes: ['make it'] }),
        step('two', { changes: ['deploy'] }, new StepFailed(problem)),
        step('three', { changes: ['x'] }),
      ],
    };
    expect(await runPlan(failing, context, { dryRun: false })).toBe('failed');
    expect(said.slice(-4)).toEqual([
      '  → two: deploy',
      '  ✗ two: It is broken.',
      '      Mend it.',
      '\nThe step two failed. Steps before it are done and stay; the same command goes on from here.',
    ]);
    expect(
      await runPlan(
        { looks: [], works: [step('one', { changes: ['make it'] }), step('two', { changes: ['deploy'] })] },
        context,
        { dryRun: false },
      ),
    ).toBe('done');
    expect(acted).toEqual(['one', 'two']);
  });

  test('stops where others have something to do, and says what', async () => {
    const works = [
      step('hand-over', { handOvers: [{ what: 'Enter this:', lines: ['a record', 'another'] }] }),
      step('smoke-test', { changes: ['try it'] }),
    ];
    expect(await runPlan({ looks: [], works }, context, { dryRun: false })).toBe('waiting');
    expect(acted).toEqual([]);
    expect(said.slice(2)).toEqual([
      '  … hand-over: Enter this:',
      '      a record',
      '      another',
      '\nEverything before the step hand-over is done. What is listed under it is for others to do; run the same command again after it.',
    ]);
  });
});

describe('X-15 what an operator is told to do', () => {
  const named = (name: string, message = 'it says why'): Error => Object.assign(new Error(message), { name });

  test.each([
    [named('CredentialsProviderError'), /^Log in first: /u],
    [named('ExpiredToken'), /^The session is over/u],
    [named('InvalidClientTokenId'), /^AWS does not know these credentials/u],
    [named('AccessDeniedException'), /resources\/account\/deployer\.yml/u],
    [
      Object.assign(named('TypeError'), { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }),
      /network, proxy and DNS/u,
    ],
    [
      new Unavailable({ service: 'okta', operation: 'GetMetadata', detail: 'ENOTFOUND' }),
      /^Check the parameter okta\.url/u,
    ],
    [
      new Rejected({ service: 'servicenow', operation: 'Token', detail: 'HTTP 401' }),
      /^Check servicenow\.clientId and its secret/u,
    ],
    [
      new Rejected({ service: 'okta', operation: 'GetUser', detail: 'HTTP 403' }),
      /^Check what Sallyport's client may do in Okta/u,
    ],
  ])('about %s', (error, remedy) => {
    expect(problemOf(error).remedy).toMatch(remedy);
    expect(problemOf(error).what).toContain(error.message);
  });

  test('about the DNS: DKIM, the MAIL FROM domain, DMARC', () => {
    const identity = {
      DkimAttributes: { Tokens: ['abc'] },
      MailFromAttributes: {
        MailFromDomain: 'bounce.company.com',
        BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' as const,
        MailFromDomainStatus: 'PENDING' as const,
      },
    };
    expect(dnsRecords('company.com', identity, 'eu-west-1')).toEqual([
      'abc._domainkey.company.com  CNAME  abc.dkim.amazonses.com',
      'bounce.company.com  MX  10 feedback-smtp.eu-west-1.amazonses.com',
      'bounce.company.com  TXT  "v=spf1 include:amazonses.com ~all"',
      '_dmarc.company.com  TXT  "v=DMARC1; p=quarantine; rua=mailto:<your mailbox for reports>"',
    ]);
  });
});

describe('X-15 the smoke test', () => {
  test('sends a request that the webhook takes, to the mailbox simulator, without a wait for people', () => {
    const body = smokeRequest(parameters, '9f1c0123456789abcdef0123456789ab', '203.0.113.10');
    const received = parseEvent(JSON.stringify(body), { environment: 'DEV', catalogue });
    expect(received).toEqual({
      outcome: 'request',
      request: {
        kind: 'b2b-onboarding',
        environment: 'DEV',
        product: 'credit-reports',
        email: 'success@simulator.amazonses.com',
        userId: 'sallyport.smoke.dev',
        ipRanges: ['203.0.113.10'],
        prerequisiteMet: true,
        ticket: {
          number: 'RITM0010001',
          id: '9f1c0123456789abcdef0123456789ab',
          openedBy: 'operators@company.com',
          requestedFor: 'operators@company.com',
        },
        region: 'UK',
        company: 'Sallyport smoke test dev',
        description: 'The smoke test of a deployment. Everything that it sets up is removed again.',
        firstName: 'Smoke',
        lastName: 'Test',
        telephone: '+1 555 0100',
        userRole: 'End User',
      },
      digest: '8d2dd8ccb5e7467127d7e399112942255d2fc8574df84d60c13296eb56b27470',
    });
  });

  test('calls a route that the scopes allow, and one that they do not', () => {
    expect(smokeCalls(catalogue, 'credit-reports', ['credit-reports/read'])).toEqual({
      allowed: { method: 'GET', path: '/apis/credit-reports/reports/sallyport-smoke-test' },
      denied: { method: 'POST', path: '/apis/credit-reports/reports' },
    });
    expect(smokeCalls(catalogue, 'credit-reports', ['credit-reports/read', 'credit-reports/write'])).toEqual({
      allowed: { method: 'GET', path: '/apis/credit-reports/reports/sallyport-smoke-test' },
    });
    expect(smokeCalls(catalogue, 'credit-reports', ['credit-reports/write'])).toBeUndefined();
  });

  test('tells of an execution what failed first, not what was undone after it', () => {
    const at = new Date();
    expect(
      firstFailure([
        {
          type: 'TaskStateEntered',
          id: 1,
          timestamp: at,
          stateEnteredEventDetails: { name: 'CreateOktaProfile' },
        },
        {
          type: 'TaskFailed',
          id: 2,
          timestamp: at,
          taskFailedEventDetails: {
            resourceType: 'lambda',
            resource: 'invoke',
            error: 'Rejected',
            cause: '{"errorType":"Rejected","errorMessage":"okta Token: HTTP 401","trace":[]}',
          },
        },
        {
          type: 'TaskStateEntered',
          id: 3,
          timestamp: at,
          stateEnteredEventDetails: { name: 'UndoOktaProfile' },
        },
        {
          type: 'TaskFailed',
          id: 4,
          timestamp: at,
          taskFailedEventDetails: { resourceType: 'lambda', resource: 'invoke', error: 'Defect' },
        },
      ]),
    ).toBe('; CreateOktaProfile failed first: Rejected: okta Token: HTTP 401');
    expect(firstFailure([])).toBe('');
  });
});
