import * as z from 'zod';
import { environments } from '../../core/catalogue/catalogue.ts';
import { statuses } from '../../core/lifecycle/lifecycle.ts';
import { grantTypes } from '../../core/contracts/records.ts';
import { profileStates } from '../../core/users/user.ts';
import { roles } from '../../core/operators/roles.ts';
import { maxNames } from '../../core/partners/names.ts';
import { companyName, sentenceOf } from '../../core/tickets/request-rules.ts';
import { ignored, readOnly } from './read-only.ts';
import { createComponents, page, problemSchema } from '../../middleware/http-api/components.ts';

/** The schemas that have a name in the OpenAPI document. */
export const components = createComponents();
export const { component } = components;

export const line = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^(?=.*\S)\P{Cc}+$/u, { error: 'One line that is not blank, without control characters.' });
export const why = line(500).meta({
  description: 'Why it is changed: recorded, with the operator and the time.',
});
export const moment = z.string().meta({ format: 'date-time' });

export const change = component(
  'Change',
  z.strictObject({
    at: moment,
    by: z.string().meta({
      description:
        'Who made it: the mailbox of an operator, or the onboarding, the sweep or the directory that it comes from. Changes before this was recorded have the subject of the operator.',
    }),
    subject: z
      .exactOptional(z.string())
      .meta({ description: "The subject of the operator's token; absent where it was no operator." }),
    why: z.string(),
    to: z
      .exactOptional(z.enum(statuses))
      .meta({ description: 'The state it went to; absent where only the content changed.' }),
    proposal: z
      .exactOptional(z.enum(['made', 'withdrawn', 'approved']))
      .meta({ description: 'What became of proposed keys or names by this change.' }),
    keys: z
      .exactOptional(z.array(z.string()))
      .meta({ description: 'The thumbprints of the keys that were proposed.' }),
    addedNames: z
      .exactOptional(z.array(z.string()))
      .meta({ description: 'The names that a partner got, or that were proposed.' }),
    removedNames: z
      .exactOptional(z.array(z.string()))
      .meta({ description: 'The names that a partner lost.' }),
  }),
);

export const managed = {
  status: z.enum(statuses).meta({ description: 'Only an active record takes effect; ended is final.' }),
  version: z.int().min(1).meta({ description: 'Counts up with every change; quoted, it is the ETag.' }),
  changes: z.array(change).meta({ description: 'The latest 50, oldest first.' }),
};

/** The additional members of a response that changed a record in force. */
export const effect = {
  cacheFlushed: z.exactOptional(z.boolean()).meta({
    description:
      "Whether API Gateway has forgotten the authorizer's answers; only where something in force has changed.",
  }),
  decidedWithinSeconds: z.exactOptional(z.int()).meta({
    description:
      'After so many seconds every call is decided by the record as it is now: 12 if the cache is flushed, else 310.',
  }),
};

export const effectMembers = [
  'cacheFlushed',
  'decidedWithinSeconds',
] as const satisfies (keyof typeof effect)[];

export const operatorsTold = z.exactOptional(z.boolean()).meta({
  description:
    'Only where something waits for an approver: whether the operators were told by an event. If not, tell them.',
});

export const toStatus = component(
  'Transition',
  z.strictObject({
    to: z.enum(['active', 'suspended', 'ended']).meta({
      description:
        'draft → active → suspended → active; all but ended → ended. With something proposed also active → active, which approves it. To become active it takes an approver who has changed nothing since the last activation, and If-Match with one ETag.',
    }),
    why,
  }),
);

const terms = {
  products: z
    .record(z.string().max(100), z.array(z.string().max(256)).max(50))
    .meta({ description: 'Product → the scopes that its clients may be granted.' }),
  ratePlan: z
    .string()
    .max(100)
    .meta({ description: 'Of clients that are onboarded from then on; those that are there keep theirs.' }),
  ipRanges: z
    .array(z.string().max(100))
    .max(100)
    .meta({ description: "What the clients' own ranges have to lie in; empty: no limit of its own." }),
  environments: z.array(z.enum(environments)).max(10),
  startsAt: moment,
  endsAt: z
    .exactOptional(moment)
    .meta({ description: 'Nothing from then on; without it the contract has no end.' }),
  owner: z.string().max(254).meta({ description: 'The mailbox of whoever answers for it.' }),
  grants: z.array(z.enum(grantTypes)).max(10),
  password: z
    .exactOptional(
      z.strictObject({
        owner: z.string().max(254).meta({ description: 'The mailbox of whoever still depends on it.' }),
        sunset: moment.meta({ description: 'Refused from then on.' }),
      }),
    )
    .meta({ description: 'With the grant password, and only with it.' }),
  resourceServerOf: z.array(z.string().max(100)).max(50).meta({
    description: 'Products whose backends its clients are: they may introspect the tokens that reach these.',
  }),
};

