import { environmentNamed } from '../../core/catalogue/environment.ts';
import { findSampleHosts } from '../../resources/sample-hosts.ts';
import { isStandIn } from './aws.ts';
import { serverlessParams } from './parameters.ts';
import type { BootstrapStep } from './step.ts';

/** Checks that parameters and catalogue name only hosts that can be owned and reached. */
export const settings: BootstrapStep = {
  name: 'settings',
  check: ({ parameters, catalogue }) => {
    const { stage } = parameters;
    const standIn = isStandIn(process.env);
    const found = standIn
      ? []
      : findSampleHosts({
          parameters: serverlessParams(parameters),
          catalogue,
          environment: environmentNamed(stage.toUpperCase()),
        });
    const complete = standIn
      ? `parameters and catalogue.yml are complete for ${stage}; sample hosts may stay, since AWS_ENDPOINT_URL is a stand-in`
      : `parameters and catalogue.yml are complete for ${stage}`;
    return Promise.resolve({
      facts: found.length > 0 ? [] : [complete],
      problems: found.map(({ place, value, host }) => ({
        what: `${place} is ${JSON.stringify(value)}: ${host} is a host of samples and tests, which nobody can own or reach.`,
        remedy: 'Put your own in its place.',
      })),
    });
  },
};
