import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { noRoute, wholeAnswer } from './whole-answer.ts';

describe('X-16 the documentation for developers', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await shareTestTwin();
  });
  afterAll(() => twin.stop());
  const get = async (path: string) => wholeAnswer(await fetch(twin.urls.gateway + path));

  test.each(['/', '/docs'])('%s lists the products, for anybody', async (path) => {
    const { status, headers, body } = await get(path);
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=300']);
    for (const [id, { name }] of Object.entries(shippedCatalogue.products)) {
      expect(body).toContain(`<a href="${twin.urls.gateway}/docs/${id}">${name}</a>`);
    }
  });

  test.each(Object.values(shippedCatalogue.products))(
    'of $id is a page and an OpenAPI document',
    async ({ id, routes }) => {
      const page = await get(`/docs/${id}`);
      expect(page.status).toBe(200);
      expect(page.body).toContain(`${twin.urls.gateway}/apis/${id}/openapi.json`);
      const document = await get(`/apis/${id}/openapi.json`);
      expect(document).toMatchObject({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: {
          openapi: '3.1.1',
          servers: [{ url: `${twin.urls.gateway}/apis/${id}`, description: 'DEV' }],
          paths: Object.fromEntries(routes.map(({ path }) => [path, expect.any(Object) as unknown])),
        },
      });
    },
  );

  test('of a product that is not there lists those that are', async () => {
    const { status, body } = await get('/docs/no-such-product');
    expect(status).toBe(404);
    expect(body).toContain(`${twin.urls.gateway}/docs/credit-reports`);
  });

  test.each(['/apis/credit-reports/nowhere', '/apis/no-such-product/openapi.json', '/nowhere'])(
    'is where the answer to %s leads',
    async (path) => {
      expect(await get(path)).toEqual(noRoute);
      const { status } = await fetch(`${twin.urls.gateway}/docs`);
      expect(status).toBe(200);
    },
  );
});