export const contractId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u, {
  error: '1 to 100 letters, digits, dots, hyphens and underscores, the first a letter or digit.',
});
const names = z.array(z.string());
const partnerFields = {
  partnerId: z.string().meta({ description: 'A UUID. Says nothing about the company.' }),
  name: z.string().meta({ description: 'The name that is shown.' }),
  otherNames: z.exactOptional(names).meta({
    description: 'Further names. Requests under them belong to the partner. Absent if there are none.',
  }),
  formerNames: z.exactOptional(names).meta({
    description:
      'The names that were shown before, since it was first active. Requests under them go on belonging to the partner.',
  }),
  proposed: z
    .exactOptional(z.strictObject({ name: z.exactOptional(z.string()), otherNames: z.exactOptional(names) }))
    .meta({ description: 'New names. They wait for an approver who activates the partner once more.' }),
  looksLike: z
    .exactOptional(
      z.array(
        component(
          'LookAlike',
          z.strictObject({
            partnerId: z.string(),
            name: z.string().meta({ description: 'The name that was found.' }),
            status: z.enum(statuses),
            currentName: z.exactOptional(z.string()).meta({
              description: 'The name that is shown of the partner, if it is not the one that was found.',
            }),
          }),
        ),
      ),
    )
    .meta({
      description:
        'Other partners, each with a name that looks like one of this partner, or one that is proposed (UTS #39). At most ten, the active ones first. Absent if there are none, and in lists.',
    }),
  moreLookAlikes: z
    .exactOptional(z.int())
    .meta({ description: 'How many more such partners there are. Absent if `looksLike` has all.' }),
  uncheckedLookAlikes: z.exactOptional(z.literal(true)).meta({
    description: 'Set if there are so many names with such a look that not all of them were looked up.',
  }),
  supersededBy: z.exactOptional(z.string()).meta({
    description: 'The partner that has the name now: this one ended before it was ever used.',
  }),
};
export const partner = component(
  'Partner',
  z.strictObject({
    ...partnerFields,
    ...managed,
    ...effect,
  }),
);
export const partnerWithProposal = component(
  'PartnerWithProposal',
  z.strictObject({ ...partner.shape, operatorsTold }),
);
/** By the rules of requests, so that operators can give a partner no name that requests cannot have. */
const partnerName = z
  .string()
  .trim()
  .superRefine((text, context) => {
    for (const rule of companyName(100)) {
      if (!rule.holds(text)) context.addIssue({ code: 'custom', message: sentenceOf(rule, text) });
    }
  })
  .meta({
    description:
      'Of the company, with at least one letter or digit, without invisible characters and links. Case, spacing, composition, and the form of dashes and apostrophes make no other name.',
  });
export const partnerDraft = component('PartnerDraft', z.strictObject({ name: partnerName, why }));
export const partnerReadOnly = [
  'partnerId',
  'formerNames',
  'status',
  'version',
  'changes',
  'proposed',
  'supersededBy',
] as const;
export const partnerChange = component(
  'PartnerChange',
  z
    .strictObject({
      name: partnerName,
      otherNames: z.exactOptional(z.array(partnerName).max(maxNames)).meta({
        description: 'All further names, as they are to be. If left out, they stay as they are.',
      }),
      why,
      ...readOnly(partnerReadOnly),
      ...ignored(['looksLike', 'moreLookAlikes', 'uncheckedLookAlikes', 'operatorsTold', ...effectMembers]),
    })
    .meta({
      examples: [
        { name: 'Acme Analytics', otherNames: ['Acme Data Services Ltd'], why: 'the name on their invoices' },
        { name: 'Acme Insights', why: 'renamed in March' },
      ],
    }),
);
export const contract = component(
  'Contract',
  z.strictObject({ contractId: z.string(), partnerId: z.string(), ...terms, ...managed, ...effect }),
);
export const contractDraft = component(
  'ContractDraft',
  z.strictObject({ contractId, partnerId: z.string().max(100), ...terms, why }),
);
export const contractReadOnly = ['contractId', 'partnerId', 'status', 'version', 'changes'] as const;
export const contractChange = component(
  'ContractChange',
  z.strictObject({ ...terms, why, ...readOnly(contractReadOnly), ...ignored(effectMembers) }),
);

