import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose';
import { createMacKey, createMacVerifier } from '../../adapters/aws/kms-mac.ts';
import { createPublicKeys } from '../../adapters/aws/kms-public-keys.ts';
import { createTokenSigner } from '../../adapters/aws/kms-token-signer.ts';
import { createAssertionSigner } from '../../adapters/okta/assertion-signer.ts';
import { Defect, Throttled } from '../../core/errors.ts';
import { codeKeyAlias, signingKeyIds } from '../support/deployed.ts';
import { type AwsTwin, errorUnderFault, readUnderFault, startAwsTwin } from '../support/aws-twin.ts';
import { awsEnvironment } from '../support/table.ts';

describe('X-5 message authentication codes, against the twin', () => {
  let twin: AwsTwin;

  beforeAll(async () => {
    twin = await startAwsTwin();
  });
  afterAll(async () => {
    await twin.stop();
  });

  it('the same message has the same 32 bytes, another message others', async () => {
    const key = createMacKey({ keyId: codeKeyAlias, env: awsEnvironment(twin.url) });
    const mac = await key.generate('onb-1 link 1 £');
    expect(mac).toHaveLength(32);
    expect(await key.generate('onb-1 link 1 £')).toEqual(mac);
    expect(await key.generate('onb-1 link 2 £')).not.toEqual(mac);
  });

  it('verifies what was generated, and nothing else', async () => {
    const mac = await createMacKey({ keyId: codeKeyAlias, env: awsEnvironment(twin.url) }).generate(
      'message',
    );
    const verifier = createMacVerifier({ keyId: codeKeyAlias, env: awsEnvironment(twin.url) });
    expect(await verifier.verify('message', mac)).toBe(true);
    expect(await verifier.verify('massage', mac)).toBe(false);
    expect(await verifier.verify('message', mac.with(0, (mac[0] ?? 0) ^ 1))).toBe(false);
    expect(await verifier.verify('message', mac.slice(0, 16))).toBe(false);
  });

  it('the key is a multi-Region key, whose id says nothing of the place', async () => {
    const client = new KMSClient(twin.client);
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: codeKeyAlias }));
    expect(KeyMetadata).toEqual({
      KeyId: expect.stringMatching(/^mrk-[0-9a-f]{32}$/u) as string,
      MultiRegion: true,
      MultiRegionConfiguration: {
        MultiRegionKeyType: 'PRIMARY',
        PrimaryKey: {
          Region: 'eu-west-1',
          Arn: expect.any(String) as string,
        },
        ReplicaKeys: [],
      },
      AWSAccountId: '000000000000',
      Arn: expect.any(String) as string,
      Enabled: true,
      KeyUsage: 'GENERATE_VERIFY_MAC',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      KeySpec: 'HMAC_256',
      MacAlgorithms: ['HMAC_SHA_256'],
    });
    client.destroy();
  });

  it('an unknown key is a Defect', async () => {
    await expect(
      createMacKey({ keyId: 'alias/nobody', env: awsEnvironment(twin.url) }).generate('message'),
    ).rejects.toThrow(new Defect({ service: 'kms', operation: 'GenerateMac', detail: 'NotFoundException' }));
  });

  it.each(readUnderFault)('generating and verifying under %s is %s', async (mode, name) => {
    const of = { keyId: codeKeyAlias, attempts: 1, env: awsEnvironment(twin.url) };
    twin.faults.add(
      ['GenerateMac', 'VerifyMac'].map((operation) => ({ service: 'kms', operation, mode, times: 1 })),
    );
    await expect(createMacKey(of).generate('message')).rejects.toThrow(
      errorUnderFault(name, 'kms', 'GenerateMac', mode, 'ABORT_ERR'),
    );
    await expect(createMacVerifier(of).verify('message', new Uint8Array(32))).rejects.toThrow(
      errorUnderFault(name, 'kms', 'VerifyMac', mode, 'ABORT_ERR'),
    );
  });

  it('the key outlives the process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-aws-'));
    const macOfOneStart = async (): Promise<Uint8Array> => {
      const each = await startAwsTwin({}, folder);
      const mac = await createMacKey({ keyId: codeKeyAlias, env: awsEnvironment(each.url) }).generate(
        'message',
      );
      await each.stop();
      return mac;
    };
    expect(await macOfOneStart()).toEqual(await macOfOneStart());
    await rm(folder, { recursive: true });
  });
});

