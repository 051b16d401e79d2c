import { Hono } from 'hono';
import * as z from 'zod';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import { faultAnswers, notFound, oktaFailure } from './answers.ts';
import { type Directory, newId, type OktaFactor } from './directory.ts';

export const factorOperations = ['EnrollFactor'];

const newFactor = z.object({ factorType: z.enum(['sms', 'call', 'email']), provider: z.literal('OKTA') });

/**
 * Creates the route `/api/v1/users/{user}/factors`, which enrols a second factor
 * (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserFactor/).
 */
export function factorRoutes(directory: Directory, clock: TwinClock, faults: Faults): Hono {
  const routes = new Hono();
  routes.post('/:user/factors', async (context) => {
    const body = newFactor.safeParse(await context.req.json().catch(() => undefined));
    const status = context.req.query('activate') === 'true' ? 'ACTIVE' : 'PENDING_ACTIVATION';
    return faults.around('okta', 'EnrollFactor', faultAnswers, () => {
      if (!body.success) return oktaFailure(400, 'E0000001', 'Api validation failed: factorEnrollRequest');
      const user = directory.find(context.req.param('user'));
      if (user === undefined) return notFound(`${context.req.param('user')} (User)`);
      const factor: OktaFactor = {
        id: newId('mbl'),
        ...body.data,
        status,
        created: clock.now().toISOString(),
      };
      directory.change(user, { factors: [...(user.factors ?? []), factor] });
      return Response.json(factor);
    });
  });
  return routes;
}
