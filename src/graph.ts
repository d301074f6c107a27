/** Where the jobs around a job are drawn, left to right. Pure. */

import type { IJobDetails, INeighbour } from './tokens';

/** Size of a job and room between two, in CSS pixels. */
export const BOX = { width: 190, height: 44, across: 70, down: 10 };

/** So many jobs are drawn on each side. */
const MOST = 8;

/** A job in the picture. */
export interface INode {
  readonly side: 'before' | 'this' | 'after';
  readonly neighbour: INeighbour | null;
  readonly x: number;
  readonly y: number;
}

/** The picture, with how many jobs have no room in it. */
export interface IGraph {
  readonly nodes: readonly INode[];
  /** SVG paths of the arrows. */
  readonly edges: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly before: number;
  readonly after: number;
}

/** The jobs that this one waits for, itself, and those that wait for it. */
export function graphOf({
  waits_for,
  waited_for_by
}: Pick<IJobDetails, 'waits_for' | 'waited_for_by'>): IGraph | null {
  const left = waits_for.slice(0, MOST);
  const right = waited_for_by.slice(0, MOST);
  if (left.length + right.length === 0) {
    return null;
  }
  const { width, height, across, down } = BOX;
  const rows = Math.max(left.length, right.length, 1);
  const total = rows * (height + down) - down;
  const step = width + across;
  const middle = left.length > 0 ? step : 0;
  const column = (
    side: INode['side'],
    all: readonly (INeighbour | null)[],
    x: number
  ): INode[] => {
    const top = (total - (all.length * (height + down) - down)) / 2;
    return all.map((neighbour, at) => {
      return { side, neighbour, x, y: top + at * (height + down) };
    });
  };
  const before = column('before', left, 0);
  const after = column('after', right, middle + step);
  const own = column('this', [null], middle);
  const [self] = own;
  const y = (self?.y ?? 0) + height / 2;
  return {
    nodes: [...before, ...own, ...after],
    edges: [
      ...before.map(n => curve(n.x + width, n.y + height / 2, middle, y)),
      ...after.map(n => curve(middle + width, y, n.x, n.y + height / 2))
    ],
    width: middle + width + (right.length > 0 ? step : 0),
    height: total,
    before: waits_for.length - left.length,
    after: waited_for_by.length - right.length
  };
}

/** A curve that leaves and arrives level, with room for the arrow's head. */
function curve(x1: number, y1: number, x2: number, y2: number): string {
  const half = (x2 - x1) / 2;
  return `M${x1} ${y1}C${x1 + half} ${y1} ${x2 - half} ${y2} ${x2 - 7} ${y2}`;
}
