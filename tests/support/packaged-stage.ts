import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { template } from '../../local/cloudformation/template.ts';
import { digestOfInputs } from '../../local/deployment/package-inputs.ts';
import { type PackagedTemplate, withPackagedTemplate } from '../../scripts/packaged-template.ts';

const root = process.cwd();
const kept = join(root, 'build/stages');

/**
 * Returns the template of a stage and its file. Packaging takes seconds, so a template is kept in `build/`
 * for as long as nothing changes that it is made of.
 */
export async function packagedStage(
  stage: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<{ readonly template: PackagedTemplate; readonly file: string }> {
  const digest = digestOfInputs(root, false);
  const name = createHash('sha256')
    .update(JSON.stringify([stage, parameters]))
    .digest('hex')
    .slice(0, 16);
  const file = join(kept, digest, `${stage}-${name}.json`);
  if (!existsSync(file)) {
    mkdirSync(join(kept, digest), { recursive: true });
    const draft = `${file}.${randomUUID()}`;
    await withPackagedTemplate(
      stage,
      (_, made) => {
        copyFileSync(made, draft);
      },
      { parameters },
    );
    renameSync(draft, file);
    for (const other of readdirSync(kept)) {
      if (other !== digest) rmSync(join(kept, other), { recursive: true, force: true });
    }
  }
  return { template: template.parse(JSON.parse(readFileSync(file, 'utf8'))), file };
}
