import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StepName } from '../../core/onboarding/onboarding.ts';
import type { FailedStep } from '../../core/workflow/records.ts';
import {
  accepted,
  clientReady,
  done,
  prerequisiteConfirmed,
  profileReady,
  rejected,
  rollbackIncomplete,
  rolledBack,
} from '../../core/onboarding/ticket-texts.ts';
import { codeComment, linkLocked, pickUpFailed } from '../../core/credentials/ticket-texts.ts';
import { prerequisiteTask } from '../../core/access/prerequisite-task.ts';
import type { TicketSubject } from '../../core/tickets/ticket-text.ts';
import { words } from '../support/fakes/samples.ts';

const subject: TicketSubject = {
  kind: 'b2b-onboarding',
  company: 'Acme Credit Ltd',
  product: 'Credit Reports',
  environment: 'DEV',
  userId: 'dana.li',
  email: 'api-team@acme.example',
  assignmentGroup: 'EITS IAM SSO Requests',
};

test('WF-8 accepted: the requester learns what follows and that there is nothing to do', () => {
  expect(accepted(subject, undefined)).toEqual({
    state: 'in-progress',
    internalNote:
      'Accepted: access to Credit Reports (DEV) for Acme Credit Ltd, with the partner profile dana.li and an API client. Everything that follows happens by itself.',
    comment:
      'Your request is accepted: access to Credit Reports (DEV) for Acme Credit Ltd, with the partner profile dana.li and an API client. Everything that follows happens by itself. You have nothing to do until you hear from us here.',
  });
});

test('WF-3 accepted without an EWACS account: the task comes first, and whose it is', () => {
  const task =
    'The EWACS account of dana.li comes first: EITS IAM SSO Requests is asked to create it by a task of its own, and everything else follows by itself once that task is closed.';
  expect(accepted({ ...subject, kind: 'api-client' }, words.prerequisite)).toEqual({
    state: 'in-progress',
    internalNote: `Accepted: an API client of Acme Credit Ltd for Credit Reports (DEV), under the partner profile dana.li. ${task}`,
    comment: `Your request is accepted: an API client of Acme Credit Ltd for Credit Reports (DEV), under the partner profile dana.li. ${task} You have nothing to do until you hear from us here.`,
  });
});

test('WF-8 each milestone on the way is a work note', () => {
  expect(prerequisiteConfirmed(words.prerequisite, subject)).toEqual({
    internalNote: 'The EWACS account of dana.li is confirmed. The request goes on by itself.',
  });
  expect(profileReady(subject)).toEqual({
    internalNote:
      'The partner profile dana.li is ready. If it is new, a mail to a***@acme.example asks its owner to activate it.',
  });
  expect(clientReady(subject)).toEqual({
    internalNote:
      'The API client of Acme Credit Ltd for Credit Reports (DEV) is ready. Next, its credentials are offered for pick-up: the link goes to a***@acme.example, the code into the comments of this request.',
  });
});

test('WF-8 done: the requester is reminded of the code', () => {
  expect(done(subject)).toEqual({
    state: 'complete',
    internalNote:
      'Done: access to Credit Reports (DEV) for Acme Credit Ltd, with the partner profile dana.li and an API client.',
    comment:
      'Done: Acme Credit Ltd has access to Credit Reports (DEV). One thing is left to you: if you have not passed on the code from the comment above, please do so now. The partner needs it to pick the credentials up.',
  });
});

test('WF-8 done although the mail bounced at once: the requester is told what is left to do', () => {
  expect(done(subject, true)).toEqual({
    state: 'complete',
    internalNote:
      'Done, but for the hand-over: access to Credit Reports (DEV) for Acme Credit Ltd, with the partner profile dana.li and an API client. The mail with the pick-up link was not delivered, so the credentials cannot be picked up before a new link is sent.',
    comment:
      'Done, but for the hand-over: Acme Credit Ltd has access to Credit Reports (DEV), and cannot pick the credentials up yet, because the mail with the link was not delivered. Please do what the comment about that mail asks. Do not pass on the code from the comment above: it will be replaced together with the link.',
  });
  expect(done({ ...subject, kind: 'b2b-user' }, true)).toEqual(done({ ...subject, kind: 'b2b-user' }));
});

