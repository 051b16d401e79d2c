import { parseArgs } from 'node:util';
import { roles } from '../core/operators/roles.ts';
import { run } from '../clients/operator.ts';
import { runningTwin } from '../clients/twin-process.ts';

/**
 * `npm run operator-token -- --role operator [--name ada]`: prints an access token of the running twin's
 * operator pool.
 */
await run(async () => {
  const {
    values: { role, name },
  } = parseArgs({ options: { role: { type: 'string' }, name: { type: 'string' } } });
  if (!roles.some((known) => known === role)) {
    throw new Error(
      `${role === undefined ? '--role is missing' : `there is no role ${role}`}; the roles are: ${roles.join(', ')}`,
    );
  }
  const { gateway } = await runningTwin();
  const answer = await fetch(`${gateway}/_twin/operator-tokens`, {
    method: 'POST',
    body: JSON.stringify({ role, name }),
  });
  if (!answer.ok) throw new Error(`the twin answered ${answer.status}`);
  const { access_token: token } = (await answer.json()) as { readonly access_token: string };
  console.log(token);
});
