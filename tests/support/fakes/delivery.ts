import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MacKey, MacVerifier } from '../../../core/mac-key.ts';
import type { Mail, Mailer } from '../../../core/credentials/ports.ts';

/** An HMAC-SHA-256 key that is not secret. */
export const fakeMacKey: MacKey & MacVerifier = {
  generate: async (message) => Promise.resolve(macOf(message)),
  verify: async (message, mac) => Promise.resolve(mac.length === 32 && timingSafeEqual(macOf(message), mac)),
};

const macOf = (message: string): Buffer => createHmac('sha256', 'a key for tests').update(message).digest();

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
