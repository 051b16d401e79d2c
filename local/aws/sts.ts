import { account, type AwsService } from './service.ts';

/** STS: whoever asks is the twin's one user. */
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
