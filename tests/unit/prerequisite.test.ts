import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { reservedVariables } from '../../adapters/servicenow/request-variables.ts';
import { prerequisiteStep } from '../../core/access/prerequisite.ts';
import { prerequisiteTask } from '../../core/access/prerequisite-task.ts';
import { type Catalogue, CatalogueInvalid, parseCatalogue } from '../../core/catalogue/catalogue.ts';
import { type Prerequisite, prerequisiteOf } from '../../core/catalogue/prerequisite.ts';
import { accepted, prerequisiteConfirmed, stopped } from '../../core/onboarding/ticket-texts.ts';
import type { TicketSubject } from '../../core/tickets/ticket-text.ts';
import { catalogueFaults } from '../../resources/catalogue-faults.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { onboardingOf, words } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const file = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const { catalogue: shipped, json } = readCatalogueSource('catalogue.yml');

const subject: TicketSubject = {
  kind: 'b2b-onboarding',
  company: 'Acme Credit Ltd',
  product: 'Credit Reports',
  environment: 'DEV',
  userId: 'dana.li',
  email: 'api-team@acme.example',
  assignmentGroup: 'Legal',
};

/** A prerequisite that is no account. */
const signed = {
  name: 'contract',
  variables: { met: 'contract_signed', id: 'contract_id' },
  task: {
    title: 'Have {company} sign',
    text: '{assignmentGroup}: {company} wants {product}.\nClose this task when {userId} has signed.',
    withdrawn: '{company} need not sign any more.',
    unmet: 'nobody has signed',
  },
  ticket: {
    comesFirst: '{company} has to sign first.',
    confirmed: '{company} has signed.',
    notAskedFor: 'the contract could not be sent',
    notMet: 'the contract was not signed',
    advice: 'Please ask Legal.',
  },
} satisfies Catalogue['prerequisite'];

/** The errors of the shipped catalogue with this prerequisite. */
function faultsOf(prerequisite: unknown): readonly string[] {
  try {
    parseCatalogue({ ...JSON.parse(json), prerequisite });
    return [];
  } catch (error) {
    if (!(error instanceof CatalogueInvalid)) throw error;
    return error.faults.map(({ path, allowed }) => `${path} ${allowed}`);
  }
}

