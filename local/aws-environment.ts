import { devNull } from 'node:os';
import { region } from './aws/service.ts';

/**
 * Points every AWS SDK client of this process at the twin. All other AWS_* variables are removed: a profile,
 * a session or the endpoint of a single service could lead a client to a real account.
 */
export function useTwinsAws(endpointUrl: string): void {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  process.env = {
    ...Object.fromEntries(inherited),
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'twin',
    AWS_SECRET_ACCESS_KEY: 'twin',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
