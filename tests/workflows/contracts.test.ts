import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { initialState } from '../../core/lifecycle/change.ts';
import { defaultContractIdOf } from '../../core/contracts/ids.ts';
import type { Contract } from '../../core/contracts/records.ts';
import type { Partner } from '../../core/partners/partner.ts';
import { partnerIdAt } from '../support/partners.ts';
import { doneEnd, rejectedEnd, rolledBackEnd } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { anotherOf, newSubmission, onboardingIdOf, receipt, type Submission } from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { type Item, nothing, tableItems, thingsOf } from './support/things.ts';
import { journalOf } from './support/told.ts';
import { assignmentGroupOf, creditReports } from '../support/shipped-catalogue.ts';
import { wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
afterAll(() => twin.stop());

const partnerOf = ({ variables: { company = '' } }: Submission): Promise<string> =>
  partnerIdAt(twin.urls.aws, company);
const defaultContractOf = async (submission: Submission): Promise<string> =>
  defaultContractIdOf(await partnerOf(submission), submission.variables['ewacs_product_name'] ?? '');

async function itemAt(pk: string, sk: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { Item } = await twin.aws.dynamoDb.send(
    new GetItemCommand({ TableName: 'sallyport-dev', ConsistentRead: true, Key: marshall({ pk, sk }) }),
  );
  return Item && unmarshall(Item);
}
const contractAt = (contractId: string) => itemAt(`CONTRACT#${contractId}`, 'CONTRACT');
const partnerAt = (partnerId: string) => itemAt(`PARTNER#${partnerId}`, 'PARTNER');
const mappingsOf = async (onboardingId: string): Promise<readonly Item[]> =>
  (await tableItems(twin.aws)).filter(({ sk, onboardingId: of }) => sk === 'MAPPING' && of === onboardingId);

const changesOf = z.array(
  z.object({ at: z.iso.datetime(), by: z.string(), why: z.string(), to: z.string() }),
);
const agreed = initialState('active', { at: '2026-11-20T10:00:00.000Z', by: 'operator-1', why: 'Agreed' });

/** The item of an onboarding's client for credit reports. */
const mappingIn = (
  onboardingId: string,
  agreement: {
    readonly contractId: string;
    readonly partnerId: string;
    readonly scopes: readonly string[];
    readonly ratePlan: string;
  },
) => ({
  pk: expect.stringMatching(/^CLIENT#./u) as string,
  sk: 'MAPPING',
  gsi1pk: 'CLIENTS',
  gsi1sk: expect.stringContaining(`${agreement.partnerId}/`) as string,
  clientId: expect.any(String) as string,
  onboardingId,
  apiKey: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
  product: 'credit-reports',
  routes: expect.any(Array) as unknown,
  ipRanges: ['203.0.113.10', '2001:db8:7::/48'],
  status: 'active',
  version: 1,
  changes: [{ at: expect.any(String) as string, by: onboardingId, why: 'Onboarded', to: 'active' }],
  ...agreement,
});

/** Creates a partner and a contract as an operator does. */
async function agree(
  submission: Submission,
  contract: Partial<Contract> & Pick<Contract, 'contractId'>,
  partner: Partial<Partner> = {},
): Promise<void> {
  const partnerId = await partnerOf(submission);
  const terms: Contract = {
    partnerId,
    products: { 'credit-reports': ['credit-reports/read', 'credit-reports/write'] },
    ratePlan: 'premium',
    ipRanges: ['203.0.113.0/24', '2001:db8::/32'],
    environments: ['DEV'],
    startsAt: '2026-01-01T00:00:00.000Z',
    owner: 'owner@company.example',
    grants: ['client_credentials'],
    resourceServerOf: [],
    ...agreed,
    ...contract,
  };
  const company: Partner = { partnerId, name: submission.variables['company'] ?? '', ...agreed, ...partner };
  const items = [
    {
      ...company,
      pk: `PARTNER#${partnerId}`,
      sk: 'PARTNER',
      gsi1pk: 'PARTNERS',
      gsi1sk: `${partnerId}/${partnerId}`,
    },
    {
      ...terms,
      pk: `CONTRACT#${terms.contractId}`,
      sk: 'CONTRACT',
      gsi1pk: 'CONTRACTS',
      gsi1sk: `${terms.partnerId}/${terms.contractId}`,
    },
  ];
  for (const item of items) {
    await twin.aws.dynamoDb.send(new PutItemCommand({ TableName: 'sallyport-dev', Item: marshall(item) }));
  }
}

describe('OAU-1 an onboarding that names no contract', () => {
  test("makes the default contract and the partner's record, once for two that come at once", async () => {
    const one = newSubmission('b2b-onboarding');
    const other = newSubmission('b2b-onboarding', {
      company: ` ${(one.variables['company'] ?? '').toUpperCase()}`,
    });
    expect(await Promise.all([twin.onboard(one), twin.onboard(other)])).toEqual([
      doneEnd(one),
      doneEnd(other),
    ]);

    const [partnerId, contractId] = [await partnerOf(one), await defaultContractOf(one)];
    const [partner, contract] = [await partnerAt(partnerId), await contractAt(contractId)];
    const makers = [one, other].map((submission) => onboardingIdOf(submission));
    const { changes, ...terms } = contract ?? {};
    expect({ ...terms, startsAt: 'a minute before' }).toEqual({
      pk: `CONTRACT#${contractId}`,
      sk: 'CONTRACT',
      gsi1pk: 'CONTRACTS',
      gsi1sk: `${partnerId}/${contractId}`,
      contractId,
      partnerId,
      products: { 'credit-reports': ['credit-reports/read'] },
      ratePlan: 'standard',
      ipRanges: [],
      environments: ['DEV'],
      startsAt: 'a minute before',
      owner: 'bu.owner@company.example',
      grants: ['client_credentials'],
      resourceServerOf: [],
      status: 'active',
      version: 1,
    });
    const [made, ...more] = changesOf.parse(changes);
    expect([made?.why, made?.to, more]).toEqual([`Default terms of ${creditReports.name}`, 'active', []]);
    expect(makers).toContain(made?.by);
    expect(partner).toEqual({
      pk: `PARTNER#${partnerId}`,
      sk: 'PARTNER',
      gsi1pk: 'PARTNERS',
      gsi1sk: `${partnerId}/${partnerId}`,
      partnerId,
      name: expect.any(String) as string,
      status: 'active',
      version: 1,
      changes: [
        {
          at: expect.any(String) as string,
          by: expect.any(String) as string,
          why: 'First request',
          to: 'active',
        },
      ],
    });
    expect([one, other].map(({ variables }) => variables['company']?.trim())).toContain(partner?.['name']);

    for (const onboardingId of makers) {
      expect(await mappingsOf(onboardingId)).toEqual([
        mappingIn(onboardingId, {
          contractId,
          partnerId,
          scopes: ['credit-reports/read'],
          ratePlan: 'standard',
        }),
      ]);
    }
  });

  test('leaves neither behind if it is rejected, and both if it is rolled back', async () => {
    const rejected = newSubmission('api-client');
    expect(await twin.onboard(rejected)).toEqual(rejectedEnd(rejected));
    expect([
      await partnerAt(await partnerOf(rejected)),
      await contractAt(await defaultContractOf(rejected)),
    ]).toEqual([undefined, undefined]);

    const rolledBack = newSubmission('b2b-onboarding');
    await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'reject' });
    expect(await twin.onboard(rolledBack)).toEqual(rolledBackEnd(rolledBack, 'CredentialDelivery'));
    expect(await thingsOf(twin, onboardingIdOf(rolledBack))).toEqual(nothing);
    const made = await contractAt(await defaultContractOf(rolledBack));
    expect([made?.['status'], made?.['version']]).toEqual(['active', 1]);
    const again = anotherOf(rolledBack, 'b2b-onboarding');
    expect(await twin.onboard(again)).toEqual(doneEnd(again));
    expect(await contractAt(await defaultContractOf(rolledBack))).toEqual(made);
  });
});

