import type { Environment } from '../catalogue/environment.ts';
import { findInactiveContractReasons, type InactiveContractReason } from '../contracts/in-force.ts';
import type { AccessState } from './in-force.ts';

/**
 * Says what keeps a client's access from being in force: each record by its id, with what it is and what it has
 * to be. Empty if the access is in force.
 */
export function inactiveInWords(
  clientId: string,
  { client, contract, partner }: AccessState,
  at: Date,
  environment: Environment,
): readonly string[] {
  if (client === undefined) return [`there is no client ${clientId}`];
  const { contractId, partnerId } = client;
  return [
    ...notActive(`the client ${clientId}`, client),
    ...(contract === undefined
      ? [`there is no contract ${contractId}`]
      : [
          ...(contract.partnerId === partnerId
            ? []
            : [`the contract ${contractId} is with another partner than the client`]),
          ...findInactiveContractReasons(contract, at, environment).map((rule) =>
            contractInWords(rule, contractId, contract, environment),
          ),
        ]),
    ...(partner === undefined
      ? [`there is no partner ${partnerId}`]
      : notActive(`the partner ${partnerId}`, partner)),
  ];
}

const notActive = (name: string, { status }: { readonly status: string }): readonly string[] =>
  status === 'active' ? [] : [`${name} is ${status}, and has to be active`];

function contractInWords(
  rule: InactiveContractReason,
  contractId: string,
  { status, startsAt, endsAt = '', environments }: NonNullable<AccessState['contract']>,
  environment: Environment,
): string {
  const name = `the contract ${contractId}`;
  switch (rule) {
    case 'contract_not_begun':
      return `${name} begins at ${startsAt}`;
    case 'contract_over':
      return `${name} was for the time before ${endsAt}`;
    case 'contract_other_environment':
      return `${name} is for ${environments.join(', ')}, and the client is in ${environment}`;
    case 'contract_draft':
    case 'contract_suspended':
    case 'contract_ended':
      return `${name} is ${status}, and has to be active`;
  }
}
