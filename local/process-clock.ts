import type { Clock } from '../core/clock.ts';

/**
 * Makes `new Date()` and `Date.now()` of the whole process say what the clock says, also in libraries. The
 * clock itself must read the machine's own `Date`. Returns what puts it right again.
 */
export function setProcessClock(clock: Clock): () => void {
  const machineDate = globalThis.Date;
  // A proxy and no subclass: dates made before or by Node itself stay `instanceof Date`.
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
