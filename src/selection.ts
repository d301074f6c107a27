/** Rows that are selected, by key; `active` is where the keyboard is. */
export interface ISelection {
  readonly keys: ReadonlySet<string>;
  readonly active: string;
  /** Where a range began. */
  readonly anchor: string;
}

/** Nothing selected. */
export const NOTHING: ISelection = { keys: new Set(), active: '', anchor: '' };

/** What a click does: alone; with Ctrl; with Shift. */
export type SelectHow = 'only' | 'toggle' | 'range';

/** The selection after a row was chosen; `order`: keys as they are shown. */
export function select(
  selection: ISelection,
  order: readonly string[],
  key: string,
  how: SelectHow
): ISelection {
  const from = order.indexOf(selection.anchor);
  if (how === 'range' && from >= 0) {
    const to = order.indexOf(key);
    const [first, last] = from < to ? [from, to] : [to, from];
    const keys = new Set(order.slice(first, last + 1));
    return { keys, active: key, anchor: selection.anchor };
  }
  if (how !== 'toggle') {
    return { keys: new Set([key]), active: key, anchor: key };
  }
  const keys = new Set(selection.keys);
  if (!keys.delete(key)) {
    keys.add(key);
  }
  return { keys, active: key, anchor: key };
}

/** The selection after the keyboard went `by` rows. */
export function move(
  selection: ISelection,
  order: readonly string[],
  by: number,
  how: SelectHow
): ISelection {
  const last = order.length - 1;
  const at = order.indexOf(selection.active);
  const start = at < 0 ? (by > 0 ? -1 : 0) : at;
  const key = order[Math.min(last, Math.max(0, start + by))];
  return key === undefined ? selection : select(selection, order, key, how);
}

/** All rows. */
export function selectAll(order: readonly string[]): ISelection {
  const active = order[0] ?? '';
  return { keys: new Set(order), active, anchor: active };
}
