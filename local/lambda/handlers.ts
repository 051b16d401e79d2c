import { pathToFileURL } from 'node:url';
import type { DeployedFunction } from '../deployment/deployment.ts';
import { type FunctionEnvironment, functionEnvironment, inEnvironment } from './environment.ts';

export type Handler = (event: unknown, context: unknown) => unknown;

/** A loaded function. */
export interface Instance {
  readonly handler: Handler;
  /** The function's `process.env`. */
  readonly environment: FunctionEnvironment;
}

export interface Handlers {
  /** Imports the function's module on the first call. Rejects with any error that the module throws. */
  load(fn: DeployedFunction): Promise<Instance>;
  /**
   * Imports the module again. The new instance shares no variable of the handler's own module with the first.
   */
  loadAnew(fn: DeployedFunction): Promise<Instance>;
}

/** Reports that the module has no such export. The name is that of the Node.js runtime. */
class HandlerNotFound extends Error {
  override readonly name = 'Runtime.HandlerNotFound';
}

/**
 * Creates the loader of the functions' handlers. Node keeps a module for the life of the process, so a
 * process can serve only one environment per function.
 */
export function createHandlers(): Handlers {
  const loaded = new Map<string, Promise<Instance>>();

  let instances = 0;

  const load = async (fn: DeployedFunction, query = ''): Promise<Instance> => {
    const url = `${pathToFileURL(fn.handlerFile).href}${query}`;
    const environment = functionEnvironment(fn);
    const module = await inEnvironment(environment, () => import(url) as Promise<Record<string, unknown>>);
    const handler = module[fn.handlerExport];
    if (!isHandler(handler)) {
      throw new HandlerNotFound(`${fn.handlerFile} does not export the function ${fn.handlerExport}`);
    }
    return { handler, environment };
  };

  return {
    load: (fn) => {
      const known = loaded.get(fn.name);
      if (known !== undefined) return known;
      const loading = load(fn);
      loaded.set(fn.name, loading);
      return loading;
    },
    loadAnew: (fn) => {
      instances += 1;
      return load(fn, `?instance=${instances}`);
    },
  };
}

const isHandler = (value: unknown): value is Handler => typeof value === 'function';
