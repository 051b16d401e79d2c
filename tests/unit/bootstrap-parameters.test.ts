import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parameterFaults } from '../support/bootstrap-parameters.ts';
import { parseParameters, serverlessParams } from '../../scripts/bootstrap/parameters.ts';
import { stageSecrets } from '../../scripts/bootstrap/stage-secrets.ts';
import { catalogue } from '../support/fakes/samples.ts';

const surroundings = { stage: 'dev', catalogue, local: false } as const;
const complete = `
stage: dev
account: '123456789012'
region: eu-west-1
operatorsMailbox: operators@company.com
okta: { url: 'https://company.okta.com/', clientId: 0oa1, readerClientId: 0oa2, loginClientId: 0oa3 }
servicenow: { url: 'https://company.service-now.com', clientId: abc, clientSecret: s3cret }
smokeTest: { ticket: RITM0010001, product: credit-reports, region: UK }
`;
const faultsOf = (yaml: string, changed: { readonly local?: boolean } = {}): readonly string[] =>
  parameterFaults(yaml, { ...surroundings, ...changed });

describe('X-15 the parameter file of bootstrap', () => {
  test('needs no more than this, and gives the deployment its parameters', () => {
    const parameters = parseParameters(complete, surroundings);
    expect(parameters).toEqual({
      stage: 'dev',
      account: '123456789012',
      region: 'eu-west-1',
      operatorsMailbox: 'operators@company.com',
      okta: {
        url: 'https://company.okta.com',
        clientId: '0oa1',
        readerClientId: '0oa2',
        loginClientId: '0oa3',
        signing: 'secret',
      },
      servicenow: { url: 'https://company.service-now.com', clientId: 'abc', clientSecret: 's3cret' },
      smokeTest: {
        ticket: 'RITM0010001',
        product: 'credit-reports',
        region: 'UK',
        userId: 'sallyport.smoke.dev',
      },
      serverless: {},
    });
    expect(serverlessParams(parameters)).toEqual({
      operatorsMailbox: 'operators@company.com',
      oktaUrl: 'https://company.okta.com',
      oktaClientId: '0oa1',
      oktaReaderClientId: '0oa2',
      oktaLoginClientId: '0oa3',
      oktaSigning: 'secret',
      servicenowUrl: 'https://company.service-now.com',
      servicenowClientId: 'abc',
    });
  });

  test('hands on any other parameter of serverless.yml, as text', () => {
    const parameters = parseParameters(
      `${complete}serverless: { deploymentType: CANARY, retries: 3 }`,
      surroundings,
    );
    expect(serverlessParams(parameters)).toEqual({
      deploymentType: 'CANARY',
      retries: '3',
      operatorsMailbox: 'operators@company.com',
      oktaUrl: 'https://company.okta.com',
      oktaClientId: '0oa1',
      oktaReaderClientId: '0oa2',
      oktaLoginClientId: '0oa3',
      oktaSigning: 'secret',
      servicenowUrl: 'https://company.service-now.com',
      servicenowClientId: 'abc',
    });
  });

  test('is told every fault at once: where, what is there, and what is allowed', () => {
    expect(
      faultsOf(`
stage: prod
account: 12345
region: Ireland
operatorMailbox: x
operatorsMailbox: somebody
okta: { url: 'http://company.okta.com', clientId: '', readerClientId: a, loginClientId: 'a b', signing: paper, managerKey: { kty: EC, d: very-private } }
servicenow: { url: 'https://company.service-now.com/nav', clientId: abc, clientSecret: 17 }
smokeTest: { ticket: INC0001, product: weather, region: US, userId: x, callsFrom: 10.0.0.1 }
serverless: { oktaUrl: 'https://other.okta.com' }
`),
    ).toEqual([
      'stage: It is "prod". Allowed: dev, the stage of the command line.',
      'account: It is 12345. Allowed: the twelve digits of the AWS account, in quotes.',
      'region: It is "Ireland". Allowed: a Region of AWS, such as eu-west-1.',
      'operatorsMailbox: It is "somebody". Allowed: one e-mail address.',
      'okta.url: It is "http://company.okta.com". Allowed: an https address without a path, such as https://company.okta.com.',
      'okta.clientId: It is "". Allowed: the client id, as the vendor shows it.',
      'okta.loginClientId: It is "a b". Allowed: the client id, as the vendor shows it.',
      'okta.signing: It is "paper". Allowed: secret, kms.',
      'okta.managerKey: Its value is not usable. Allowed: a private RSA key as a JWK with kid, or leave it out and one is made.',
      'servicenow.url: It is "https://company.service-now.com/nav". Allowed: an https address without a path, such as https://company.service-now.com.',
      'servicenow.clientSecret: Its value is not usable. Allowed: text, or leave it out once the secret has been made.',
      'smokeTest.ticket: It is "INC0001". Allowed: the number of a requested item that is there for this purpose, such as RITM0010001.',
      'smokeTest.product: It is "weather". Allowed: credit-reports.',
      'smokeTest.region: It is "US". Allowed: UK.',
      expect.stringMatching(/^smokeTest\.userId: It is "x"\. Allowed: 5 to 100 letters/u),
      'smokeTest.callsFrom: It is "10.0.0.1". Allowed: the public address that this machine calls from, such as 203.0.113.10, or leave it out and AWS is asked.',
      'serverless.oktaUrl: It is "https://other.okta.com". Leave it out: bootstrap sets this one itself.',
      'operatorMailbox: this parameter is not known. See bootstrap.sample.yml.',
    ]);
  });

  test('is told of what is missing, also in an empty file, and where it is no YAML', () => {
    expect(faultsOf('')).toEqual([
      'stage: It is missing. Allowed: dev, the stage of the command line.',
      'account: It is missing. Allowed: the twelve digits of the AWS account, in quotes.',
      'region: It is missing. Allowed: a Region of AWS, such as eu-west-1.',
      'operatorsMailbox: It is missing. Allowed: one e-mail address.',
      'okta: It is missing. Allowed: a group of parameters, as in bootstrap.sample.yml.',
      'servicenow: It is missing. Allowed: a group of parameters, as in bootstrap.sample.yml.',
      'smokeTest: It is missing. Allowed: a group of parameters, as in bootstrap.sample.yml.',
    ]);
    expect(faultsOf('okta: [')).toEqual([expect.stringMatching(/^The file is no YAML: /u)]);
  });

  test('names a domain in every stage but dev, and gives it to the deployment', () => {
    const uat = { ...surroundings, stage: 'uat' } as const;
    const ofUat = complete.replace('stage: dev', 'stage: uat');
    expect(parameterFaults(ofUat, uat)).toEqual([
      'domain: It is missing. Allowed: a group of parameters, as in bootstrap.sample.yml.',
    ]);
    const domain =
      'domain: { name: partners.company.com, certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1", hostedZoneId: Z012 }';
    expect(serverlessParams(parseParameters(`${ofUat}${domain}`, uat))).toEqual({
      domainName: 'partners.company.com',
      certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/1',
      hostedZoneId: 'Z012',
      operatorsMailbox: 'operators@company.com',
      oktaUrl: 'https://company.okta.com',
      oktaClientId: '0oa1',
      oktaReaderClientId: '0oa2',
      oktaLoginClientId: '0oa3',
      oktaSigning: 'secret',
      servicenowUrl: 'https://company.service-now.com',
      servicenowClientId: 'abc',
    });
  });

  test('leaves the application of the password grant out only where that grant is off', () => {
    const without = complete.replace(', loginClientId: 0oa3', '');
    expect(faultsOf(without)).toEqual([
      'okta.loginClientId: It is missing. Allowed: the client id, or leave it out and give serverless.enabledGrants without password.',
    ]);
    const parameters = parseParameters(
      `${without}serverless: { enabledGrants: client_credentials }`,
      surroundings,
    );
    expect(serverlessParams(parameters)).not.toHaveProperty('oktaLoginClientId');
    expect(stageSecrets('sallyport-dev', parameters.okta).map(({ id }) => id)).toEqual([
      'sallyport-dev/webhook',
      'sallyport-dev/servicenow',
      'sallyport-dev/okta-events',
      'sallyport-dev/okta-manager',
      'sallyport-dev/okta-reader',
    ]);
    expect(
      stageSecrets('sallyport-dev', { signing: 'kms', loginClientId: 'c' }).map(({ member }) => member),
    ).toEqual(['servicenowWebhookSecret', 'servicenowClientSecret', 'oktaEventSecret']);
  });

  test('may name vendors on this machine only where AWS is on it, too', () => {
    const here = complete.replace('https://company.okta.com/', 'http://127.0.0.1:3002');
    expect(faultsOf(here)).toHaveLength(1);
    expect(faultsOf(here, { local: true })).toEqual([]);
    expect(
      faultsOf(complete.replace('https://company.okta.com/', 'http://okta.company.com'), { local: true }),
    ).toHaveLength(1);
  });

  test('has a sample that holds every parameter', () => {
    const sample = readFileSync('bootstrap.sample.yml', 'utf8');
    const uncommented = sample.replaceAll(/^(\s*)# (userId|callsFrom): /gmu, '$1$2: ');
    const parameters = parseParameters(uncommented, {
      ...surroundings,
      catalogue: { ...catalogue, regions: { US: { assignmentGroup: 'US' } } },
    });
    expect(parameters.smokeTest).toEqual({
      userId: 'sallyport.smoke.dev',
      callsFrom: '203.0.113.10',
      ticket: 'RITM0010001',
      product: 'credit-reports',
      region: 'US',
    });
    for (const key of ['managerKey', 'readerKey', 'loginKey', 'hostedZoneId']) {
      expect(sample).toContain(`# ${key}: `);
    }
  });
});
