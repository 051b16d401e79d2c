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

/** What CloudFormation is given. Resources by logical id. */
export type PackagedTemplate = Template;
export type PackagedResource = TemplateResource;

/**
 * Has `serverless package` make the template of a stage, without credentials.
 * @param use gets the template, and the file that it is in for as long as this takes
 * @param options whether the functions are bundled, too (what is in a bundle does not change the template), and
 *   parameters of the stage
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
