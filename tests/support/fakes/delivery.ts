import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MacKey, MacVerifier } from '../../../core/mac-key.ts';
import type { Mail, Mailer } from '../../../core/credentials/ports.ts';

/** An HMAC-SHA-256 key that is not secret. */
function fakeMacKey(purpose: string): MacKey & MacVerifier {
  const macOf = (message: string): Buffer => createHmac('sha256', purpose).update(message).digest();
  return {
    generate: async (message) => Promise.resolve(macOf(message)),
    verify: async (message, mac) =>
      Promise.resolve(mac.length === 32 && timingSafeEqual(macOf(message), mac)),
  };
}

export const fakeLinkKeys = { linkKey: fakeMacKey('links'), codeKey: fakeMacKey('codes') };
export const fakeValueKey: MacKey = fakeMacKey('API key values');
export const fakeSealingKey: MacKey = fakeMacKey('evaluation ids');

export interface FakeMailer extends Mailer {
  readonly sent: Mail[];
}

export function fakeMailer(): FakeMailer {
  const sent: Mail[] = [];
  return {
    sent,
    send: async (mail) => {
      sent.push(mail);
      return Promise.resolve({ messageId: `mail-${sent.length}` });
    },
  };
}
