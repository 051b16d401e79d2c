import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import { mailDomains, mailFromAddresses, mailResources, originOf } from '../../resources/mail-identities.ts';
import { catalogue } from '../support/fakes/samples.ts';

const sending = (...addresses: readonly string[]): Catalogue => ({
  ...catalogue,
  brands: Object.fromEntries(
    addresses.map((from, index) => [
      `brand-${index}`,
      { name: 'Brand', from, accent: '#000000', support: 'Ask.' },
    ]),
  ),
});

describe("WF-12 SES's side of the mails", () => {
  it('is a domain once, however many brands send from it', () => {
    const brands = sending('a@one.example', 'b@one.example', 'a@one.example', 'c@two.example');
    expect(mailFromAddresses(brands)).toEqual(['a@one.example', 'b@one.example', 'c@two.example']);
    expect(mailDomains(brands)).toEqual(['one.example', 'two.example']);
  });

  it.each([
    ['create', 'create', ['MailConfigurationSet', 'one.example']],
    ['existing', 'create', ['MailConfigurationSet']],
    ['create', 'existing', ['one.example']],
    ['existing', 'existing', []],
  ] as const)('with identities %s, configuration set %s creates %j', (identities, configurationSet, made) => {
    const origins = { identities, configurationSet };
    const resources = mailResources(sending('a@one.example'), { configurationSet: 'sallyport-uat', origins });
    const names = Object.entries(resources).map(([id, { Properties }]) => Properties['EmailIdentity'] ?? id);
    expect(names).toEqual(made);
    for (const { DependsOn = [] } of Object.values(resources)) {
      for (const id of DependsOn) expect(Object.keys(resources)).toContain(id);
    }
  });

  it('has an id that only depends on its domain, since another id would be another identity', () => {
    const origins = { identities: 'create', configurationSet: 'existing' } as const;
    const resources = mailResources(sending('a@northlight.example', 'b@sentinel.example'), {
      configurationSet: 'sallyport-uat',
      origins,
    });
    expect(Object.keys(resources)).toEqual([
      'MailIdentityNorthlightExamplef7f1a5',
      'MailIdentitySentinelExample444fa2',
    ]);
  });

  it.each(['exist', '', true, undefined])('is refused where its parameter is %j', (value) => {
    expect(() => originOf('mailIdentities', value)).toThrow(
      /^The parameter mailIdentities is .*; use "create" or "existing"\.$/,
    );
  });
});
