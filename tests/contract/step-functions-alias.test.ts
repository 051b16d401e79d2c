import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachineVersionsCommand,
  type RoutingConfigurationListItem,
  StartExecutionCommand,
  UpdateStateMachineAliasCommand,
} from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { executionStatusChange } from '../../local/events/execution-status-change.ts';
import { succeededExecution } from '../support/executions.ts';
import {
  machineArn,
  roleArn,
  startStepFunctions,
  type StepFunctionsTwin,
} from '../support/step-functions-twin.ts';

/** A machine whose executions answer with what they are started by. */
const saying = (word: string): StateMachineDefinition => ({
  StartAt: 'Say',
  States: { Say: { Type: 'Pass', Result: word, End: true } },
});
const [alias, version1, version2] = [`${machineArn}:live`, `${machineArn}:1`, `${machineArn}:2`];

/** Starts one, waits for its end and describes it. */
async function run(twin: StepFunctionsTwin, stateMachineArn: string) {
  const { executionArn } = await twin.client.send(new StartExecutionCommand({ stateMachineArn }));
  await twin.ended(executionArn);
  return twin.client.send(new DescribeExecutionCommand({ executionArn }));
}
const turn = (twin: StepFunctionsTwin, ...routes: readonly (readonly [string, number])[]) =>
  twin.client.send(
    new UpdateStateMachineAliasCommand({
      stateMachineAliasArn: alias,
      routingConfiguration: routes.map(([stateMachineVersionArn, weight]) => ({
        stateMachineVersionArn,
        weight,
      })),
    }),
  );
const routesOf = async (twin: StepFunctionsTwin): Promise<RoutingConfigurationListItem[] | undefined> =>
  (await twin.client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn: alias })))
    .routingConfiguration;

/** What the event on a change of status says of an execution that has succeeded, where it is encrypted. */
const succeededChange = {
  status: 'SUCCEEDED',
  startDate: expect.any(Number) as number,
  stopDate: expect.any(Number) as number,
  input: null,
  inputDetails: { included: false },
  output: null,
  outputDetails: { included: false },
  error: null,
  cause: null,
  redriveCount: 0,
  redriveDate: null,
  redriveStatus: 'NOT_REDRIVABLE',
  redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
};

describe('WF-12 an alias of a state machine', () => {
  let twin: StepFunctionsTwin;
  beforeAll(async () => {
    twin = await startStepFunctions(saying('one'), {});
  });
  afterAll(() => twin.stop());

  it("starts executions that bear the machine's name, and say which alias and version they are by", async () => {
    const { executionArn } = await twin.client.send(
      new StartExecutionCommand({ stateMachineArn: alias, name: 'by-alias' }),
    );
    expect(executionArn).toBe('arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:by-alias');
    const execution = await twin.ended(executionArn);
    const by = { stateMachineAliasArn: alias, stateMachineVersionArn: version1 };
    expect(await twin.client.send(new DescribeExecutionCommand({ executionArn }))).toEqual({
      ...succeededExecution,
      ...by,
      executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:by-alias',
      output: '"one"',
    });
    const [started] = await twin.history(executionArn);
    expect(started?.executionStartedEventDetails).toEqual({
      input: '{}',
      inputDetails: { truncated: false },
      roleArn,
      ...by,
    });
    expect(executionStatusChange(execution, { now: 0, encrypted: true }).detail).toEqual({
      executionArn,
      stateMachineArn: machineArn,
      ...by,
      name: 'by-alias',
      ...succeededChange,
    });
  });

  it("is what those are listed by; they are the version's and the machine's, too", async () => {
    const [byAlias, byVersion, byMachine] = [
      await run(twin, alias),
      await run(twin, version1),
      await run(twin, machineArn),
    ];
    expect([byVersion.stateMachineAliasArn, byVersion.stateMachineVersionArn]).toEqual([undefined, version1]);
    expect([byMachine.stateMachineAliasArn, byMachine.stateMachineVersionArn]).toEqual([
      undefined,
      undefined,
    ]);
    expect(
      executionStatusChange(await twin.ended(byMachine.executionArn), { now: 0, encrypted: true }).detail,
    ).toEqual({
      stateMachineAliasArn: null,
      stateMachineVersionArn: null,
      executionArn: expect.any(String) as string,
      stateMachineArn: machineArn,
      name: expect.any(String) as string,
      ...succeededChange,
    });
    const listed = async (stateMachineArn: string) =>
      (await twin.client.send(new ListExecutionsCommand({ stateMachineArn }))).executions
        ?.map(({ name }) => name)
        .filter((name) => name !== 'by-alias')
        .sort();
    expect(await listed(alias)).toEqual([byAlias.name]);
    expect(await listed(version1)).toEqual([byAlias.name, byVersion.name].sort());
    expect(await listed(machineArn)).toEqual([byAlias.name, byVersion.name, byMachine.name].sort());
  });

  it('describes itself and its version', async () => {
    const { $metadata, ...described } = await twin.client.send(
      new DescribeStateMachineAliasCommand({ stateMachineAliasArn: alias }),
    );
    expect($metadata.httpStatusCode).toBe(200);
    expect(described).toEqual({
      stateMachineAliasArn: alias,
      name: 'live',
      routingConfiguration: [{ stateMachineVersionArn: version1, weight: 100 }],
      creationDate: expect.any(Date) as Date,
      updateDate: expect.any(Date) as Date,
    });
    expect(await twin.client.send(new DescribeStateMachineCommand({ stateMachineArn: version1 }))).toEqual({
      stateMachineArn: version1,
      name: 'sallyport-dev-test',
      definition: '{"StartAt":"Say","States":{"Say":{"Type":"Pass","Result":"one","End":true}}}',
      roleArn,
      type: 'STANDARD',
      creationDate: expect.any(Date) as Date,
      status: 'ACTIVE',
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      revisionId: expect.any(String) as string,
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
      $metadata: expect.any(Object) as object,
    });
  });

  it.each([
    [
      'StateMachineDoesNotExist',
      `State Machine Does Not Exist: '${machineArn}:dead'`,
      () => run(twin, `${machineArn}:dead`),
    ],
    ['StateMachineDoesNotExist', `State Machine Does Not Exist: '${version2}'`, () => run(twin, version2)],
    [
      'StateMachineDoesNotExist',
      `State Machine Does Not Exist: '${machineArn}2:live'`,
      () => run(twin, `${machineArn}2:live`),
    ],
    [
      'StateMachineDoesNotExist',
      `State Machine Does Not Exist: '${machineArn}:dead'`,
      () => twin.client.send(new ListExecutionsCommand({ stateMachineArn: `${machineArn}:dead` })),
    ],
    ['InvalidArn', `Invalid Arn: 'Invalid ARN: ${alias}:1'`, () => run(twin, `${alias}:1`)],
    [
      'ResourceNotFound',
      'Request references a resource that does not exist.',
      () =>
        twin.client.send(
          new DescribeStateMachineAliasCommand({ stateMachineAliasArn: `${machineArn}:dead` }),
        ),
    ],
    [
      'ValidationException',
      `Routing configuration must contain state machine version ARNs. Received: [${machineArn}]`,
      () => turn(twin, [machineArn, 100]),
    ],
    [
      'ValidationException',
      `Routing configuration must contain distinct state machine version ARNs. Received: [${version1}, ${version1}]`,
      () => turn(twin, [version1, 50], [version1, 50]),
    ],
    [
      'ValidationException',
      'Sum of routing configuration weights must equal 100. Received: [99]',
      () => turn(twin, [version1, 99]),
    ],
  ])('refuses with %s: %s', async (name, message, call) => {
    await expect(call()).rejects.toMatchObject({ name, message, $metadata: { httpStatusCode: 400 } });
    expect(await routesOf(twin)).toEqual([{ stateMachineVersionArn: version1, weight: 100 }]);
  });
});

