import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const template = z.object({
  Resources: z.record(z.string(), z.object({
    Type: z.string(),
    Properties: z.record(z.string(), z.unknown()).default({}),
    DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  })),
});

export type PackagedResource = z.infer<typeof template>['Resources'][string];

/** The template that `serverless package` makes for a stage, without credentials. By logical id. */
export async function packagedResources(stage: string): Promise<Readonly<Record<string, PackagedResource>>> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-package-'));
  try {
    await promisify(execFile)(process.execPath, ['node_modules/serverless/bin/serverless.js', 'package', '--stage', stage, '--package', folder], {
      env: { HOME: folder, PATH: process.env['PATH'] ?? '' },
    });
    const content: unknown = JSON.parse(await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
    return template.parse(content).Resources;
  } finally {
    await rm(folder, { recursive: true });
  }
}