test('WF-4 done with a profile alone: there is no code, but an activation', () => {
  expect(done({ ...subject, kind: 'b2b-user' })).toEqual({
    state: 'complete',
    internalNote: 'Done: the partner profile dana.li of Acme Credit Ltd for Credit Reports (DEV).',
    comment:
      'Done: dana.li of Acme Credit Ltd has a partner profile for Credit Reports (DEV). Please ask them to look for a mail to a***@acme.example if the profile is new: it holds the link that activates it.',
  });
});

test('WF-8 rejected: every reason, and what to do', () => {
  const reasons = [
    { sentence: 'The user id dana.li belongs to another partner.' },
    { sentence: 'The contract has ended.' },
  ];
  expect(rejected(subject, reasons)).toEqual({
    state: 'incomplete',
    internalNote:
      'Not accepted, nothing was set up:\n- The user id dana.li belongs to another partner.\n- The contract has ended.',
    comment:
      'This request could not be accepted, and nothing was set up:\n- The user id dana.li belongs to another partner.\n- The contract has ended.\n' +
      'Please put this right and submit the request again. If something is unclear, ask EITS IAM SSO Requests here.',
  });
});

const failedBy = (step: StepName, error: string, service: string): FailedStep<StepName> => ({
  step,
  failure: { error, service, operation: 'Operation', detail: 'HTTP 400' },
});
const ours =
  'You need not change anything, and you need not submit it again: the platform team has been alerted and has the request carried out once the fault is mended.';
const later = 'You need not change anything. Please submit the request again later.';
const anew = 'Please submit a new request.';
const notConfirmed =
  'the EWACS account was not confirmed, because its task was not closed in time or was closed without an account';

test.each([
  [
    'the EWACS task was closed without an account',
    failedBy('ewacs-account', 'Rejected', 'sallyport'),
    notConfirmed,
    'Once the account exists, please submit a new request that says so.',
  ],
  [
    'nobody closed the EWACS task',
    failedBy('ewacs-account', 'OutcomeUnknown', 'sallyport'),
    notConfirmed,
    'Once the account exists, please submit a new request that says so.',
  ],
  [
    'ServiceNow is away',
    failedBy('ewacs-account', 'Unavailable', 'servicenow'),
    'the EWACS account could not be asked for, because ServiceNow did not answer in time',
    later,
  ],
  [
    'ServiceNow refuses us',
    failedBy('ewacs-account', 'Defect', 'servicenow'),
    'the EWACS account could not be asked for, because of a fault on our side',
    ours,
  ],
  [
    "the user id is another's",
    failedBy('okta-profile', 'Conflict', 'okta'),
    'the partner profile could not be set up',
    "Please check that the user id is the partner's own and that the e-mail address belongs to it, then submit a new request.",
  ],
  [
    'Okta refuses the profile',
    failedBy('okta-profile', 'Rejected', 'okta'),
    'the partner profile could not be set up',
    "Please check that the user id is the partner's own and that the e-mail address belongs to it, then submit a new request.",
  ],
  [
    'Okta refuses us',
    failedBy('okta-profile', 'Defect', 'okta'),
    'the partner profile could not be set up, because of a fault on our side',
    ours,
  ],
  [
    'Okta has no such group',
    failedBy('okta-profile', 'NotFound', 'okta'),
    'the partner profile could not be set up, because of a fault on our side',
    ours,
  ],
  [
    'Okta is busy',
    failedBy('okta-profile', 'Throttled', 'okta'),
    'the partner profile could not be set up, because Okta did not answer in time',
    later,
  ],
  [
    'another onboarding is in the way',
    failedBy('okta-profile', 'Unavailable', 'sallyport'),
    'the partner profile could not be set up, because a system that it needs did not answer in time',
    later,
  ],
  [
    'the step was undone',
    failedBy('cognito-client', 'Conflict', 'sallyport'),
    'the API client could not be set up',
    anew,
  ],
  [
    'Cognito refuses us',
    failedBy('cognito-client', 'Defect', 'cognito'),
    'the API client could not be set up, because of a fault on our side',
    ours,
  ],
  [
    "API Gateway has another's key",
    failedBy('gateway-mapping', 'Conflict', 'apigateway'),
    'the access to the product could not be set up, because Amazon API Gateway refused it',
    'Please ask here what has to be changed before you submit a new request.',
  ],
  [
    'KMS refuses us',
    failedBy('gateway-mapping', 'Defect', 'kms'),
    'the access to the product could not be set up, because of a fault on our side',
    ours,
  ],
  [
    'SES refuses the mail',
    failedBy('credential-delivery', 'Rejected', 'ses'),
    'the credentials could not be offered for pick-up',
    'Please check the e-mail address, then submit a new request.',
  ],
  [
    'SES refuses us',
    failedBy('credential-delivery', 'Defect', 'ses'),
    'the credentials could not be offered for pick-up, because of a fault on our side',
    ours,
  ],
  [
    'ServiceNow is away for the code',
    failedBy('credential-delivery', 'OutcomeUnknown', 'servicenow'),
    'the credentials could not be offered for pick-up, because ServiceNow did not answer in time',
    later,
  ],
  [
    'an error has a name that nobody knows',
    failedBy('credential-delivery', 'Runtime.ExitError', 'sallyport'),
    'the credentials could not be offered for pick-up, because of a fault on our side',
    ours,
  ],
  [
    'no step says so',
    undefined,
    'one of its steps could not be finished',
    'This is not due to your request, and you need not change anything. Please submit it again later.',
  ],
] as const)(
  'WF-8 rolled back because %s: what failed, that nothing is left, and what to do',
  (_, failed, happened, next) => {
    expect(rolledBack(words, subject, failed)).toEqual({
      state: 'incomplete',
      internalNote: `Rolled back: ${happened}. Nothing that was set up for this request is left.`,
      comment: `Your request could not be completed: ${happened}. Everything that had been set up for it was removed, so nothing is left over. ${next} If you have a question, ask EITS IAM SSO Requests here.`,
    });
  },
);

