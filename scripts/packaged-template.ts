import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { template, type Template, type TemplateResource } from '../local/cloudformation/template.ts';
import {
  type PackageRequest,
  packageStage,
  templateFileIn,
  withSnapshot,
} from '../packaging/package-stage.ts';

const root = join(import.meta.dirname, '..');

/** The template that CloudFormation receives, with its resources by logical id. */
export type PackagedTemplate = Template;
export type PackagedResource = TemplateResource;

/**
 * Packages a stage with `serverless package`, without credentials, and passes the template to `use`.
 * @param use receives the template and its file, which exists only during the call
 * @param options whether the functions are bundled too (bundles do not change the template), and parameters
 *   of the stage
 */
export async function withPackagedTemplate<Result>(
  stage: string,
  use: (packaged: PackagedTemplate, file: string) => Result,
  { bundles = 'none', parameters = {} }: Partial<Pick<PackageRequest, 'bundles' | 'parameters'>> = {},
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-package-'));
  try {
    await withSnapshot(root, (snapshot) =>
      packageStage({ root: snapshot, stage, folder, bundles, parameters }),
    );
    const file = templateFileIn(folder);
    return use(template.parse(JSON.parse(await readFile(file, 'utf8'))), file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
