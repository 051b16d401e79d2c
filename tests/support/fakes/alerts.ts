import type { Alert, Alerts } from '../../../core/workflow/ports.ts';

export interface FakeAlerts extends Alerts {
  readonly raised: Alert[];
}

export function fakeAlerts(): FakeAlerts {
  const raised: Alert[] = [];
  return {
    raised,
    raise: async (alert) => {
      raised.push(alert);
      return Promise.resolve();
    },
  };
}
