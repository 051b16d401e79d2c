import { account, type AwsService } from './service.ts';

/** Creates STS. Every caller is the twin's only user. */
export function createSts(): AwsService {
  return {
    name: 'sts',
    operations: {
      GetCallerIdentity: () => ({
        Arn: `arn:aws:iam::${account}:user/twin`,
        UserId: 'AIDAIOSFODNN7TWIN000',
        Account: account,
      }),
    },
  };
}
