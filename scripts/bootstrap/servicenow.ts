import * as z from 'zod/mini';
import { usualLimits } from '../../adapters/http/json-call.ts';
import { createOAuthApi } from '../../adapters/http/oauth-api.ts';
import { serviceNowError } from '../../adapters/servicenow/errors.ts';
import { problemOf } from './problems.ts';
import { readSecrets } from './stage-secrets.ts';
import type { BootstrapContext, BootstrapStep } from './step.ts';

const requestedItems = z.object({ result: z.array(z.object({ sys_id: z.string(), number: z.string() })) });
const journal = z.object({ result: z.array(z.object({ element_id: z.string(), value: z.string() })) });

/** Creates the client of ServiceNow, with the credentials that Sallyport uses. */
export function createServiceNow(
  { parameters, clock }: BootstrapContext,
  clientSecret: string,
  clientId = parameters.servicenow.clientId,
) {
  const { url } = parameters.servicenow;
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const api = createOAuthApi({
    service: 'servicenow',
    url,
    tokenPath: '/oauth_token.do',
    errorFor: serviceNowError,
    clock,
    limits: usualLimits,
    tokenRequest: () => Promise.resolve({ fields, reload: () => Promise.resolve(false) }),
  });
  const find = <T>(table: string, query: string, columns: string, answer: z.ZodMiniType<T>): Promise<T> => {
    const search = new URLSearchParams({
      sysparm_query: query,
      sysparm_fields: columns,
      sysparm_limit: '100',
    });
    return api.call(
      { operation: 'QueryRecords', method: 'GET', path: `/api/now/table/${table}?${search.toString()}` },
      answer,
    );
  };
  return {
    /** Returns the `sys_id` of a requested item. */
    requestedItem: async (number: string): Promise<string | undefined> => {
      const { result } = await find('sc_req_item', `number=${number}`, 'sys_id,number', requestedItems);
      return result.find((item) => item.number === number)?.sys_id;
    },
    /** Returns the comments of a record that contain these words. */
    comments: async (sysId: string, words: string): Promise<readonly string[]> => {
      const query = `element_id=${sysId}^element=comments^valueLIKE${words}`;
      const { result } = await find('sys_journal_field', query, 'element_id,value', journal);
      // ServiceNow ignores a condition that it does not understand, so the result is filtered again.
      return result
        .filter((entry) => entry.element_id === sysId && entry.value.includes(words))
        .map(({ value }) => value);
    },
  };
}

/** Checks that ServiceNow accepts the client and secret, and shows the smoke test's ticket. */
export const serviceNow: BootstrapStep = {
  name: 'servicenow',
  check: async (context) => {
    const { url, clientSecret: given } = context.parameters.servicenow;
    const {
      servicenowClientSecret: clientSecret = given,
      servicenowClientId: clientId = context.parameters.servicenow.clientId,
    } = await readSecrets(context);
    if (clientSecret === undefined) {
      return {
        problems: [
          {
            what: 'servicenow.clientSecret is missing, and no secret holds it yet.',
            remedy: 'Enter it in the parameter file.',
          },
        ],
      };
    }
    try {
      const desk = createServiceNow(context, clientSecret, clientId);
      const { ticket } = context.parameters.smokeTest;
      const sysId = await desk.requestedItem(ticket);
      if (sysId === undefined) {
        return {
          problems: [
            {
              what: `ServiceNow shows no requested item ${ticket} to the client ${clientId}.`,
              remedy:
                'Order one by hand and enter its number as smokeTest.ticket, or let the client read sc_req_item.',
            },
          ],
        };
      }
      await desk.comments(sysId, 'Sallyport');
      return { facts: [`${url} answers the client ${clientId}, and shows ${ticket} and its journal`] };
    } catch (error) {
      return { problems: [problemOf(error)] };
    }
  },
};
