import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { urlsOf } from './twin-process.ts';

/**
 * `npm run relink -- ONBOARDING`: a fresh pick-up link and code for an onboarding that is done; the old ones
 * are dead. Asks the running twin, or the AWS account that AWS_REGION and the usual credentials name.
 */
const [onboardingId, ...rest] = process.argv.slice(2);
if (onboardingId === undefined || rest.length > 0) {
  console.error('usage: npm run relink -- ONBOARDING   (its id, e.g. RITM0010001-b2b-onboarding-DEV-1)');
  process.exit(1);
}
try {
  const twin = { region: 'eu-west-1', credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' } };
  const lambda = process.env['AWS_REGION'] === undefined
    ? new LambdaClient({ ...twin, endpoint: (await urlsOf(`http://127.0.0.1:${process.env['SALLYPORT_PORT'] ?? '3000'}`)).aws })
    : new LambdaClient();
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({
    FunctionName: `${process.env['SALLYPORT_STACK'] ?? 'sallyport-dev'}-credential-delivery`,
    Payload: JSON.stringify({ action: 'relink', onboardingId }),
  }));
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as { readonly linkNumber?: number; readonly errorMessage?: string };
  if (FunctionError !== undefined) throw new Error(answer.errorMessage ?? FunctionError);
  console.log(`link ${String(answer.linkNumber)} is on its way: the mail to the partner, the code to the ticket's comments`);
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
