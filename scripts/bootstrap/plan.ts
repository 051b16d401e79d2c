import { account, concurrency, logRole } from './account.ts';
import { deploy } from './deploy.ts';
import { handOver } from './hand-over.ts';
import { leftovers } from './leftovers.ts';
import { mail } from './mail.ts';
import { okta } from './okta.ts';
import { protect } from './protect.ts';
import type { BootstrapPlan } from './run.ts';
import { secrets } from './secrets.ts';
import { serviceNow } from './servicenow.ts';
import { settings } from './settings.ts';
import { smokeTest } from './smoke-test.ts';

/** The steps from an empty account to a tested stage. No step depends on a later one. */
export const bootstrapPlan: BootstrapPlan = {
  looks: [settings, account, logRole, concurrency, mail, leftovers, serviceNow, okta],
  works: [secrets, deploy, handOver, smokeTest, protect],
};
