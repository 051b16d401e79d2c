import { noWait, type Pace } from '../../../core/pace/pace.ts';

/** A pace without any vendor quota. */
export const noPace: Pace = {
  call: (_quota, _caller, make) => make(noWait),
  callForPerson: (_quota, _calls, make) => make(noWait),
};
