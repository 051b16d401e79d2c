/** One measured value. If two things were compared, it also has the peer's value from the same rounds. */
export interface Figure {
  /** The name in kebab-case, which is unique: `authorizer-first-sight-wall`. */
  readonly name: string;
  readonly value: number;
  /** One of `ms`, `µs`, `MB`, `KB`, `1/s`, `ratio`, `count`. */
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
  /** The target as the reader sees it, and whether it was reached. */
  readonly reach?: { readonly wanted: string; readonly reached: boolean };
}

/** Returns our value divided by the peer's. Below 1, ours is quicker or smaller. */
export const ratioOf = ({ value, peer }: Figure): number | undefined =>
  peer === undefined ? undefined : value / peer.value;

const rounded = (value: number): string => Number(value.toPrecision(3)).toString();

/** Returns a line of `npm run bench -- --json`. */
export function jsonLine(figure: Figure): string {
  const { name, value, unit, peer, reach } = figure;
  return JSON.stringify({
    name,
    value,
    unit,
    ...(peer === undefined ? {} : { peer: peer.name, peerValue: peer.value, ratio: ratioOf(figure) }),
    ...(reach === undefined ? {} : { wanted: reach.wanted, reached: reach.reached }),
  });
}

/** Returns a row of the README's table: figure, value, peer, target. */
export function tableRow(figure: Figure): string {
  const { name, value, unit, peer, reach } = figure;
  const compared =
    peer === undefined
      ? ''
      : `${peer.name}: ${rounded(peer.value)} ${unit} (× ${rounded(ratioOf(figure) ?? Number.NaN)})`;
  const wanted = reach === undefined ? '' : `${reach.wanted}${reach.reached ? '' : ': **missed**'}`;
  return `| ${name.replaceAll('-', ' ')} | ${rounded(value)} ${unit} | ${compared} | ${wanted} |`;
}
