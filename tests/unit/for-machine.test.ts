import { describe, expect, test } from 'vitest';
import { Defect } from '../../core/errors.ts';
import { forMachine } from '../../core/workflow/for-machine.ts';

const arn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding';
const workflows = new Map([[arn, 'onboarding']]);

describe('X-1 the workflow of an event', () => {
  test.each([arn, `${arn}:live`, `${arn}:3`])('is found by the machine %s', (named) => {
    expect(forMachine(workflows, named)).toBe('onboarding');
  });

  test('is a Defect if no workflow has the machine', () => {
    expect(() => forMachine(workflows, `${arn}-2`)).toThrow(
      new Defect({
        service: 'sallyport',
        operation: 'ForMachine',
        detail: 'the state machine belongs to no workflow',
      }),
    );
  });
});
