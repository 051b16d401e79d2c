import {
  APIGatewayClient,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
} from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGatewayKeys } from '../../adapters/aws/api-gateway-keys.ts';
import { Conflict, NotFound, Rejected } from '../../core/errors.ts';
import {
  type AwsTwin,
  effectUnderFault,
  errorUnderFault,
  readUnderFault,
  startAwsTwin,
} from '../support/aws-twin.ts';
import { deployment } from '../support/deployed.ts';

/** What API Gateway refuses by `BadRequestException` may be due to what a requester entered. */
const asRefused = <Mode extends string, Name extends string>([mode, name]: readonly [Mode, Name]) =>
  [mode, mode === 'reject' ? 'Rejected' : name] as const;

describe("WF-6 the gateway's keys, against the twin", () => {
  let twin: AwsTwin;
  let client: APIGatewayClient;
  let keys: ReturnType<typeof createGatewayKeys>;
  let count = 0;
  const newKey = async (): Promise<{ keyId: string; name: string; value: string }> => {
    count += 1;
    const key = { name: `key-${count}`, value: `valueOfTheTestKeyNumber${count}` };
    return { ...key, ...(await keys.create(key)) };
  };

  beforeAll(async () => {
    twin = await startAwsTwin();
    client = new APIGatewayClient(twin.client);
    keys = createGatewayKeys({ client, planPrefix: 'sallyport-dev-' });
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  it('creates an enabled key with the value given; a value that is taken is Conflict', async () => {
    const { keyId, name, value } = await newKey();
    const { createdDate, lastUpdatedDate, $metadata, ...key } = await client.send(
      new GetApiKeyCommand({ apiKey: keyId, includeValue: true }),
    );
    expect({
      key,
      dates: createdDate?.getTime() === lastUpdatedDate?.getTime(),
      status: $metadata.httpStatusCode,
    }).toEqual({
      key: { id: keyId, name, value, enabled: true, stageKeys: [] },
      dates: true,
      status: 200,
    });
    await expect(keys.create({ name: 'other', value })).rejects.toThrow(
      new Conflict({ service: 'apigateway', operation: 'CreateApiKey', detail: 'ConflictException' }),
    );
  });

  it.each([
    ['19 characters', 'a'.repeat(19)],
    ['129 characters', 'a'.repeat(129)],
    ['a hyphen, as base64url has it', 'aValueThatIsLong-Enough'],
    ['an underscore, as base64url has it', 'aValueThatIsLong_Enough'],
  ])('takes 20 to 128 letters and digits as a value, as AWS documents: not %s', async (_case, value) => {
    await expect(keys.create({ name: 'refused', value })).rejects.toThrow(
      new Rejected({ service: 'apigateway', operation: 'CreateApiKey', detail: 'BadRequestException' }),
    );
    expect(await keys.findByName('refused')).toBeUndefined();
  });

  it.each([20, 128])('takes a value of %i letters and digits', async (length) => {
    await keys.create({ name: `of-${length}`, value: 'aB3'.repeat(43).slice(0, length) });
    expect(await keys.findByName(`of-${length}`)).toBeDefined();
  });

  it('finds a key by its exact name among those it is a prefix of', async () => {
    const longer = await keys.create({ name: 'onb-10', value: 'aValueThatIsLongEnough' });
    expect(await keys.findByName('onb-1')).toBeUndefined();
    const exact = await keys.create({ name: 'onb-1', value: 'anotherValueLongEnough' });
    expect(await keys.findByName('onb-1')).toEqual(exact);
    expect(await keys.findByName('onb-10')).toEqual(longer);
  });

  it("attaches a key to a plan, any number of times, and the gateway finds the plan by the key's value", async () => {
    const { keyId, name, value } = await newKey();
    const standard = deployment.api.usagePlans.find(({ name }) => name === 'sallyport-dev-standard');
    expect(twin.aws.planOf(value)).toBeUndefined();
    await keys.attachToPlan(keyId, 'standard');
    await keys.attachToPlan(keyId, 'standard');
    const plan = (await client.send(new GetUsagePlansCommand({ keyId }))).items?.[0];
    expect(twin.aws.planOf(value)).toEqual({
      planId: plan?.id,
      keyId,
      throttle: { rateLimit: standard?.rate, burstLimit: standard?.burst },
      quota: standard?.quota,
    });
    const { items = [] } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId: plan?.id }));
    expect(items.filter(({ id }) => id === keyId)).toEqual([{ id: keyId, type: 'API_KEY', name, value }]);
    await client.send(new DeleteUsagePlanKeyCommand({ usagePlanId: plan?.id, keyId }));
    expect(twin.aws.planOf(value)).toBeUndefined();
  });

  it('a key that is on another plan is Conflict; an unknown plan or key is NotFound', async () => {
    const { keyId } = await newKey();
    await keys.attachToPlan(keyId, 'premium');
    await expect(keys.attachToPlan(keyId, 'standard')).rejects.toThrow(
      new Conflict({ service: 'apigateway', operation: 'CreateUsagePlanKey', detail: 'ConflictException' }),
    );
    await expect(keys.attachToPlan(keyId, 'gold')).rejects.toThrow(
      new NotFound({ service: 'apigateway', operation: 'GetUsagePlans', detail: 'no such usage plan' }),
    );
    await expect(keys.attachToPlan('nobody', 'premium')).rejects.toThrow(
      new NotFound({ service: 'apigateway', operation: 'CreateUsagePlanKey', detail: 'NotFoundException' }),
    );
  });

  it('deletes a key and takes it off its plan; a key that is not there is NotFound', async () => {
    const { keyId, value } = await newKey();
    await keys.attachToPlan(keyId, 'premium');
    await keys.delete(keyId);
    expect(twin.aws.planOf(value)).toBeUndefined();
    await expect(keys.delete(keyId)).rejects.toThrow(
      new NotFound({ service: 'apigateway', operation: 'DeleteApiKey', detail: 'NotFoundException' }),
    );
  });

  it.each(effectUnderFault.map(asRefused))('every effect under %s is %s', async (mode, name) => {
    const { keyId } = await newKey();
    await keys.attachToPlan((await newKey()).keyId, 'standard');
    const under = async (operation: string, effect: () => Promise<unknown>): Promise<void> => {
      twin.faults.add([{ service: 'apigateway', operation, mode, times: 1 }]);
      await expect(effect()).rejects.toThrow(errorUnderFault(name, 'apigateway', operation, mode));
    };
    const value = `aValueForTheFault${mode.replace('-', '')}000`;
    await under('CreateApiKey', () => keys.create({ name: 'faulty', value }));
    await under('CreateUsagePlanKey', () => keys.attachToPlan(keyId, 'standard'));
    // An answer that need not say anything cannot be garbled.
    if (mode !== 'garbage') await under('DeleteApiKey', () => keys.delete(keyId));
  });

  it.each(readUnderFault.map(asRefused))('every read under %s is %s', async (mode, name) => {
    const fresh = createGatewayKeys({ client, planPrefix: 'sallyport-dev-' });
    twin.faults.add(
      ['GetApiKeys', 'GetUsagePlans'].map((operation) => ({
        service: 'apigateway',
        operation,
        mode,
        times: 1,
      })),
    );
    await expect(fresh.findByName('onb-1')).rejects.toThrow(
      errorUnderFault(name, 'apigateway', 'GetApiKeys', mode),
    );
    await expect(fresh.attachToPlan('any', 'standard')).rejects.toThrow(
      errorUnderFault(name, 'apigateway', 'GetUsagePlans', mode),
    );

    const { keyId } = await newKey();
    await keys.attachToPlan(keyId, 'standard');
    twin.faults.add([{ service: 'apigateway', operation: 'GetUsagePlanKey', mode, times: 1 }]);
    await expect(keys.attachToPlan(keyId, 'standard')).rejects.toThrow(
      errorUnderFault(name, 'apigateway', 'GetUsagePlanKey', mode),
    );
  });
});
