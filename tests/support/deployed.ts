import { identityPool } from '../../local/seed/names.ts';
import { openPackage } from '../../local/deployment/package.ts';
import { type DeploymentSource, readDeployment } from '../../local/deployment/read-deployment.ts';

/** The packaged template of this checkout. It is packaged once for all tests. */
export const packaged = await openPackage({ root: process.cwd(), environment: 'DEV', bundles: false });

/** The template's deployment on a twin that is not running: the addresses lead nowhere. */
export const deploymentSource: DeploymentSource = {
  package: packaged,
  awsUrl: 'http://127.0.0.1:3001',
  backendUrl: 'http://127.0.0.1:3004',
  parameters: {
    PublicUrl: 'http://127.0.0.1:3000',
    CognitoTokenUrl: 'http://127.0.0.1:3001/oauth2/token',
    PartnerAddresses: 'loopback',
    OktaUrl: 'http://127.0.0.1:3002',
    ServicenowUrl: 'http://127.0.0.1:3003',
    IdentityPoolId: identityPool.poolId,
  },
};

export const deployment = readDeployment(deploymentSource);

/** Returns the value of a variable in a function's environment. */
export function variableOf(functionName: string, variable: string): string {
  const value = deployment.functions.find(({ name }) => name === functionName)?.environment[variable];
  if (value === undefined) throw new Error(`${functionName} has no variable ${variable}`);
  return value;
}

export const tableName = variableOf('token', 'TABLE_NAME');
export const userPoolId = deployment.userPool.poolId;
export const linkKeyAlias = variableOf('credential-delivery', 'LINK_KEY_ID');
export const codeKeyAlias = variableOf('credential-delivery', 'CODE_KEY_ID');
export const valueKeyAlias = variableOf('gateway-mapping', 'API_KEY_VALUE_KEY_ID');
export const signingKeyIds = variableOf('token', 'SIGNING_KEY_IDS').split(' ');
