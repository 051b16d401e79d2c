import { bundleAll } from './bundle.ts';

/**
 * Has `serverless package` and `serverless deploy` bundle the functions first, unless whoever calls has just had
 * them bundled: the bundles are the same for all stages.
 */
export default class Bundles {
  readonly hooks = process.env['SALLYPORT_BUNDLES'] === 'made' ? {} : { 'before:package:createDeploymentArtifacts': bundleAll };
}
