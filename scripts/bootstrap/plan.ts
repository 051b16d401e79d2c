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

/** From an empty account to a stage that has proved itself. No step needs one after it. */
export const bootstrapPlan: BootstrapPlan = {
  looks: [settings, account, logRole, concurrency, mail, leftovers, serviceNow, okta],
  works: [secrets, deploy, handOver, smokeTest, protect],
};