const jwks = z.array(z.record(z.string(), z.unknown()));
const clientFields = {
  clientId: z.string(),
  partnerId: z.string(),
  contractId: z.string(),
  product: z.string(),
  onboardingId: z.string().meta({ description: 'The onboarding that made it.' }),
  scopes: z
    .array(z.string())
    .meta({ description: 'What it was granted; its contract may have less by now.' }),
  ipRanges: z.array(z.string()),
  ...managed,
  proposed: z.exactOptional(z.strictObject({ keys: jwks })).meta({
    description:
      'Keys (JWK) that are to stand in place of those it has. They wait for an approver who activates it once more.',
  }),
};
export const client = component('Client', z.strictObject({ ...clientFields, ...effect }));
const grantUse = component(
  'GrantUse',
  z.strictObject({ grantType: z.string(), uses: z.int(), lastUsedAt: moment }),
);
const publicKeys = jwks.meta({
  description: 'The public keys (JWK) that it authenticates with by private_key_jwt.',
});
/** What is shown of a single client. */
export const clientWithKeys = {
  ...clientFields,
  keys: publicKeys,
  uses: z
    .array(grantUse)
    .meta({ description: 'How often, and when last, it used each grant. Counted outside the version.' }),
};

const userFields = {
  userId: z.string().meta({ description: 'In lower case. The login, or usr_ and 26 letters and digits.' }),
  partnerId: z.string(),
};
export const user = component(
  'User',
  z.discriminatedUnion('origin', [
    z.strictObject({
      ...userFields,
      origin: z.literal('directory').meta({ description: 'Who vouches for the user.' }),
      profile: z.strictObject({
        profileId: z.string().meta({ description: "The directory's id of the profile." }),
        state: z
          .enum(profileStates)
          .meta({ description: 'inactive: suspended or deactivated in the directory. deleted is final.' }),
        since: moment.meta({ description: "Since when, by the directory's clock." }),
      }),
      ...managed,
      ...effect,
    }),
    z.strictObject({
      ...userFields,
      origin: z.literal('identity_provider').meta({ description: 'Who vouches for the user.' }),
      providerId: z.string(),
      email: z.string(),
      name: z.string(),
      ...managed,
      ...effect,
    }),
  ]),
);

export const problem = problemSchema(components, {
  role: z.exactOptional(z.enum(roles)),
  partnerId: z.exactOptional(z.string()).meta({ description: 'The partner that has the name already.' }),
  name: z.exactOptional(z.string()).meta({ description: 'The name that another partner has.' }),
  names: z.exactOptional(z.array(z.string())).meta({ description: 'The names that cannot be removed.' }),
  allowed: z.exactOptional(z.array(z.string())),
});

const filters = {
  status: z.exactOptional(z.enum(statuses)).meta({ description: 'Only those of this status.' }),
};
const contains = (where: string) => ({
  contains: z.exactOptional(line(100)).meta({
    description: `Only those with this text in ${where}, in any case. A page may have fewer than the limit, or none, and still a next.`,
  }),
});
/** @param where the members that `contains` looks at */
export const pageOfPartner = (where: string) =>
  z.strictObject({
    ...page.shape,
    ...filters,
    ...contains(where),
    partnerId: z
      .exactOptional(z.string().min(1).max(100))
      .meta({ description: 'Only those of this partner.' }),
  });
export const pageOfName = z.strictObject({
  ...page.shape,
  ...filters,
  ...contains('name'),
  name: z.exactOptional(line(100)).meta({ description: 'Only the partner that has this name, or had it.' }),
});
