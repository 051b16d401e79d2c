import type { FunctionFaultMode } from '../../../local/kernel/faults.ts';

/** A fault that affects the runs of one state only. */
export interface AimedFault {
  readonly at: string;
  /** For example `okta GetUser`, or `lambda` for the state's function itself. */
  readonly operation: string;
  readonly mode: FunctionFaultMode;
  readonly times?: number;
  readonly after?: number;
  /** True if only writes of the onboarding's own partition fail, and not those by which turns are taken. */
  readonly isOfItsPartition?: true;
}

/** The owner of the user id and the profile before the onboarding. */
export type Person =
  | 'nobody'
  | 'an earlier onboarding'
  | 'an earlier onboarding for another product'
  | 'the partner, by hand'
  | 'an employee'
  | 'an employee, since the intake';

/** How a workflow reaches the call that fails. */
export interface Way {
  readonly way: string;
  readonly person?: Person;
  /** True if the EWACS account has to be requested. It is confirmed unless the workflow stops before that. */
  readonly asksForEwacs?: true;
  /** The state of a task that ServiceNow already has and that is closed. */
  readonly taskClosedAs?: '3' | '4';
  readonly faults?: readonly AimedFault[];
  /** The state that fails permanently because of these faults or the person. */
  readonly stopsAt?: string;
  /** True if it fails because of a fault of ours, so that operators are alerted before the undo chain. */
  readonly isOurs?: boolean;
  /** The tasks that run more than once because of these faults, and how many more times. */
  readonly moreRuns?: Readonly<Record<string, number>>;
}

export const straight: Way = { way: '' };
export const withEwacs: Way = { way: 'the EWACS account has to be asked for', asksForEwacs: true };
export const rejected: Way = {
  way: "the user id is an employee's",
  person: 'an employee',
  stopsAt: 'RequestIntake',
};
const inOldProfile: Way = {
  way: 'the profile is there for another product',
  person: 'an earlier onboarding for another product',
};
const closed = (taskClosedAs: '3' | '4', way: string): Way => ({
  way,
  asksForEwacs: true,
  taskClosedAs,
  ...(taskClosedAs === '4' && { stopsAt: 'AwaitEwacsAccount' }),
  faults: [{ at: 'AwaitEwacsAccount', operation: 'servicenow CreateRecord', mode: 'fail-before' }],
  moreRuns: { AwaitEwacsAccount: 1 },
});
const lostAnswer = (at: string, operation: string): Way => ({
  way: `the answer to ${operation} was lost`,
  faults: [{ at, operation, mode: 'crash' }],
  moreRuns: { [at]: 1 },
});

export const mailRefused: Way = {
  way: 'the mail is refused',
  stopsAt: 'CredentialDelivery',
  faults: [{ at: 'CredentialDelivery', operation: 'ses SendEmail', mode: 'reject' }],
};
export const codeRefused: Way = {
  way: 'the code is refused',
  stopsAt: 'CredentialDelivery',
  isOurs: true,
  faults: [{ at: 'CredentialDelivery', operation: 'servicenow UpdateRecord', mode: 'reject' }],
};
const openTask: Way = {
  way: 'the task cannot be read',
  asksForEwacs: true,
  stopsAt: 'AwaitEwacsAccount',
  isOurs: true,
  faults: [{ at: 'AwaitEwacsAccount', operation: 'servicenow QueryRecords', mode: 'reject' }],
};
/**
 * Tells whether a vendor's refusal is our fault. Only the mail and API Gateway's calls can be refused because
 * of the request. A function that cannot run is our fault too.
 */
export const isOurRefusal = (operation: string): boolean =>
  operation !== 'ses SendEmail' && !operation.startsWith('apigateway ');

const neverFound = (at: string, create: string, look: string): Way => ({
  way: `what ${create} made was never found`,
  stopsAt: at,
  isOurs: isOurRefusal(look),
  moreRuns: { [at]: 1 },
  faults: [
    { at, operation: create, mode: 'crash' },
    { at, operation: look, mode: 'reject' },
  ],
});
const of = (person: Person): Way => ({ ...mailRefused, way: `the profile was made by ${person}`, person });
const [shared, sharedElsewhere, byHand] = [
  of('an earlier onboarding'),
  of('an earlier onboarding for another product'),
  of('the partner, by hand'),
];
const stranger: Way = {
  way: "the profile is an employee's",
  person: 'an employee, since the intake',
  asksForEwacs: true,
  stopsAt: 'OktaProfile',
};

const [getItem, updateItem, deleteItem, query] = [
  'dynamodb GetItem',
  'dynamodb UpdateItem',
  'dynamodb DeleteItem',
  'dynamodb Query',
];
const [deskToken, find, update] = ['servicenow Token', 'servicenow QueryRecords', 'servicenow UpdateRecord'];
const [directoryToken, getUser, mac] = ['okta Token', 'okta GetUser', 'kms GenerateMac'];
/** Precedes each token that needs a secret: ServiceNow's client secret, or the key that signs for Okta. */
const secret = 'secretsmanager GetSecretValue';
const reporting = (state: string, way: Way): Calls => ({
  [getItem]: [way],
  [updateItem]: [way],
  [secret]: [way],
  [deskToken]: [way],
  [update]: [way],
  [find]: [
    {
      ...lostAnswer(state, update),
      ...way,
      faults: [...(way.faults ?? []), { at: state, operation: update, mode: 'crash' }],
      moreRuns: { [state]: 1 },
    },
  ],
});
export const leftBehind: Way = {
  ...mailRefused,
  way: 'a client cannot be deleted',
  faults: [
    ...(mailRefused.faults ?? []),
    { at: 'UndoCognitoClient', operation: 'cognito DeleteUserPoolClient', mode: 'reject' },
  ],
};

