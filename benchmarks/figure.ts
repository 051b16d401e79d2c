/** One measured value; with the peer's from the same rounds where two were compared. */
export interface Figure {
  /** Kebab-case, unique: `authorizer-first-sight-wall`. */
  readonly name: string;
  readonly value: number;
  /** `ms`, `µs`, `MB`, `KB`, `1/s`, `ratio`, `count`. */
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
  /** What was to be reached, in the reader's words, and whether it was. */
  readonly reach?: { readonly wanted: string; readonly reached: boolean };
}

/** How many times the peer's value ours is: below 1 is quicker, smaller. */
export const ratioOf = ({ value, peer }: Figure): number | undefined =>
  peer === undefined ? undefined : value / peer.value;

const rounded = (value: number): string => Number(value.toPrecision(3)).toString();

/** A line of `npm run bench -- --json`. */
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

/** A row of the README's table: figure, value, peer, wanted. */
export function tableRow(figure: Figure): string {
  const { name, value, unit, peer, reach } = figure;
  const compared =
    peer === undefined
      ? ''
      : `${peer.name}: ${rounded(peer.value)} ${unit} (× ${rounded(ratioOf(figure) ?? Number.NaN)})`;
  const wanted = reach === undefined ? '' : `${reach.wanted}${reach.reached ? '' : ': **missed**'}`;
  return `| ${name.replaceAll('-', ' ')} | ${rounded(value)} ${unit} | ${compared} | ${wanted} |`;
}