test.each([
  [
    'a function could not start, and no step says so',
    undefined,
    'Runtime.ImportModuleError',
    'one of its steps could not be finished, because of a fault on our side',
    ours,
  ],
  [
    'the intake was refused its records',
    undefined,
    'Defect',
    'one of its steps could not be finished, because of a fault on our side',
    ours,
  ],
  [
    'the intake had no answer',
    undefined,
    'Unavailable',
    'one of its steps could not be finished',
    'This is not due to your request, and you need not change anything. Please submit it again later.',
  ],
  [
    'a step stumbled before its function was gone',
    failedBy('cognito-client', 'Unavailable', 'cognito'),
    'Lambda.ResourceNotFoundException',
    'the API client could not be set up, because of a fault on our side',
    ours,
  ],
  [
    'a step says more than the state',
    failedBy('cognito-client', 'Unavailable', 'cognito'),
    'Unavailable',
    'the API client could not be set up, because Amazon Cognito did not answer in time',
    later,
  ],
  [
    'nobody closed the EWACS task',
    failedBy('ewacs-account', 'OutcomeUnknown', 'sallyport'),
    'States.Timeout',
    notConfirmed,
    'Once the account exists, please submit a new request that says so.',
  ],
] as const)('X-2 rolled back by the error of a state: %s', (_, failed, error, happened, next) => {
  const { internalNote, comment } = rolledBack(words, subject, failed, error);
  expect(internalNote).toBe(`Rolled back: ${happened}. Nothing that was set up for this request is left.`);
  expect(comment).toContain(` ${next} If you have a question`);
});

test('X-2 rollback incomplete: what may be left, who sees to it, and to wait', () => {
  const failed = failedBy('credential-delivery', 'Rejected', 'ses');
  expect(rollbackIncomplete(words, failed, ['cognito-client', 'okta-profile'])).toEqual({
    state: 'incomplete',
    internalNote:
      'Not everything could be rolled back: the credentials could not be offered for pick-up, and this may still be there: the API client; the partner profile or its group membership. The platform team has been alerted and finishes it by hand.',
    comment:
      'Your request could not be completed: the credentials could not be offered for pick-up. Some of what had been set up for it could not be removed yet; the platform team has been alerted and is seeing to it. Please do not submit the request again until you hear from them here.',
  });
});