type Calls = Readonly<Record<string, readonly Way[]>>;

/** Calls whose failure ends no run, by function: it goes on without them, as unit tests show. */
export const goneWithout: Readonly<Record<string, readonly string[]>> = {
  'request-intake': ['eventbridge PutEvents'],
};

/**
 * By state and operation: the ways on which the state's function makes the call. Each way is a row of cells.
 */
export const ways = {
  RequestIntake: {
    [getItem]: [straight],
    [updateItem]: [straight],
    [query]: [straight],
    [secret]: [straight, rejected],
    [directoryToken]: [straight, rejected],
    [getUser]: [straight, rejected],
  },
  ReportAccepted: reporting('ReportAccepted', straight),
  AwaitEwacsAccount: {
    [getItem]: [withEwacs],
    [updateItem]: [withEwacs],
    [secret]: [withEwacs],
    [deskToken]: [withEwacs],
    'servicenow CreateRecord': [withEwacs],
    [find]: [withEwacs],
    'stepfunctions SendTaskSuccess': [closed('3', 'the task was closed meanwhile')],
    'stepfunctions SendTaskFailure': [closed('4', 'the task was closed meanwhile without an account')],
  },
  OktaProfile: {
    [getItem]: [straight],
    [updateItem]: [straight],
    [secret]: [straight],
    [directoryToken]: [straight],
    'okta ListGroups': [straight],
    [getUser]: [straight],
    'okta CreateUser': [straight],
    'okta ListUserGroups': [straight, inOldProfile],
    'okta AddUserToGroup': [inOldProfile],
  },
  CognitoClient: {
    [getItem]: [straight],
    [updateItem]: [straight],
    'cognito CreateUserPoolClient': [straight],
    'cognito ListUserPoolClients': [lostAnswer('CognitoClient', 'cognito CreateUserPoolClient')],
  },
  GatewayMapping: {
    [getItem]: [straight],
    [updateItem]: [straight],
    [mac]: [straight],
    'apigateway CreateApiKey': [straight],
    'apigateway GetUsagePlans': [straight],
    'apigateway CreateUsagePlanKey': [straight],
    'apigateway GetApiKeys': [lostAnswer('GatewayMapping', 'apigateway CreateApiKey')],
    'apigateway GetUsagePlanKey': [lostAnswer('GatewayMapping', 'apigateway CreateUsagePlanKey')],
  },
  CredentialDelivery: {
    [getItem]: [straight],
    [updateItem]: [straight],
    [mac]: [straight],
    'ses SendEmail': [straight],
    [secret]: [straight],
    [deskToken]: [straight],
    [update]: [straight],
    [find]: [lostAnswer('CredentialDelivery', update)],
  },
  ReportDone: reporting('ReportDone', straight),
  ReportRejected: reporting('ReportRejected', rejected),
  AlertOperators: { 'eventbridge PutEvents': [codeRefused] },
  UndoCredentialDelivery: { [getItem]: [codeRefused], [updateItem]: [codeRefused], [mac]: [codeRefused] },
  UndoGatewayMapping: {
    [getItem]: [mailRefused],
    [updateItem]: [mailRefused],
    'apigateway DeleteApiKey': [mailRefused],
    [deleteItem]: [mailRefused],
    'apigateway GetApiKeys': [
      neverFound('GatewayMapping', 'apigateway CreateApiKey', 'apigateway GetApiKeys'),
    ],
  },
  UndoCognitoClient: {
    [getItem]: [mailRefused],
    [updateItem]: [mailRefused],
    'cognito DeleteUserPoolClient': [mailRefused],
    'cognito ListUserPoolClients': [
      neverFound('CognitoClient', 'cognito CreateUserPoolClient', 'cognito ListUserPoolClients'),
    ],
  },
  UndoOktaProfile: {
    [getItem]: [mailRefused, shared, sharedElsewhere, byHand, stranger],
    [updateItem]: [mailRefused, shared, sharedElsewhere, byHand, stranger],
    [secret]: [mailRefused, shared],
    [directoryToken]: [mailRefused, shared],
    [getUser]: [mailRefused, shared, sharedElsewhere, byHand, stranger],
    [deleteItem]: [mailRefused, sharedElsewhere, byHand, stranger],
    'okta DeleteUser': [mailRefused],
    'okta RemoveUserFromGroup': [sharedElsewhere, byHand],
  },
  UndoEwacsAccount: {
    [getItem]: [openTask],
    [updateItem]: [openTask],
    [secret]: [openTask],
    [deskToken]: [openTask],
    [find]: [openTask],
    [update]: [openTask],
  },
  FinishRollback: {
    [getItem]: [mailRefused],
    [updateItem]: [leftBehind],
    [query]: [leftBehind],
    [secret]: [leftBehind],
    [deskToken]: [leftBehind],
    [update]: [leftBehind],
    [find]: [
      {
        ...leftBehind,
        way: "a client cannot be deleted, and the function died after the ticket's answer was lost",
        moreRuns: { FinishRollback: 1 },
        faults: [
          ...(leftBehind.faults ?? []),
          { at: 'FinishRollback', operation: 'lambda', mode: 'crash' },
          { at: 'FinishRollback', operation: update, mode: 'crash' },
        ],
      },
    ],
  },
  ReportRolledBack: { ...reporting('ReportRolledBack', mailRefused), [query]: [mailRefused] },
} satisfies Readonly<Record<string, Calls>>;

export type CellState = keyof typeof ways;
