import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import SallyportPlugin, { type Framework } from '../../packaging/serverless-plugin.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

class FrameworkError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

describe('WF-12 what the framework asks the plugin before it deploys', () => {
  let twin: AwsTwin;
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  beforeAll(async () => {
    twin = await startAwsTwin();
  });
  afterAll(() => twin.stop());
  afterEach(() => {
    delete process.env['AWS_ENDPOINT_URL'];
    if (endpoint !== undefined) process.env['AWS_ENDPOINT_URL'] = endpoint;
  });

  interface Given {
    readonly commands?: readonly string[];
    readonly param?: readonly string[];
  }
  const framework = (stage: string, { commands = ['deploy'], param }: Given = {}): Framework => ({
    processedInput: { commands, options: param === undefined ? {} : { param } },
    configurationInput: {
      params: {
        default: { deletionProtection: 'on', oktaUrl: 'https://company.okta.com' },
        dev: { environment: 'DEV' },
        uat: { environment: 'UAT' },
      },
    },
    serviceDir: process.cwd(),
    service: { service: 'sallyport', functions: {} },
    classes: { Error: FrameworkError },
    getProvider: () => ({ getStage: () => stage, getAwsSdkV3Config: () => Promise.resolve(twin.client) }),
  });
  const hook = async (name: string, of: Framework): Promise<void> => new SallyportPlugin(of).hooks[name]?.();

  it('refuses sample hosts of the stage, where the command deploys', async () => {
    await expect(hook('initialize', framework('uat'))).rejects.toMatchObject({
      code: 'SAMPLE_HOSTS',
      message: expect.stringMatching(/^Stage uat is not deployed\.[^]*reports\.upstreams\.UAT/u) as unknown,
    });
    const given = framework('uat', { param: ['oktaUrl=https://okta.example '] });
    await expect(hook('initialize', given)).rejects.toMatchObject({
      message: expect.stringContaining('parameter oktaUrl: "https://okta.example" names') as unknown,
    });
  });

  const others = [['package'], ['remove'], ['info'], ['deploy', 'list']];
  it.each(others)('takes them where the command is %s', async (...commands) => {
    await hook('initialize', framework('uat', { commands }));
  });

  const standIns = ['http://127.0.0.1:5055', 'http://localhost:4566', 'http://[::1]:5055'];
  it.each(standIns)('takes them where AWS is a stand-in on this machine, %s', async (url) => {
    process.env['AWS_ENDPOINT_URL'] = url;
    await hook('initialize', framework('uat'));
  });

  const endpoints = ['https://aws.proxy.company.com', 'http://127.0.0.1.company.com', ''];
  it.each(endpoints)('refuses them behind any other endpoint: "%s"', async (url) => {
    process.env['AWS_ENDPOINT_URL'] = url;
    await expect(hook('initialize', framework('uat'))).rejects.toMatchObject({ code: 'SAMPLE_HOSTS' });
  });

  it('refuses the first deployment of a stage with protections, which could not be taken back', async () => {
    await expect(hook('before:deploy:deploy', framework('uat'))).rejects.toMatchObject({
      code: 'PROTECTED_FIRST_DEPLOYMENT',
      message: [
        'Stage uat is not deployed: if its first deployment failed, a protected table would stay.',
        'Deploy it once without protection, and then again with it:',
        'serverless deploy --stage uat --param="deletionProtection=off"',
      ].join('\n'),
    });
    await hook('before:deploy:deploy', framework('uat', { param: ['deletionProtection=off'] }));
  });

  it('lets the second deployment bring the protections', async () => {
    await hook('before:deploy:deploy', framework('dev'));
  });
});