/** Reads a catalogue as the functions do. */
function readDeployed(content: object): Catalogue {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-catalogue-'));
  try {
    writeFileSync(join(folder, 'catalogue.json'), JSON.stringify(content));
    return readCatalogue(join(folder, 'catalogue.json'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('WF-3 the prerequisite of the catalogue', () => {
  test('may be anything, or missing', () => {
    expect(faultsOf(signed)).toEqual([]);
    expect(faultsOf(undefined)).toEqual([]);
    expect(parseCatalogue({ ...JSON.parse(json), prerequisite: undefined })).not.toHaveProperty(
      'prerequisite',
    );
  });

  test('is refused with every error in it', () => {
    expect(
      faultsOf({
        name: 'contract of {company}',
        variables: { met: 'Signed?', id: 'contract_id' },
        task: { ...signed.task, title: '{company', text: 'See [code]\nthere.', unmet: '' },
        ticket: { ...signed.ticket, comesFirst: 'Ask {email}.', confirmed: 'a\nb', colour: 'red' },
      }),
    ).toEqual([
      '/prerequisite/name One line of text, without < > [ ] { and }.',
      '/prerequisite/variables/met The name of a variable of the form: account_id.',
      '/prerequisite/task/title Braces only around one of: company, product, userId, assignmentGroup.',
      '/prerequisite/task/text Lines of text, without < > [ and ].',
      '/prerequisite/task/unmet One line of text, without < > [ ] { and }.',
      '/prerequisite/ticket/comesFirst Braces only around one of: company, product, userId, assignmentGroup.',
      '/prerequisite/ticket/confirmed One line of text, without < > [ and ].',
      '/prerequisite/ticket/colour The keys here are: comesFirst, confirmed, notAskedFor, notMet, advice.',
    ]);
  });

  test('has no variable that means something else in the form of the desk', () => {
    const withMet = (met: string): object => ({
      ...(JSON.parse(json) as object),
      prerequisite: { ...signed, variables: { ...signed.variables, met } },
    });
    expect(reservedVariables).toContain('user_id');
    expect(parseCatalogue(withMet('user_id')).prerequisite?.variables.met).toBe('user_id');
    for (const name of reservedVariables) {
      expect(() => parseCatalogue(withMet(name), reservedVariables), name).toThrow(
        `/prerequisite/variables/met: A variable of its own. The form uses these for something else: ${reservedVariables.join(', ')}.`,
      );
    }
    expect(catalogueFaults(JSON.stringify(withMet('email')))).toEqual([
      expect.stringMatching(
        /^1:\d+: \/prerequisite\/variables\/met: It is "email"\. Allowed: A variable of its own\./u,
      ),
    ]);
    expect(() => {
      readDeployed(withMet('company'));
    }).toThrow('/prerequisite/variables/met');
  });

  test('has a title that fits into a task without its values', () => {
    const titled = (title: string) => faultsOf({ ...signed, task: { ...signed.task, title } });
    expect(titled(`${'x'.repeat(160)}{company}{userId}`)).toEqual([]);
    expect(titled('𝄞'.repeat(160))).toEqual([]);
    expect(titled(`${'x'.repeat(161)}{company}`)).toEqual([
      '/prerequisite/task/title At most 160 characters besides the placeholders: a title of a task has no more.',
    ]);
  });

  test('has its title cut with an ellipsis if the values make it too long', () => {
    const titleFor = (company: string): string => prerequisiteTask(signed, { ...subject, company }, '').title;
    const fits = 'A'.repeat(160 - 'Have  sign'.length);
    expect(titleFor(fits)).toBe(`Have ${fits} sign`);
    expect(titleFor(`${fits}B`)).toBe(`Have ${fits}B sig`.slice(0, 159).concat('…'));
    expect(Array.from(titleFor('𝄞'.repeat(200)))).toHaveLength(160);
  });

  test('gives the task and the ticket their words', () => {
    expect(prerequisiteTask(signed, subject, '')).toEqual({
      title: 'Have Acme Credit Ltd sign',
      text: 'Legal: Acme Credit Ltd wants Credit Reports.\nClose this task when dana.li has signed.',
    });
    expect(accepted(subject, signed).comment).toContain(' Acme Credit Ltd has to sign first. ');
    expect(prerequisiteConfirmed(signed, subject)).toEqual({ internalNote: 'Acme Credit Ltd has signed.' });
    expect(stopped({ ...words, prerequisite: signed }, ['ewacs-account']).internalNote).toContain(
      'Set up so far, wholly or in part: the task for the contract. ',
    );
  });

  test('is the task of the region, or of a group of its own', async () => {
    const ofItsOwn = { ...signed, assignmentGroup: 'Contracts' };
    expect(faultsOf(ofItsOwn)).toEqual([]);
    const onboarding = onboardingOf('onb-1', { prerequisiteMet: false });
    for (const [prerequisite, group] of [
      [signed, 'UK Requests'],
      [ofItsOwn, 'Contracts'],
    ] as const) {
      const { ports, fakes } = createWorld();
      await ports.onboardings.create(onboarding);
      const step = prerequisiteStep({ ...ports, prerequisite });
      await step.apply(onboarding, { action: 'apply', executionId: 'onb-1' });
      expect(fakes.desk.tasks()).toEqual([
        {
          assignmentGroup: group,
          id: 'sys-SCTASK1',
          number: 'SCTASK1',
          state: 'open',
          correlationId: 'onb-1/ewacs-account',
        },
      ]);
    }
    const ticket = {
      ...ofItsOwn.ticket,
      comesFirst: 'Ask {assignmentGroup}.',
      confirmed: '{assignmentGroup} is done.',
    };
    expect(accepted(subject, { ...ofItsOwn, ticket }).comment).toContain(' Ask Contracts. ');
    expect(prerequisiteConfirmed({ ...ofItsOwn, ticket }, subject).internalNote).toBe('Contracts is done.');
  });

  test('a value that looks like a placeholder stays as it is', () => {
    const odd = { ...subject, company: '{userId}' };
    expect(prerequisiteTask(signed, odd, '').title).toBe('Have {userId} sign');
  });

  test('leaves words for requests that waited for it when it was taken out', () => {
    const former: Prerequisite = prerequisiteOf({});
    expect(faultsOf({ ...former, variables: signed.variables })).toEqual([]);
    expect(prerequisiteOf({ prerequisite: signed })).toBe(signed);
  });
});

describe('WF-1 the form of ServiceNow', () => {
  const event = (name: string, variables: object) => {
    const payload = JSON.parse(file(`events/samples/${name}.json`)) as { variables: object };
    return JSON.stringify({ ...payload, variables: { ...payload.variables, ...variables } });
  };
  const read = (prerequisite: Catalogue['prerequisite'], name: string, variables: object) => {
    const { prerequisite: _, ...others } = shipped;
    const catalogue = { ...others, ...(prerequisite !== undefined && { prerequisite }) };
    return parseEvent(event(name, variables), { environment: 'DEV', catalogue });
  };

  test('says by the variables of the catalogue whether the prerequisite is met, and its id', () => {
    const ask = (variables: object) => read(signed, 'b2b-onboarding-uk', variables);
    const met = ask({ contract_signed: 'true' });
    const request = met.outcome === 'request' ? met.request : undefined;
    expect(request?.prerequisiteMet).toBe(true);
    expect(ask({ ewacs_account_created: 'true' })).toEqual({
      outcome: 'request',
      request: { ...request, prerequisiteMet: false },
      digest: expect.any(String) as string,
    });
    expect(ask({ contract_signed: 'yes' })).toEqual({
      outcome: 'invalid',
      faults: [
        {
          path: '/variables/contract_signed',
          code: 'not_true_or_false',
          allowed: 'One of: true, false.',
        },
      ],
    });
    expect(read(signed, 'sc-task-closed', { contract_id: 'C-7' })).toEqual({
      task: {
        prerequisiteId: 'C-7',
        id: '7cbaff6843730dd5e294bd300a3d1f70',
        number: 'SCTASK0010001',
        ticketNumber: 'RITM0010002',
        state: 'complete',
      },
      outcome: 'task-closed',
    });
  });

  test('reads nothing of a prerequisite that the catalogue does not have, and gives the same digest', () => {
    expect(read(undefined, 'b2b-onboarding-uk', { ewacs_account_created: 'no' })).toEqual(
      read(words.prerequisite, 'b2b-onboarding-uk', { ewacs_account_created: 'false' }),
    );
    const closed = read(undefined, 'sc-task-closed', {});
    expect(closed.outcome === 'task-closed' && closed.task).not.toHaveProperty('prerequisiteId');
  });

  test('X-1 a delivery that is repeated after a deployment has the digest that was recorded', () => {
    const received = read(words.prerequisite, 'b2b-onboarding-us', {});
    expect(received.outcome === 'request' && received.digest).toBe(
      '04978d0408012b5739017d9071665464f407e415889439f1dec77336230473d2',
    );
  });
});
