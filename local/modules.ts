/** The module of the thread that runs the functions. */
export const functionsThread = new URL('lambda/functions-thread.ts', import.meta.url);

/**
 * Returns the folder that the paths of handlers start from, and the file extension of handlers in it, for
 * functions that run from their sources.
 *
 * @param root the folder that contains serverless.yml
 */
export const handlersIn = (root: string) => ({ folder: root, extension: '.ts' }) as const;
