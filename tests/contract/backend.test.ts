import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '../../local/seed/backend.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';

let backend: Served;
beforeAll(async () => {
  backend = await serve(createBackend({ clock: { now: () => new Date('2026-11-20T10:00:00Z') } }), 0);
});
afterAll(() => backend.close());

const send = async (
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(backend.url + path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the sample backend', () => {
  it('answers with what it received, of the authorization only its scheme', async () => {
    const { status, body } = await send('/credit-reports/reports/a%2Fb?tag=x&tag=y&empty=', {
      method: 'POST',
      body: '{"amount":1}',
      headers: {
        authorization: 'Bearer eyJ.secret',
        'x-sallyport-client-id': 'client-1',
        'content-type': 'application/json',
      },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      product: 'credit-reports',
      method: 'POST',
      path: '/reports/a%2Fb',
      query: { tag: ['x', 'y'], empty: [''] },
      headers: expect.objectContaining({
        authorization: 'Bearer',
        'x-sallyport-client-id': 'client-1',
        'content-type': 'application/json',
      }) as unknown,
      body: { amount: 1 },
      receivedAt: '2026-11-20T10:00:00.000Z',
    });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('takes %s without a body', async (method) => {
    const { status, body } = await send('/fraud-signals/signals', { method });
    expect([status, { ...body, headers: {} }]).toEqual([
      200,
      {
        product: 'fraud-signals',
        method,
        path: '/signals',
        query: {},
        headers: {},
        receivedAt: '2026-11-20T10:00:00.000Z',
      },
    ]);
    expect(body['headers']).not.toHaveProperty('authorization');
  });

  it('gives text back as text', async () => {
    expect((await send('/fraud-signals', { method: 'POST', body: 'no json' })).body).toEqual({
      path: '/',
      body: 'no json',
      product: 'fraud-signals',
      method: 'POST',
      query: {},
      headers: {
        accept: '*/*',
        'accept-encoding': 'gzip, deflate',
        'accept-language': '*',
        connection: 'keep-alive',
        'content-length': '7',
        'content-type': 'text/plain;charset=UTF-8',
        host: expect.any(String) as string,
        'sec-fetch-mode': 'cors',
        'user-agent': 'node',
      },
      receivedAt: '2026-11-20T10:00:00.000Z',
    });
  });
});
