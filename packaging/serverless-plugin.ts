import { bundleAll } from './bundle.ts';

/** Has `serverless package` and `serverless deploy` bundle the functions first. */
export default class Bundles {
  readonly hooks = { 'before:package:createDeploymentArtifacts': bundleAll };
}