test('WF-7 the code comes with whom to pass it to, how, and until when', () => {
  expect(codeComment({ ...subject, code: 'ABCD-EF12', expiresAt: new Date('2026-11-23T18:49:10Z') })).toEqual(
    {
      comment:
        'Please pass on the code ABCD-EF12 to your contact at Acme Credit Ltd: by telephone, in person or in a chat, to somebody you know to be the right one.\n' +
        'A mail to a***@acme.example holds a link. Link and code together show the credentials for Credit Reports once, until 23 November 2026, 18:49 UTC. The code alone is worthless.\n' +
        'Please do not mail the code to a***@acme.example: whoever reads that mailbox would then have both halves. If an earlier comment holds another code, that one no longer works.',
    },
  );
});

test('X-5 a locked link and a failed pick-up end in asking for a new link', () => {
  expect(linkLocked()).toEqual({
    internalNote:
      'The pick-up link is locked: a wrong code was entered too many times. No credentials were shown.',
    comment:
      'A wrong code was entered too many times, so the link for picking up the credentials is locked. No credentials were shown. Please ask your contact at the partner whether it was them, and then ask here for a new link and code. If it was not them, say so: somebody else may have the link.',
  });
  expect(pickUpFailed()).toEqual({
    internalNote:
      'The pick-up failed after link and code had been accepted. The link is used up; a new one is needed.',
    comment:
      'The partner entered the right code, but something went wrong on our side before the credentials could be shown, and the link is used up. Please ask here for a new link and code.',
  });
});

test('WF-3 the EWACS task says what to do and what closing it does', () => {
  const lines = [
    'Acme Credit Ltd is to get access to Credit Reports. For that, the user dana.li needs an EWACS account; what is known about the person stands in the request that this task belongs to.',
    'When the account exists, close this task as complete: the request then goes on by itself.',
    'If it cannot be created, close this task as incomplete: the request is then rolled back and the requester is told.',
    'The requester writes: Request EWACS account created in EWACS Production',
  ];
  expect(
    prerequisiteTask(words.prerequisite, subject, 'Request EWACS account created in\nEWACS Production'),
  ).toEqual({
    title: 'Create the EWACS account dana.li for Acme Credit Ltd',
    text: lines.join('\n'),
  });
  expect(prerequisiteTask(words.prerequisite, subject, '').text).toBe(lines.slice(0, -1).join('\n'));
});

test('a title keeps to 160 characters, none of them cut in half', () => {
  const { title } = prerequisiteTask(words.prerequisite, { ...subject, company: '🏦'.repeat(200) }, '');
  expect(Array.from(title)).toHaveLength(160);
  expect(title.isWellFormed()).toBe(true);
});

test('no string of a request can format a journal entry or start a line in it', () => {
  const markup = fc.constantFrom(
    '[code]<script>alert(1)</script>[/code]',
    '\r\n- Approved',
    '<b>',
    ']]>',
    '\u202Ereversed',
  );
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), markup);
  fc.assert(
    fc.property(
      fc.record({
        company: anything,
        product: anything,
        userId: anything,
        assignmentGroup: anything,
        email: anything,
        description: anything,
      }),
      fc.constantFrom('b2b-onboarding', 'b2b-user', 'api-client'),
      ({ description, ...strings }, kind) => {
        const odd: TicketSubject = { ...strings, kind, environment: 'DEV' };
        const task = prerequisiteTask(words.prerequisite, odd, description);
        const oneLiners = [
          accepted(odd, words.prerequisite),
          prerequisiteConfirmed(words.prerequisite, odd),
          profileReady(odd),
          clientReady(odd),
          done(odd),
          done(odd, true),
          rolledBack(words, odd, undefined),
        ].flatMap(({ internalNote, comment }) => [internalNote, comment ?? '']);
        const lists = [
          rejected(odd, [{ sentence: description }]).comment ?? '',
          codeComment({ ...odd, code: 'ABCD-EF12', expiresAt: new Date(0) }).comment,
        ];
        for (const text of [...oneLiners, ...lists, task.text, task.title]) {
          expect(text).not.toMatch(/[[\]<>\u202E]/);
        }
        for (const text of [...oneLiners, task.title]) expect(text).not.toMatch(/[\r\n]/);
        for (const text of lists) expect(text.split(/[\r\n]/)).toHaveLength(3);
      },
    ),
  );
});
