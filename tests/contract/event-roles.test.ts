import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionNames } from '../../resources/functions.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { deployment } from '../support/deployed.ts';

let twin: AwsTwin;
beforeAll(async () => {
  twin = await startAwsTwin({ roles: deployment.roles });
});
afterAll(() => twin.stop());

const operator = 'Onboarding Needs Operator';
const trust = 'Trust Needs Operator';
const flush = 'Authorizer Flush Due';

/** The events that each function sends. No other function may send any. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'execution-ended': [operator],
  'okta-events': [flush],
  'onboarding-sweep': [operator],
  'operator-alert': [operator],
  'operator-api': [trust, flush],
  'request-intake': [trust],
  'sign-in': [flush],
  token: [flush],
  'trust-sweep': [trust],
  'user-sweep': [flush],
};

/** Returns whether a function may put events, of the given sources and types in one request. */
async function mayPut(name: string, ...events: readonly (readonly [string, string])[]): Promise<boolean> {
  const client = new EventBridgeClient(twin.clientOf(name));
  const Entries = events.map(([Source, DetailType]) => ({ Source, DetailType, Detail: '{}' }));
  try {
    await client.send(new PutEventsCommand({ Entries }));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: 'AccessDeniedException' });
    return false;
  } finally {
    client.destroy();
  }
}

// Threat T-75
test('a function sends the events that it is for, in our name, and no others', async () => {
  const found: [string, readonly string[]][] = [];
  for (const name of functionNames) {
    const types: string[] = [];
    for (const type of [operator, trust, flush, 'Another']) {
      if (await mayPut(name, ['sallyport', type])) types.push(type);
      expect(await mayPut(name, ['another', type])).toBe(false);
    }
    if (types.length > 0) found.push([name, types]);
  }
  expect(Object.fromEntries(found)).toEqual(expected);
});

test('one event that is not allowed refuses the whole request', async () => {
  expect(await mayPut('trust-sweep', ['sallyport', trust], ['sallyport', trust])).toBe(true);
  expect(await mayPut('trust-sweep', ['sallyport', trust], ['sallyport', operator])).toBe(false);
});
