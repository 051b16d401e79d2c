import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Store } from '../kernel/store.ts';
import type { Directory, OktaUser } from './directory.ts';

/** The limits of Okta's default password policy. */
const fewestCharacters = 8;
const mostWrongTries = 10;

/**
 * A sixteenth of the usual scrypt cost. These are sample users on one machine, and they should not have to
 * wait.
 */
const cost = 1024;

interface StoredPassword {
  /** Both in base64. */
  readonly salt: string;
  readonly hash: string;
  /** The number of wrong tries since the last right one. */
  readonly wrongTries: number;
}

export interface Passwords {
  isGoodEnough(password: string): boolean;
  /** Sets the password and resets the count of wrong tries. */
  set(userId: string, password: string): Promise<void>;
  /** Checks a password. A wrong one is counted; too many in a row lock the user out. */
  isRight(user: OktaUser, password: string): Promise<boolean>;
  /** Resets the count of wrong tries. */
  unlock(userId: string): void;
  delete(userId: string): void;
}

export function openPasswords(store: Store, directory: Directory): Passwords {
  const kept = store.collection<StoredPassword>('okta-passwords');

  return {
    isGoodEnough: (password) => password.length >= fewestCharacters,
    set: async (userId, password) => {
      const salt = randomBytes(16).toString('base64');
      kept.put(userId, { salt, hash: (await hashOf(password, salt)).toString('base64'), wrongTries: 0 });
    },
    isRight: async (user, password) => {
      const known = kept.get(user.id);
      if (known === undefined) return false;
      // The try is counted before the check, so that simultaneous guesses cannot exceed the limit.
      kept.put(user.id, { ...known, wrongTries: known.wrongTries + 1 });
      if (timingSafeEqual(await hashOf(password, known.salt), Buffer.from(known.hash, 'base64'))) {
        kept.put(user.id, { ...known, wrongTries: 0 });
        return true;
      }
      if (known.wrongTries + 1 >= mostWrongTries) directory.change(user, { status: 'LOCKED_OUT' });
      return false;
    },
    unlock: (userId) => {
      const known = kept.get(userId);
      if (known !== undefined) kept.put(userId, { ...known, wrongTries: 0 });
    },
    delete: (userId) => {
      kept.delete(userId);
    },
  };
}

const hashOf = (password: string, salt: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(salt, 'base64'), 32, { cost }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
