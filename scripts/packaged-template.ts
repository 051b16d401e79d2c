import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const root = join(import.meta.dirname, '..');

const template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({
    Type: z.string(),
    Properties: z.record(z.string(), z.unknown()).default({}),
    DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  })),
});

/** What CloudFormation is given. Resources by logical id. */
export type PackagedTemplate = z.infer<typeof template>;
export type PackagedResource = PackagedTemplate['Resources'][string];

/** Bundles are the same for all stages: a process has them made once. */
let bundlesMade = false;

/**
 * Has `serverless package` make the template of a stage, without credentials.
 * @param use gets the template, and the file that it is in for as long as this takes
 * @param options more options of `serverless package`
 */
export async function withPackagedTemplate<Result>(
  stage: string, use: (packaged: PackagedTemplate, file: string) => Result, options: readonly string[] = [],
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-package-'));
  try {
    await promisify(execFile)(process.execPath, ['node_modules/serverless/bin/serverless.js', 'package', '--stage', stage, '--package', folder, ...options], {
      cwd: root, env: { HOME: folder, PATH: process.env['PATH'] ?? '', ...(bundlesMade && { SALLYPORT_BUNDLES: 'made' }) },
    });
    bundlesMade = true;
    const file = join(folder, 'cloudformation-template-update-stack.json');
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return use(template.parse(content), file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
