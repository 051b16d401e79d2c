import { describe, expect, test } from 'vitest';
import { replaceKeys } from '../../core/clients/replace-keys.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { InvalidKeys } from '../../core/trust/key-errors.ts';
import type { KeyUpload } from '../../core/trust/key-upload.ts';
import {
  needsApproval,
  withApprovedKeys,
  withoutKey,
  withProposedUpload,
  withUpload,
} from '../../core/trust/proposed-keys.ts';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import { clientMappingOf } from '../support/fakes/samples.ts';
import { issuerOf } from '../support/fakes/token-world.ts';

const key = (kid: string, thumbprint = `of-${kid}`): TrustedKey => ({
  kid,
  jwk: { kty: 'OKP', crv: 'Ed25519', x: kid },
  algorithm: 'EdDSA',
  thumbprint,
});
const published = (kid: string): TrustedKey => ({ ...key(kid), fromUrl: true });
const issuer = issuerOf({
  keys: [key('one'), published('two')],
  jwksUrl: 'https://portal.acme.example/keys',
  version: 3,
  changes: [],
});
const pem: KeyUpload = { kind: 'pem', text: '' };
const url = (address: string, algorithm?: 'PS256'): KeyUpload => ({
  kind: 'jwksUrl',
  url: address,
  ...(algorithm !== undefined && { algorithm }),
});
const elsewhere = 'https://elsewhere.example/keys';

/** The codes of the errors by which keys are refused. */
function refusal(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidKeys) return error.faults.map(({ code }) => code);
    throw error;
  }
  return expect.fail('accepted');
}

describe('JWT-1 keys of an issuer', () => {
  test.each<[what: string, needed: boolean, record: Issuer, upload: KeyUpload]>([
    ['uploaded for an active issuer', true, issuer, pem],
    ['of another address', true, issuer, url(elsewhere)],
    ['of the same address, pinned to another algorithm', true, issuer, url(issuer.jwksUrl ?? '', 'PS256')],
    ['of the same address', false, issuer, url(issuer.jwksUrl ?? '')],
    ['of a first address', true, { ...issuer, jwksUrl: 'https://old.example' }, url(issuer.jwksUrl ?? '')],
    ['uploaded for a draft', false, { ...issuer, status: 'draft' }, pem],
    ['of another address, while it is suspended', true, { ...issuer, status: 'suspended' }, url(elsewhere)],
  ])('%s need an approval: %s', (_what, needed, record, upload) => {
    expect(needsApproval(record, upload)).toBe(needed);
  });

  test('are proposed beside those in force, and join them when they are approved', () => {
    const proposing = withProposedUpload(withProposedUpload(issuer, pem, { keys: [key('three')] }), pem, {
      keys: [key('four')],
    });
    expect(proposing).toEqual({ ...issuer, proposed: { keys: [key('three'), key('four')] } });
    expect(withApprovedKeys(proposing, undefined)).toEqual({
      ...issuer,
      keys: [...issuer.keys, key('three'), key('four')],
    });
    expect(withApprovedKeys(issuer, undefined)).toBe(issuer);
  });

  test('cannot be proposed if they are in force or proposed already, or if there would be too many', () => {
    const proposing = withProposedUpload(issuer, pem, { keys: [key('three')] });
    expect(refusal(() => withProposedUpload(issuer, pem, { keys: [key('one')] }))).toEqual(['duplicate_key']);
    expect(refusal(() => withProposedUpload(proposing, pem, { keys: [key('three')] }))).toEqual([
      'duplicate_key',
    ]);
    expect(refusal(() => withProposedUpload(issuer, pem, { keys: [key('one', 'other')] }))).toEqual([
      'duplicate_kid',
    ]);
    const many = Array.from({ length: 10 }, (_, index) => key(`many-${index}`));
    expect(refusal(() => withProposedUpload(issuer, pem, { keys: many }))).toEqual(['too_many_keys']);
  });

  test('are refused at the approval if they no longer fit together with those in force', () => {
    const proposing = withProposedUpload(issuer, pem, { keys: [key('three')] });
    const meanwhile = { ...proposing, keys: [...issuer.keys, published('three')] };
    expect(refusal(() => withApprovedKeys(meanwhile, undefined))).toEqual(['duplicate_key']);
  });

  test('of another address are believed once the address is approved, as they are by then', () => {
    const proposing = withProposedUpload(
      withProposedUpload(
        withProposedUpload(issuer, pem, { keys: [key('three')] }),
        url('https://first.example'),
        {
          keys: [key('first')],
        },
      ),
      url(elsewhere, 'PS256'),
      { keys: [key('four')] },
    );
    expect(proposing).toEqual({
      ...issuer,
      proposed: {
        keys: [key('three'), published('four')],
        jwksUrl: elsewhere,
        jwksAlgorithm: 'PS256',
      },
    });
    const approved = { ...issuer, jwksUrl: elsewhere, jwksAlgorithm: 'PS256' };
    expect(withApprovedKeys(proposing, { url: elsewhere, keys: [key('five')] })).toEqual({
      ...approved,
      keys: [key('one'), key('three'), published('five')],
    });
    // Keys of an address that nobody has proposed are not taken.
    expect(withApprovedKeys(proposing, { url: 'https://first.example', keys: [key('first')] })).toEqual({
      ...approved,
      keys: [key('one'), key('three'), published('four')],
    });
  });

  test('that replace those of the present address may be the same, and later uploads count with them', () => {
    const moving = withProposedUpload(issuer, url(elsewhere), { keys: [key('two')] });
    expect(moving.proposed?.keys).toEqual([published('two')]);
    expect(refusal(() => withProposedUpload(moving, pem, { keys: [key('two')] }))).toEqual(['duplicate_key']);
    expect(withProposedUpload(moving, pem, { keys: [key('three')] }).proposed).toEqual({
      keys: [published('two'), key('three')],
      jwksUrl: elsewhere,
    });
  });

  // Threat T-93
  test('that an operator has removed do not come back from an address', () => {
    const without = withoutKey(issuer, 'of-two') ?? expect.fail('not there');
    expect(without).toEqual({ ...issuer, keys: [key('one')], removedKeys: ['of-two'] });
    const again = url(issuer.jwksUrl ?? '');
    expect(withUpload(without, again, { keys: [key('two'), key('three')] }).keys).toEqual([
      key('one'),
      published('three'),
    ]);
    const moving = withProposedUpload(without, url(elsewhere), { keys: [key('two'), key('three')] });
    expect(moving.proposed?.keys).toEqual([published('three')]);
    const address = { url: elsewhere, keys: [key('two'), key('four')] };
    expect(withApprovedKeys(moving, address).keys).toEqual([key('one'), published('four')]);
    // An address with no other key is refused.
    expect(refusal(() => withUpload(without, again, { keys: [key('two')] }))).toEqual(['no_key']);
    expect(refusal(() => withProposedUpload(without, url(elsewhere), { keys: [key('two')] }))).toEqual([
      'no_key',
    ]);
    // Uploaded by itself, it needs an approval and is in force then, while the address still has it.
    const approved = withApprovedKeys(withProposedUpload(without, pem, { keys: [key('two')] }), undefined);
    expect(withUpload(approved, again, { keys: [key('two'), key('three')] }).keys).toEqual([
      key('one'),
      key('two'),
      published('three'),
    ]);
  });

  test('that were uploaded, or belong to a draft, are removed without a trace', () => {
    expect(withoutKey(issuer, 'of-one')).toEqual({ ...issuer, keys: [published('two')] });
    const draft: Issuer = { ...issuer, status: 'draft' };
    expect(withoutKey(draft, 'of-two')).toEqual({ ...draft, keys: [key('one')] });
    expect(withoutKey(issuer, 'of-nothing')).toBeUndefined();
  });

  test('that need no approval are in force at once', () => {
    const draft: Issuer = { ...issuer, status: 'draft' };
    expect(withUpload(draft, pem, { keys: [key('three')] }).keys).toEqual([...issuer.keys, key('three')]);
    expect(withUpload(draft, url(elsewhere), { keys: [key('three')] })).toEqual({
      ...draft,
      jwksUrl: elsewhere,
      keys: [key('one'), published('three')],
    });
  });
});

