import { describe, expect, test } from 'vitest';
import { regionIn } from '../../clients/operator.ts';
import { readArguments } from '../../local/command-line.ts';
import { problemOf } from '../../scripts/bootstrap/problems.ts';

describe('X-4 the Region of a command', () => {
  test.each(['eu-west-1', 'us-gov-east-1', 'ap-southeast-2', 'eusc-de-east-1'])('may be %s', (AWS_REGION) => {
    expect(regionIn({ AWS_REGION, AWS_DEFAULT_REGION: 'us-east-1' })).toBe(AWS_REGION);
  });

  test('may be left to the profile', () => {
    expect(regionIn({})).toBeUndefined();
    expect(regionIn({ AWS_DEFAULT_REGION: 'us-east-1' })).toBe('us-east-1');
  });

  test.each([
    ['AWS_REGION', '', 'AWS_REGION is empty'],
    ['AWS_DEFAULT_REGION', '', 'AWS_DEFAULT_REGION is empty'],
    ['AWS_REGION', 'Ireland', 'AWS_REGION is "Ireland", which is no Region'],
  ])('is refused if %s is %j, with what is allowed', (name, value, what) => {
    const allowed = 'Set it to a Region such as eu-west-1, or unset it to use that of your AWS profile.';
    expect(() => regionIn({ [name]: value })).toThrow(`${what}. ${allowed}`);
    try {
      regionIn({ [name]: value });
    } catch (error) {
      expect(problemOf(error)).toEqual({
        what: `RegionInvalid: ${what}. ${allowed}`,
        remedy: 'Then run the command again.',
      });
    }
  });
});

describe('X-13 an option of a command', () => {
  const read = (...args: readonly string[]) =>
    readArguments({ name: 'x', about: '', options: { role: { type: 'string', about: '' } } }, args).values;

  test('is given once; twice is refused with both values', () => {
    expect(read('--role', 'viewer')).toEqual({ role: 'viewer' });
    expect(() => read('--role', 'viewer', '--role', 'operator')).toThrow(
      '--role is given twice, as viewer and as operator. Give it once.',
    );
  });
});
