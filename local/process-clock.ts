import type { Clock } from '../core/clock.ts';

/**
 * Makes `new Date()` and `Date.now()` follow the clock in the whole process, including libraries. The clock
 * itself must read the machine's own `Date`.
 *
 * @returns a function that restores the machine's `Date`
 */
export function setProcessClock(clock: Clock): () => void {
  const machineDate = globalThis.Date;
  // A proxy instead of a subclass: dates that were created earlier or by Node itself remain `instanceof
  // Date`.
  globalThis.Date = new Proxy(machineDate, {
    construct: (target, args, newTarget: DateConstructor) =>
      Reflect.construct<readonly number[], Date>(
        target,
        args.length === 0 ? [clock.now().getTime()] : args,
        newTarget,
      ),
    get: (target, property, receiver): unknown =>
      property === 'now' ? () => clock.now().getTime() : Reflect.get(target, property, receiver),
  });
  return () => {
    globalThis.Date = machineDate;
  };
}