describe('OAU-2 keys of a client', () => {
  const change = { at: '2026-11-20T10:00:00.000Z', by: 'ada', why: 'sent by their admin' };
  const one = { kty: 'OKP', crv: 'Ed25519', x: 'one', kid: 'one', alg: 'EdDSA' };
  const two = { ...one, x: 'two', kid: 'two' };
  const client = clientMappingOf();
  const replaced = (record: ClientMapping, present: readonly object[], keys: readonly object[]) => {
    const list = {
      keys: keys.map((each) => ({ ...each })),
      thumbprints: keys.map((_, index) => `print-${index}`),
    };
    const outcome = replaceKeys(
      record,
      present.map((each) => ({ ...each })),
      list,
      change,
    );
    return outcome.outcome === 'changed' ? outcome.record : expect.fail('refused');
  };

  // Threat T-93
  test.each(['active', 'suspended'] as const)('wait if the client is %s and one of them is new', (status) => {
    const record = { ...client, status };
    const proposing = replaced(record, [one], [one, two]);
    expect(proposing).toEqual({
      ...record,
      version: 2,
      editors: ['ada'],
      proposed: { keys: [one, two] },
      changes: [{ ...change, proposal: 'made', keys: ['print-0', 'print-1'] }],
    });
  });

  test.each<[what: string, key: object]>([
    ['another name', { ...one, kid: 'uno' }],
    ['another algorithm', { ...one, alg: 'Ed25519' }],
    ['a later end', { ...one, notAfter: '2030-01-01T00:00:00.000Z' }],
  ])('are new with %s', (_what, changed) => {
    expect(replaced(client, [one], [changed]).proposed).toEqual({ keys: [changed] });
  });

  test('take effect at once if none is new, or if the client is a draft', () => {
    expect(replaced(client, [one, two], [two])).toEqual({
      ...client,
      version: 2,
      editors: ['ada'],
      changes: [change],
    });
    expect(replaced({ ...client, status: 'draft' }, [], [one]).proposed).toBeUndefined();
  });

  test('that were proposed before are withdrawn by a later list', () => {
    const proposing = replaced(client, [one], [two]);
    expect(replaced(proposing, [one], [])).toMatchObject({
      changes: [{ proposal: 'made' }, { proposal: 'withdrawn' }],
    });
    expect(replaced(proposing, [one], []).proposed).toBeUndefined();
  });
});
