import { readFileSync } from 'node:fs';
import { followExecution } from './progress.ts';
import { runningTwin } from '../clients/twin-process.ts';
import { describeRefusal, postWebhook } from '../clients/webhook.ts';

/**
 * `npm run send -- FILE`: signs a request, posts it to the running twin, and shows the execution that it
 * starts.
 */
const [file, ...rest] = process.argv.slice(2);
if (file === undefined || rest.length > 0) {
  console.error('usage: npm run send -- FILE   (one JSON file, like those in events/samples)');
  process.exit(1);
}
try {
  const urls = await runningTwin();
  const answer = await postWebhook(urls.gateway, readFileSync(file, 'utf8'));
  if (answer.status >= 400) throw new Error(describeRefusal(answer));
  console.log(`${answer.status} ${JSON.stringify(answer.body)}`);
  const { executionArn } = answer.body;
  if (typeof executionArn === 'string') {
    const { status, error } = await followExecution(urls.aws, executionArn, (state) =>
      Promise.resolve(
        state === 'AwaitEwacsAccount'
          ? 'waits for its ServiceNow task to be closed; close it with a file like events/samples/sc-task-closed.json, or leave with Ctrl-C'
          : undefined,
      ),
    );
    console.log(`${status}${error === undefined ? '' : ` ${error}`}`);
    if (status !== 'SUCCEEDED') process.exitCode = 1;
  }
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
