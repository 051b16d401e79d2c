import { operatorName, operatorNameForm } from '../local/seed/names.ts';
import { roles } from '../core/operators/roles.ts';
import { runningTwin } from '../clients/twin-process.ts';
import { runCommand, UsageError } from '../local/command-line.ts';

/** `npm run operator-token -- --role operator [--name ada]` */
await runCommand(
  {
    name: 'operator-token',
    about:
      "Prints an access token of the running twin's operator pool on standard output, and nothing else there.",
    options: {
      role: { type: 'string', value: 'ROLE', required: true, about: `one of ${roles.join(', ')}` },
      name: {
        type: 'string',
        value: 'NAME',
        about: 'the name of the person, or the mailbox; by default the role',
      },
    },
  },
  async ({ values: { role, name } }) => {
    if (!roles.some((known) => known === role)) {
      throw new UsageError(
        `${role === undefined ? '--role is missing' : `There is no role ${role}`}. The roles are: ${roles.join(', ')}.`,
      );
    }
    if (name !== undefined && !operatorName.test(name)) {
      throw new UsageError(`--name is ${JSON.stringify(name)}. ${operatorNameForm}`);
    }
    const { gateway } = await runningTwin();
    // Standard output holds the token alone, because it is read by programs.
    console.error(`twin at ${gateway}`);
    const answer = await fetch(`${gateway}/_twin/operator-tokens`, {
      method: 'POST',
      body: JSON.stringify({ role, name }),
    });
    if (!answer.ok) throw new Error(`the twin answered ${answer.status}`);
    const { access_token: token } = (await answer.json()) as { readonly access_token: string };
    console.log(token);
    return 0;
  },
);
