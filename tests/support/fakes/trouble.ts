/** When a call fails: before its effect, or after its effect, so that only the answer is lost. */
export type Moment = 'before' | 'after';

/** Counts the calls of ports and makes some of them fail. */
export interface Trouble {
  /** Every call so far, in order: `registry.create`. */
  readonly calls: string[];
  /** Returns the port with its calls counted under this name. */
  around<Port extends object>(name: string, port: Port): Port;
  /** Makes the next call of this name fail. */
  next(call: string, moment: Moment, error: Error): void;
  /** Makes the nth call from now fail, whatever it is. The next call is the first. */
  nth(n: number, moment: Moment, error: Error): void;
}

interface Planned {
  readonly strikes: (call: string, index: number) => boolean;
  readonly moment: Moment;
  readonly error: Error;
}

export function createTrouble(): Trouble {
  const calls: string[] = [];
  const plans = new Set<Planned>();
  const run = async (planned: Planned, call: () => unknown): Promise<unknown> => {
    plans.delete(planned);
    if (planned.moment === 'after') await call();
    throw planned.error;
  };

  return {
    calls,
    around: (name, port) =>
      new Proxy(port, {
        get: (target, property) => {
          const method: unknown = Reflect.get(target, property);
          if (typeof method !== 'function') return method;
          return (...parameters: unknown[]): unknown => {
            const call = `${name}.${String(property)}`;
            calls.push(call);
            const effect = (): unknown => Reflect.apply(method, target, parameters);
            const planned = [...plans].find(({ strikes }) => strikes(call, calls.length));
            return planned === undefined ? effect() : run(planned, effect);
          };
        },
      }),
    next: (call, moment, error) => plans.add({ strikes: (made) => made === call, moment, error }),
    nth: (n, moment, error) => {
      const at = calls.length + n;
      plans.add({ strikes: (_made, index) => index === at, moment, error });
    },
  };
}