describe('WF-12 a second version of a state machine', () => {
  let folder: string;
  let twin: StepFunctionsTwin;
  const deploy = async (definition: StateMachineDefinition): Promise<void> => {
    await twin.stop();
    twin = await startStepFunctions(definition, {}, { folder });
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-alias-'));
    twin = await startStepFunctions(saying('one'), {}, { folder });
    await deploy(saying('two'));
  });
  afterEach(async () => {
    await twin.stop();
    await rm(folder, { recursive: true });
  });

  it('is what the alias starts, beside the first', async () => {
    expect(await routesOf(twin)).toEqual([{ stateMachineVersionArn: version2, weight: 100 }]);
    expect(await run(twin, alias)).toEqual({
      ...succeededExecution,
      output: '"two"',
      stateMachineVersionArn: version2,
      stateMachineAliasArn: alias,
    });
    expect(await run(twin, version1)).toEqual({
      ...succeededExecution,
      output: '"one"',
      stateMachineVersionArn: version1,
    });
    const { stateMachineVersions } = await twin.client.send(
      new ListStateMachineVersionsCommand({ stateMachineArn: machineArn }),
    );
    expect(stateMachineVersions?.map(({ stateMachineVersionArn }) => stateMachineVersionArn)).toEqual([
      version2,
      version1,
    ]);
  });

  it('gets the share of the executions that the alias gives it', async () => {
    await turn(twin, [version1, 50], [version2, 50]);
    const drawn = new Set<string | undefined>();
    while (drawn.size < 2) drawn.add((await run(twin, alias)).output);
    expect(drawn).toEqual(new Set(['"one"', '"two"']));
    await turn(twin, [version1, 100], [version2, 0]);
    for (let count = 0; count < 20; count += 1) {
      expect(await run(twin, alias)).toMatchObject({ output: '"one"' });
    }
  });

  it('is taken back by turning the alias, and that outlives a restart but no deployment', async () => {
    await turn(twin, [version1, 100]);
    await deploy(saying('two'));
    expect(await run(twin, alias)).toEqual({
      ...succeededExecution,
      output: '"one"',
      stateMachineVersionArn: version1,
      stateMachineAliasArn: alias,
    });
    await deploy(saying('three'));
    expect(await run(twin, alias)).toEqual({
      ...succeededExecution,
      output: '"three"',
      stateMachineVersionArn: `${machineArn}:3`,
      stateMachineAliasArn: alias,
    });
  });
});
