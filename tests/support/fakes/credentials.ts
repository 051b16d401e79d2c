import type { AccessDetails } from '../../../core/credentials/access-details.ts';
import type { Credentials } from '../../../core/credentials/pick-up.ts';

/** What a partner has to know of a sample access. */
export const accessDetails: AccessDetails = {
  brand: {
    name: 'Northwind Data',
    from: 'access@northwind.example',
    accent: '#b3541e',
    support: 'Write to help@northwind.example.',
  },
  product: { id: 'credit-reports', name: 'Credit Reports' },
  environment: 'DEV',
  clientId: '7h2k9q0v4m8p1s5t3w6x0y2z4a',
  tokenUrl: 'https://access.company.example/oauth2/token',
  apiUrl: 'https://access.company.example/apis/credit-reports',
  documentationUrl: 'https://access.company.example/docs/credit-reports',
  scopes: ['credit-reports/read'],
  routes: [
    { method: 'GET', path: '/reports', scope: 'credit-reports/read' },
    { method: 'GET', path: '/reports/{id}', scope: 'credit-reports/read' },
  ],
  firstCall: { method: 'GET', url: 'https://access.company.example/apis/credit-reports/reports' },
  ipRanges: ['203.0.113.10', '198.51.100.0/24'],
  contractEnd: new Date('2027-01-31T00:00:00Z'),
};

/** The credentials that are shown for it. */
export const credentials: Credentials = {
  ...accessDetails,
  clientSecret: '1l0O8bq6v0fj3k2r9s8t7u6w5x4y3z2a1b0c9d8e7f6g5h4i3j2',
};
