import { join } from 'node:path';
import * as z from 'zod';
import { DeploymentInvalid, type Stack } from '../cloudformation/stack.ts';
import type { DeployedFunction } from './deployment.ts';
import type { Package } from './package.ts';
import { understood } from './understood.ts';

const lambdaFunction = z.object({
  FunctionName: z.string(),
  Handler: z.string().regex(/^[\w/-]+\.\w+$/),
  Timeout: z.int(),
  MemorySize: z.int(),
  Role: z.string(),
  Environment: z
    .strictObject({
      Variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)),
    })
    .optional(),
});

/** Returns the short name from a function's name or ARN, with or without a version. */
export function shortNameOf(stack: Stack, nameOrArn: string): string {
  const name = nameOrArn.replace(/^arn:aws:lambda:[^:]+:[^:]+:function:/, '').replace(/:.*$/, '');
  const prefix = `${stack.name}-`;
  if (!name.startsWith(prefix)) {
    throw new DeploymentInvalid([`the name of the function ${name} must begin with ${prefix}`]);
  }
  return name.slice(prefix.length);
}

/** Returns every function with its files in the package. */
export function deployedFunctions(
  stack: Stack,
  packaged: Package,
  behindApi: ReadonlySet<string>,
): DeployedFunction[] {
  return stack.ofType('AWS::Lambda::Function').map((resource) => {
    const { FunctionName, Handler, Timeout, MemorySize, Environment } = understood(resource, lambdaFunction);
    const name = shortNameOf(stack, FunctionName);
    const dot = Handler.lastIndexOf('.');
    const { folder, extension } = packaged.handlers(name);
    return {
      name,
      functionName: FunctionName,
      handler: Handler,
      handlerFile: join(folder, `${Handler.slice(0, dot)}${extension}`),
      handlerExport: Handler.slice(dot + 1),
      taskRoot: packaged.taskRoot(name),
      timeoutSeconds: Timeout,
      memorySize: MemorySize,
      environment: Object.fromEntries(
        Object.entries(Environment?.Variables ?? {}).map(([variable, value]) => [
          variable,
          value.replaceAll('/var/task', packaged.taskRoot(name)),
        ]),
      ),
      isBehindApi: behindApi.has(name),
    };
  });
}

/** Returns the role that each function assumes, by the function's full name. */
export function rolesOfFunctions(stack: Stack): ReadonlyMap<string, string> {
  return new Map(
    stack.ofType('AWS::Lambda::Function').map((resource) => {
      const { FunctionName, Role } = understood(resource, lambdaFunction);
      return [FunctionName, Role];
    }),
  );
}

const permission = z.object({ FunctionName: z.string(), Principal: z.string() });

/** Returns the ARNs of the functions that a service, such as `events.amazonaws.com`, may invoke. */
export function functionsInvocableBy(stack: Stack, service: string): ReadonlySet<string> {
  return new Set(
    stack
      .ofType('AWS::Lambda::Permission')
      .map((resource) => understood(resource, permission))
      .filter(({ Principal }) => Principal === service)
      .map(({ FunctionName }) => FunctionName),
  );
}
