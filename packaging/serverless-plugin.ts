import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleAll } from './bundle.ts';

/** Of the framework, what this plugin touches. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: { readonly functions: Readonly<Record<string, { readonly package: { artifact: string } }>> };
}

/** A zip without files: only the record that ends one (APPNOTE.TXT section 4.3.16). */
const emptyZip = Buffer.concat([Buffer.from([0x50, 0x4b, 0x05, 0x06]), Buffer.alloc(18)]);

/**
 * Has `serverless package` and `serverless deploy` bundle the functions first. The variable SALLYPORT_BUNDLES says
 * otherwise where a script packages: `made`, the bundles lie in `build/`; `none`, only the template is wanted.
 */
export default class Bundles {
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;

  constructor(serverless: Serverless) {
    const hook = {
      made: () => undefined,
      none: () => { useEmptyArtifacts(serverless); },
    }[process.env['SALLYPORT_BUNDLES'] ?? ''] ?? bundleAll;
    this.hooks = { 'before:package:createDeploymentArtifacts': hook };
  }
}

/** The framework wants each artifact to be there. */
function useEmptyArtifacts({ serviceDir, service }: Serverless): void {
  const artifact = join('build', 'empty.zip');
  mkdirSync(join(serviceDir, 'build'), { recursive: true });
  writeFileSync(join(serviceDir, artifact), emptyZip);
  for (const fn of Object.values(service.functions)) fn.package.artifact = artifact;
}
