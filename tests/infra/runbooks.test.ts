import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { WorkflowStatus } from '../../core/workflow/records.ts';
import * as credentialTexts from '../../core/credentials/ticket-texts.ts';
import * as texts from '../../core/onboarding/ticket-texts.ts';
import type { TicketSubject } from '../../core/tickets/ticket-text.ts';
import { alarmNames } from '../../resources/alarms.ts';
import { words } from '../support/fakes/samples.ts';
import { headingsOf, indexRows, pageForNote, pages, textOf } from '../journeys/runbook-pages.ts';
import { codesIn } from './markdown-table.ts';

/** The compiler requires an entry for each new status. */
const pageOf: Readonly<Record<WorkflowStatus, string>> = {
  Running: 'waiting.md',
  Done: 'done.md',
  Rejected: 'rejected.md',
  RolledBack: 'rolled-back.md',
  RollbackIncomplete: 'rollback-incomplete.md',
  Stopped: 'stopped.md',
};
const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)]+)\)/gu)].map(([, link = '']) => link);
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/gu, '')
    .replace(/\s/gu, '-');

describe('the index of the runbooks', () => {
  test.each(Object.entries(pageOf))('leads from a record that is %s to %s', (status, page) => {
    const row = indexRows('Record and execution').find((each) => codesIn(each('record')).includes(status));
    expect(linksIn(row?.('page') ?? '')).toEqual([page]);
  });

  test('leads from each alert to its page', () => {
    expect(indexRows('An alert').map((row) => [codesIn(row('`status`')), linksIn(row('page'))])).toEqual([
      [['RollbackIncomplete'], ['rollback-incomplete.md']],
      [['Stopped'], ['stopped.md']],
      [['Defect'], ['defect.md']],
      [['Waiting'], ['vendor-down.md']],
    ]);
  });

  test('has a row for each alarm, which says what it means, how to see it and what to do', () => {
    const rows = indexRows('An alarm');
    expect(rows.map((row) => codesIn(row('alarm, after `<stack>-`')))).toEqual(
      alarmNames('sallyport-dev').map((name) => [name.replace('sallyport-dev-', '')]),
    );
    for (const row of rows) {
      for (const column of ['what it means', 'how to see it', 'what to do']) expect(row(column)).not.toBe('');
    }
  });

  test('leads from what the ticket says to its page', () => {
    const subject: TicketSubject = {
      kind: 'b2b-onboarding',
      company: 'Acme',
      product: 'Credit Reports',
      environment: 'DEV',
      userId: 'dana.li',
      email: 'dana@acme.example',
      assignmentGroup: 'Onboarding',
    };
    const notes = {
      'done.md': [
        texts.done(subject),
        credentialTexts.linkLocked(),
        credentialTexts.pickUpFailed(),
        credentialTexts.mailBounced('dana@acme.example'),
        credentialTexts.mailReturned('dana@acme.example', 'mailbox-full'),
        credentialTexts.mailSuppressed('dana@acme.example'),
        credentialTexts.mailRejected('dana@acme.example'),
      ],
      'rejected.md': [texts.rejected(subject, [])],
      'rolled-back.md': [texts.rolledBack(words, subject, undefined)],
      'rollback-incomplete.md': [texts.rollbackIncomplete(words, undefined, ['okta-profile'])],
      'stopped.md': [texts.stopped(words, [])],
      'vendor-down.md': [
        texts.waitsForVendor('Okta', new Date(0)),
        texts.undoWaitsForVendor('Okta', new Date(0)),
      ],
      'waiting.md': [texts.accepted(subject, words.prerequisite)],
    };
    for (const reportedAs of ['spam', 'fraud'] as const) {
      const { internalNote: note } = credentialTexts.mailComplained('dana@acme.example', reportedAs);
      expect(pageForNote(note)).toMatch(/^none/u);
    }
    for (const [page, each] of Object.entries(notes)) {
      for (const { internalNote: note } of each) {
        expect(linksIn(pageForNote(note) ?? ''), note).toEqual([page]);
      }
    }
  });

  test('leads to every page', () => {
    expect(
      new Set(linksIn(textOf('README.md')).filter((link) => !link.includes('#') && !link.includes('/'))),
    ).toEqual(new Set(pages.filter((page) => page !== 'README.md')));
  });
});

test.each(pages.filter((page) => page !== 'README.md'))(
  '%s says what it means, how to see it, what is left, what to do, and how to know it worked',
  (page) => {
    expect(headingsOf(page)).toEqual([
      'What it means',
      'How to see it',
      'What is left',
      'What to do',
      'How to know it worked',
    ]);
  },
);

test.each(pages)('the links of %s lead somewhere', (page) => {
  for (const link of linksIn(textOf(page))) {
    const [file = '', anchor] = link.split('#');
    expect(file === '' || existsSync(new URL(`../../docs/runbooks/${file}`, import.meta.url)), link).toBe(
      true,
    );
    const headings = [...textOf(file === '' ? page : file).matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
      anchorOf(heading),
    );
    if (anchor !== undefined) expect(headings, link).toContain(anchor);
  }
});