describe('OAU-5 tokens of our own, against the twin', () => {
  let twin: AwsTwin;

  beforeAll(async () => {
    twin = await startAwsTwin();
  });
  afterAll(async () => {
    await twin.stop();
  });

  it.each(signingKeyIds)(
    'what %s signs verifies with the keys that are published, under its kid',
    async (keyId) => {
      const token = await createTokenSigner({
        keyId,
        requestTimeout: 500,
        env: awsEnvironment(twin.url),
      }).sign({ sub: 'dana.li', note: '£'.repeat(3000) });
      const keys = await createPublicKeys({ keyIds: signingKeyIds, env: awsEnvironment(twin.url) })();
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: [...keys] }));
      expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: keyId });
      expect(payload).toEqual({ sub: 'dana.li', note: '£'.repeat(3000) });
    },
  );

  // Threat T-21
  it('publishes public halves only, each under its own kid', async () => {
    const keys = await createPublicKeys({ keyIds: signingKeyIds, env: awsEnvironment(twin.url) })();
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual(
      keys.map(() => ['alg', 'e', 'kid', 'kty', 'n', 'use']),
    );
    expect(keys.map(({ kid, alg, use, kty }) => ({ kid, alg, use, kty }))).toEqual(
      signingKeyIds.map((kid) => ({ kid, alg: 'RS256', use: 'sig', kty: 'RSA' })),
    );
    expect(new Set(keys.map(({ n }) => n)).size).toBe(2);
    for (const { kid } of keys) expect(kid).toMatch(/^mrk-[0-9a-f]{32}$/u);
  });

  // Threat T-21
  it('signs with no key that is for something else, or is not there', async () => {
    await expect(
      createTokenSigner({ keyId: codeKeyAlias, requestTimeout: 500, env: awsEnvironment(twin.url) }).sign({}),
    ).rejects.toThrow(new Defect({ service: 'kms', operation: 'Sign', detail: 'InvalidKeyUsageException' }));
    await expect(
      createTokenSigner({ keyId: 'nobody', requestTimeout: 500, env: awsEnvironment(twin.url) }).sign({}),
    ).rejects.toThrow(new Defect({ service: 'kms', operation: 'Sign', detail: 'NotFoundException' }));
    await expect(
      createMacKey({ keyId: signingKeyIds[0] ?? '', env: awsEnvironment(twin.url) }).generate('message'),
    ).rejects.toThrow(
      new Defect({ service: 'kms', operation: 'GenerateMac', detail: 'InvalidKeyUsageException' }),
    );
  });

  it.each(readUnderFault)('signing and reading keys under %s is %s', async (mode, name) => {
    const [keyId = ''] = signingKeyIds;
    twin.faults.add(
      ['Sign', 'GetPublicKey'].map((operation) => ({ service: 'kms', operation, mode, times: 3 })),
    );
    await expect(
      createTokenSigner({ keyId, requestTimeout: 500, env: awsEnvironment(twin.url) }).sign({}),
    ).rejects.toThrow(errorUnderFault(name, 'kms', 'Sign', mode, 'ABORT_ERR'));
    await expect(
      createPublicKeys({ keyIds: [keyId], attempts: 1, env: awsEnvironment(twin.url) })(),
    ).rejects.toThrow(errorUnderFault(name, 'kms', 'GetPublicKey', mode, 'ABORT_ERR'));
    twin.faults.clear();
  });
});

describe('X-7 Okta assertions signed by KMS, against the twin', () => {
  let twin: AwsTwin;
  beforeAll(async () => {
    twin = await startAwsTwin();
  });
  afterAll(() => twin.stop());
  const signerOf = (keyId: string) =>
    createAssertionSigner({
      reference: `kms:${keyId}`,
      names: ['oktaPrivateKey'],
      clock: twin.clock,
      env: awsEnvironment(twin.url),
    });

  it.each(signingKeyIds)('what %s signs verifies with its public half, under its kid', async (keyId) => {
    const { jws, reload } = await signerOf(keyId).sign({ iss: 'sallyport' });
    expect(await jwtVerify(jws, await importJWK(await twin.aws.publicKey(keyId)))).toEqual({
      payload: { iss: 'sallyport' },
      protectedHeader: { alg: 'RS256', kid: keyId },
    });
    expect(await reload()).toBe(false);
  });

  it("a key that is not there, or refuses to sign, is a fault of ours, never the request's", async () => {
    await expect(signerOf('nobody').sign({})).rejects.toThrow(
      new Defect({ service: 'kms', operation: 'Sign', detail: 'NotFoundException' }),
    );
    await expect(signerOf(codeKeyAlias).sign({})).rejects.toThrow(
      new Defect({ service: 'kms', operation: 'Sign', detail: 'InvalidKeyUsageException' }),
    );
    twin.faults.add([{ service: 'kms', operation: 'Sign', mode: 'throttle', times: 3 }]);
    await expect(signerOf(signingKeyIds[0] ?? '').sign({})).rejects.toThrow(
      new Throttled({ service: 'kms', operation: 'Sign', detail: 'ThrottlingException' }),
    );
  });

  it('a configuration that names neither a key nor a secret stops the function at its start', () => {
    const [clock, env] = [twin.clock, awsEnvironment(twin.url)];
    for (const reference of ['', 'kms:', 'sallyport-dev/okta-manager', 'vault:key']) {
      expect(() => createAssertionSigner({ reference, names: ['oktaPrivateKey'], clock, env })).toThrow(
        TypeError,
      );
    }
  });
});
