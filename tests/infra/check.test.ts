import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stageDifferences } from '../../scripts/stage-differences.ts';
import { faultsOfStateMachines } from '../../scripts/state-machine-faults.ts';

describe('WF-12 the check finds in a state machine', () => {
  const onboarding = z
    .looseObject({ States: z.record(z.string(), z.looseObject({})) })
    .parse(JSON.parse(readFileSync('state-machines/onboarding.asl.json', 'utf8')));
  const machineOf = (definition: object, substitutions: object) => ({
    Resources: {
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        DependsOn: [],
        Properties: { DefinitionString: JSON.stringify(definition), DefinitionSubstitutions: substitutions },
      },
    },
  });
  const machine = (state: object, substitutions: object) =>
    machineOf({ StartAt: 'Only', States: { Only: state } }, substitutions);
  const task = { Type: 'Task', Resource: '${FunctionArn}', End: true };

  const notASource = 'Machine: the packaged definition is none of the files in state-machines/';

  it('nothing where nothing is wrong', () => {
    const { States, ...rest } = onboarding;
    const substitutions = Object.fromEntries(
      [...JSON.stringify(States).matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'arn']),
    );
    expect(faultsOfStateMachines(machineOf({ ...rest, States }, substitutions))).toEqual([]);
  });

  it('a definition that has lost a null', () => {
    const { States, ...rest } = onboarding;
    const { ResultPath, ...reportAccepted } = States['ReportAccepted'] ?? {};
    expect(ResultPath).toBe(null);
    const substitutions = Object.fromEntries(
      [...JSON.stringify(States).matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'arn']),
    );
    expect(
      faultsOfStateMachines(
        machineOf({ ...rest, States: { ...States, ReportAccepted: reportAccepted } }, substitutions),
      ),
    ).toEqual([notASource]);
  });

  it('a definition that is an object, which cannot hold a null', () => {
    const template = {
      Resources: {
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          DependsOn: [],
          Properties: { Definition: onboarding },
        },
      },
    };
    expect(faultsOfStateMachines(template)).toEqual([expect.stringContaining('DefinitionString') as string]);
  });

  it('a placeholder that nothing fills', () => {
    expect(faultsOfStateMachines(machine(task, {}))).toEqual([
      'Machine: nothing fills the placeholder ${FunctionArn}',
      notASource,
    ]);
  });

  it('what is no Amazon States Language', () => {
    expect(
      faultsOfStateMachines(machine({ ...task, Next: 'Nowhere', End: undefined }, { FunctionArn: 'arn' })),
    ).toEqual([expect.stringMatching(/^Machine: .*Nowhere/s), notASource]);
  });
});

describe('WF-12 the check compares stages', () => {
  const stage = (name: string, properties: object) => ({
    stage: name,
    template: {
      Resources: { Alerts: { Properties: { TopicName: `sallyport-${name}-alerts`, ...properties } } },
    },
  });

  it('apart from their names', () => {
    expect(stageDifferences(stage('dev', {}), stage('prod', {}))).toEqual(new Map());
  });

  it('by every property, also one that only one of them has', () => {
    expect(
      [
        ...stageDifferences(
          stage('dev', { Subscription: [{ Endpoint: 'a' }] }),
          stage('prod', { Subscription: [{ Endpoint: 'b' }], Extra: true }),
        ),
      ].map(([path, meant]) => [path, meant?.why]),
    ).toEqual([
      ['Resources.Alerts.Properties.Subscription.0.Endpoint', 'who is told'],
      ['Resources.Alerts.Properties.Extra', undefined],
    ]);
  });
});
