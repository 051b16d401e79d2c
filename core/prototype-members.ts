import type { FieldError } from './problem.ts';

/** The names by which a member of a JSON object could be taken for what every object of JavaScript has. */
const prototypeNames = ['__proto__', 'constructor', 'prototype'] as const;

/** How many errors are returned at most. A text could hold thousands, each with a long path. */
const maxShown = 20;

/** Returns the error about a member that nobody has defined. */
export const unknownMember = (path: string): FieldError => ({
  path,
  code: 'unknown_member',
  allowed: 'There is no member of this name.',
});

/**
 * Returns an error for each member of an object that has such a name.
 * @param path the JSON Pointer of the object
 */
export const namedLikePrototype = (object: object, path: string): readonly FieldError[] =>
  prototypeNames
    .filter((name) => Object.hasOwn(object, name))
    .map((name) => unknownMember(`${path}${pointer([name])}`));

/**
 * Finds members called `__proto__` at any depth of a parsed JSON text. Schemas for objects
 * with any members pass over them. The search is not recursive, because a text may be nested deeply.
 * @returns an error for each of the first {@link maxShown}, in the order of their depth
 */
export function findPrototypeMembers(value: unknown): readonly FieldError[] {
  const found: FieldError[] = [];
  const queue = [{ value, path: '' }];
  for (const each of queue) {
    if (found.length >= maxShown) break;
    if (typeof each.value !== 'object' || each.value === null) continue;
    for (const [name, member] of Object.entries(each.value)) {
      const path = `${each.path}${pointer([name])}`;
      if (name === '__proto__') found.push(unknownMember(path));
      queue.push({ value: member, path });
    }
  }
  return found.slice(0, maxShown);
}

/** Returns the JSON Pointer of a path (RFC 6901). */
export const pointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