describe('OAU-1 an onboarding that names its contract', () => {
  test('gets the scopes and the rate plan of that contract', async () => {
    const submission = newSubmission('b2b-onboarding', { contract_number: 'CTR-4711' });
    await agree(submission, { contractId: 'CTR-4711' });
    const onboardingId = onboardingIdOf(submission);
    expect(await twin.onboard(submission)).toEqual(doneEnd(submission));
    const scopes = ['credit-reports/read', 'credit-reports/write'];
    expect(await thingsOf(twin, onboardingId)).toEqual({
      ...wholeOf(submission),
      clients: [{ flows: ['client_credentials'], scopes }],
      keys: [{ enabled: true, plans: ['sallyport-dev-premium'] }],
      mappings: [{ status: 'active', scopes, ipRanges: ['203.0.113.10', '2001:db8:7::/48'] }],
    });
    expect(await mappingsOf(onboardingId)).toEqual([
      mappingIn(onboardingId, {
        contractId: 'CTR-4711',
        partnerId: await partnerOf(submission),
        scopes,
        ratePlan: 'premium',
      }),
    ]);
    expect(await contractAt(await defaultContractOf(submission))).toBeUndefined();
  });

  // Threat T-7
  test('is refused for every reason at once, and nothing is made', async () => {
    const submission = newSubmission('api-client', {
      contract_number: 'CTR-4712',
      ip_addresses: '203.0.113.10 198.51.100.0/24',
    });
    await agree(
      submission,
      {
        contractId: 'CTR-4712',
        status: 'suspended',
        endsAt: '2026-02-01T00:00:00.000Z',
        environments: ['PROD'],
        products: { 'fraud-signals': ['fraud-signals/read'] },
      },
      { status: 'suspended' },
    );
    const onboardingId = onboardingIdOf(submission);
    const { company = '', user_id = '' } = submission.variables;
    expect(await twin.onboard(submission)).toEqual({
      onboardingId,
      status: 'FAILED',
      error: 'Rejected',
      states: ['RequestIntake', 'ReportRejected', 'Rejected'],
    });
    expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    const reasons = [
      `The partner ${company} is suspended.`,
      'The contract CTR-4712 is suspended.',
      'The contract CTR-4712 was for the time before 1 February 2026, 00:00 UTC.',
      'The contract CTR-4712 is for PROD, not for DEV.',
      `The contract CTR-4712 does not cover ${creditReports.name}.`,
      'The contract CTR-4712 does not allow calls from 198.51.100.0/24.',
      `${company} has no active profile with the user id ${user_id}. Ask for a b2b-user first, or for a b2b-onboarding, which makes both.`,
    ]
      .map((reason) => `- ${reason}`)
      .join('\n');
    expect(await journalOf(twin.urls, submission.number)).toEqual({
      state: '4',
      work_notes: [`Not accepted, nothing was set up:\n${reasons}\n\n(ref ${onboardingId}/Rejected)`],
      comments: [
        `This request could not be accepted, and nothing was set up:\n${reasons}\nPlease put this right and submit the request again. ` +
          `If something is unclear, ask ${assignmentGroupOf('US')} here.\n\n(ref ${onboardingId}/Rejected)`,
      ],
    });
  });

  test("is refused if nobody knows it, or it is another partner's, and taken once that is put right", async () => {
    const owner = newSubmission('b2b-onboarding', { contract_number: 'CTR-4713' });
    await agree(owner, { contractId: 'CTR-4713' });
    const stranger = newSubmission('b2b-onboarding', { contract_number: 'CTR-4713' });
    expect(await twin.onboard(stranger)).toEqual(rejectedEnd(stranger));
    expect((await journalOf(twin.urls, stranger.number)).work_notes[0]).toContain(
      `\n- The contract CTR-4713 is not one with ${stranger.variables['company'] ?? ''}.\n`,
    );

    const unknown: Submission = {
      ...stranger,
      variables: { ...stranger.variables, contract_number: 'CTR-4714' },
    };
    expect(await twin.post(unknown)).toEqual(receipt(unknown, { attempt: 2 }));
    expect(await twin.ended(onboardingIdOf(unknown, 2))).toEqual(rejectedEnd(unknown, 2));
    expect((await journalOf(twin.urls, stranger.number)).work_notes[1]).toContain(
      '\n- There is no contract CTR-4714.\n',
    );

    const { contract_number, ...variables } = stranger.variables;
    expect(contract_number).toBe('CTR-4713');
    expect(await twin.post({ ...stranger, variables })).toEqual(receipt(stranger, { attempt: 3 }));
    expect(await twin.ended(onboardingIdOf(stranger, 3))).toEqual(doneEnd(stranger, 3));
  });
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
