import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html } from '../../pages/html.ts';
import { renderCredentialMail } from '../../pages/mail.ts';
import { letterOf } from '../../pages/mail-letter.ts';
import { problemPage } from '../../pages/page.ts';
import { credentialsPage } from '../../pages/pick-up-pages.ts';
import { accepted, done, rejected } from '../../core/onboarding/ticket-texts.ts';
import { codeComment } from '../../core/credentials/ticket-texts.ts';
import { prerequisiteTask } from '../../core/access/prerequisite-task.ts';
import { oneLine } from '../../core/wording.ts';
import { accessDetails, credentials } from '../support/fakes/credentials.ts';
import { words } from '../support/fakes/samples.ts';
import { outlineOf } from './outline.ts';
import { patience, runs } from './runs.ts';
import { hostile, huge } from './strings.ts';

const anything = fc.oneof({ weight: 5, arbitrary: hostile }, huge);

describe('what people read', () => {
  /** A document's elements, but for the addresses that they lead to, and how many texts stand between them. */
  const shapeOf = (document: string) => {
    const { tags, texts } = outlineOf(document);
    return { tags: tags.map((tag) => tag.replace(/ href="[^"]*"/u, ' href')), texts: texts.length };
  };
  const seen = (text: string): string => `\u2060${text}\u2060`;

  test(
    'escaping is undone by a reader of HTML, in text as in an attribute',
    () => {
      fc.assert(
        fc.property(anything, anything, (text, attribute) => {
          const document = html`<p title="${attribute}">${seen(text)}</p>`.toString();
          const { tags, texts } = outlineOf(document);
          expect(texts).toEqual([seen(text)]);
          expect(tags).toHaveLength(2);
          expect(outlineOf(`<p>${/title="([^"]*)"/u.exec(document)?.[1] ?? ''}|</p>`).texts).toEqual([
            `${attribute}|`,
          ]);
        }),
        runs(1000),
      );
    },
    patience,
  );

  test(
    'no string adds an element or an attribute to a page',
    () => {
      const shown = {
        credentials: shapeOf(credentialsPage(credentials)),
        problem: shapeOf(problemPage({ title: 'a', detail: 'b' })),
      };
      fc.assert(
        fc.property(anything, anything, anything, anything, (one, two, three, four) => {
          expect(
            shapeOf(
              credentialsPage({
                ...credentials,
                clientId: seen(one),
                clientSecret: seen(two),
                tokenUrl: seen(three),
                scopes: [seen(four)],
              }),
            ),
          ).toEqual(shown.credentials);
          expect(shapeOf(problemPage({ title: seen(one), detail: seen(two) }))).toEqual(shown.problem);
        }),
        runs(400),
      );
    },
    patience,
  );

  // Threat T-3
  test(
    'no string adds an element, a line or a header to a mail',
    () => {
      const about = {
        ...accessDetails,
        company: 'Acme',
        firstName: 'Dana',
        link: 'https://a.example/credentials/x',
        expiresAt: new Date(0),
        to: 'a@b.example',
      };
      const plain = renderCredentialMail(about);
      fc.assert(
        fc.property(
          fc.record({ company: anything, firstName: anything, clientId: anything, tokenUrl: anything }),
          anything,
          anything,
          (strings, name, support) => {
            const hostileMail = {
              ...about,
              ...strings,
              company: `x${strings.company}`,
              product: { ...about.product, name },
              brand: { ...about.brand, name, support },
            };
            const mail = renderCredentialMail(hostileMail);
            expect(mail.text.split(/[\n\v\f\r\u0085\u2028\u2029]/u)).toHaveLength(
              plain.text.split('\n').length,
            );
            for (const header of [mail.from, mail.to, mail.subject]) {
              expect(header).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
            }
            expect(
              outlineOf(mail.html).tags.filter((tag) => tag !== '</title>' && tag !== '<title>'),
            ).toEqual(outlineOf(plain.html).tags.filter((tag) => tag !== '</title>' && tag !== '<title>'));
            expect(outlineOf(mail.html).texts.join('')).toContain(letterOf(hostileMail).news);
          },
        ),
        runs(400),
      );
    },
    patience,
  );

  test(
    'no string formats a ticket, adds a line to it, or outgrows its column',
    () => {
      const subjects = fc.record({
        kind: fc.constantFrom('b2b-onboarding', 'b2b-user', 'api-client'),
        company: anything,
        product: anything,
        environment: fc.constant('DEV' as const),
        userId: anything,
        email: anything,
        assignmentGroup: anything,
      });
      fc.assert(
        fc.property(subjects, anything, (subject, text) => {
          const task = prerequisiteTask(words.prerequisite, subject, text);
          const entries: readonly (readonly [string | undefined, number])[] = [
            [accepted(subject, words.prerequisite).comment, 1],
            [done(subject).comment, 1],
            [done(subject).internalNote, 1],
            [rejected(subject, [{ sentence: text }]).comment, 3],
            [codeComment({ ...subject, code: 'ABCD-EF12', expiresAt: new Date(0) }).comment, 3],
            [task.title, 1],
            [task.text, text === '' ? 3 : 4],
          ];
          for (const [entry = '', lines] of entries) {
            expect(entry.split(/[\n\v\f\r\u0085\u2028\u2029]/u)).toHaveLength(lines);
            expect(entry).not.toMatch(/\(ref /iu);
            expect(entry).not.toMatch(/[[\]<>\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n]/u);
          }
          expect(Array.from(task.title).length).toBeLessThan(161);
          expect(oneLine(text)).toBe(oneLine(oneLine(text)));
        }),
        runs(400),
      );
    },
    patience,
  );
});
