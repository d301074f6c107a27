import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import type { AccordionPanel, Panel, Widget } from '@lumino/widgets';

/** Where it is kept over reloads. */
const KEY = 'jupyterlab-remote:panel';

/** How long after a change of what sections show they get their room, in ms. */
const QUIET = 100;

/** Below a section's text, in px. */
const SPACE = 12;

/** The first section has so many times the room of another one that needs as much. */
const FIRST = 3;

/** By name of a section: whether it is open, and which part of the room the user gave it. */
interface IKept {
  readonly open: Readonly<Record<string, boolean>>;
  readonly sizes: Readonly<Record<string, number>>;
}

/**
 * How high the sections of a panel are, in px: nobody has more than what it
 * needs while another one has too little. What is over is the first one's.
 */
export function heights(
  needs: readonly number[],
  room: number
): readonly number[] {
  const weights = needs.map((_, index) => (index === 0 ? FIRST : 1));
  const given = needs.map(() => 0);
  let open = needs.map((_, index) => index);
  let left = room;
  while (open.length > 0) {
    const weight = open.reduce((sum, index) => sum + (weights[index] ?? 1), 0);
    const fair = (index: number) => (left / weight) * (weights[index] ?? 1);
    const small = open.filter(index => (needs[index] ?? 0) <= fair(index));
    if (small.length === 0) {
      open.forEach(index => (given[index] = fair(index)));
      return given;
    }
    small.forEach(index => {
      given[index] = needs[index] ?? 0;
      left -= needs[index] ?? 0;
    });
    open = open.filter(index => !small.includes(index));
  }
  return given.map((height, index) => (index === 0 ? height + left : height));
}

/**
 * The sections of a panel: open or closed and as high as the user made them;
 * until then as high as what they show.
 */
export class PanelSizes implements IDisposable {
  constructor(
    private readonly _panel: AccordionPanel,
    private readonly _names: readonly string[],
    private readonly _state: IStateDB | null
  ) {
    this._soon = new Debouncer(() => {
      this._fit();
    }, QUIET);
  }

  get isDisposed(): boolean {
    return this._soon.isDisposed;
  }

  /** Take what was kept; from now on follow what the user does. */
  async start(): Promise<void> {
    const kept = await this._state?.fetch(KEY).catch(() => undefined);
    this._kept = read(kept);
    this._names.forEach((name, index) => {
      const open = this._kept.open[name];
      if (open !== undefined) {
        this._panel[open ? 'expand' : 'collapse'](index);
      }
    });
    this._panel.expansionToggled.connect(this._onToggled, this);
    this._panel.handleMoved.connect(this._onMoved, this);
    this._watch();
    this._fit();
  }

  dispose(): void {
    this._watched.forEach(observer => {
      observer.disconnect();
    });
    this._soon.dispose();
  }

  /** What sections show, and the room for all of them. */
  private _watch(): void {
    const soon = () => void this._soon.invoke().catch(() => undefined);
    const content = new MutationObserver(soon);
    for (const { node } of this._panel.widgets) {
      content.observe(node, { childList: true, subtree: true });
    }
    const room = new ResizeObserver(soon);
    room.observe(this._panel.node);
    this._watched.push(content, room);
    // What is under the pointer does not move.
    this._panel.node.addEventListener('pointerleave', soon);
  }

  /** Give all open sections their room; not under the pointer, unless the user did something. */
  private _fit(asked = false): void {
    const { node, isVisible } = this._panel;
    if (!isVisible || (!asked && node.matches(':hover'))) {
      return;
    }
    const { widgets, titles, spacing } = this._panel;
    const open = widgets.filter(widget => !widget.isHidden);
    const above = titles.reduce((sum, title) => sum + title.offsetHeight, 0);
    const room = node.clientHeight - above - spacing * (open.length - 1);
    const wanted = this._wanted(open, room);
    const moved = wanted.some(
      (height, at) => Math.abs(height - (open[at]?.node.offsetHeight ?? 0)) > 4
    );
    if (room > 0 && moved) {
      const sizes = new Map(
        open.map((widget, at) => [widget, wanted[at] ?? 0])
      );
      const all = widgets.map(widget => sizes.get(widget) ?? 0);
      this._panel.setRelativeSizes(all);
    }
  }

  private _wanted(open: readonly Widget[], room: number): readonly number[] {
    const needs = open.map(textHeight);
    const { sizes } = this._kept;
    if (Object.keys(sizes).length === 0) {
      return heights(needs, room);
    }
    const given = open.map(
      (widget, at) => sizes[this._nameOf(widget)] ?? needs[at] ?? 0
    );
    const sum = given.reduce((all, height) => all + height, 0);
    return given.map(height => (height / Math.max(1, sum)) * room);
  }

  private _nameOf(widget: Widget): string {
    return this._names[this._panel.widgets.indexOf(widget)] ?? '';
  }

  private readonly _onToggled = (_: AccordionPanel, index: number): void => {
    const name = this._names[index] ?? '';
    const open = !this._panel.widgets[index]?.isHidden;
    this._keep({ open: { ...this._kept.open, [name]: open } });
    this._fit(true);
  };

  private readonly _onMoved = (): void => {
    const sizes = { ...this._kept.sizes };
    for (const widget of this._panel.widgets) {
      if (!widget.isHidden) {
        sizes[this._nameOf(widget)] = widget.node.offsetHeight;
      }
    }
    this._keep({ sizes });
  };

  private _keep(change: Partial<IKept>): void {
    this._kept = { ...this._kept, ...change };
    const kept = this._kept as unknown as ReadonlyPartialJSONObject;
    void this._state?.save(KEY, kept).catch(() => undefined);
  }

  private _kept: IKept = { open: {}, sizes: {} };
  private readonly _soon: Debouncer;
  private readonly _watched: { disconnect: () => void }[] = [];
}

/** How high what stands in a section is, whatever room it has. */
function textHeight(section: Widget): number {
  const [content] = (section as Panel).widgets;
  const all = document.createRange();
  all.selectNodeContents(content?.node ?? section.node);
  return all.getBoundingClientRect().height + SPACE;
}

function read(kept: unknown): IKept {
  const { open, sizes } = (kept ?? {}) as Partial<IKept>;
  return { open: open ?? {}, sizes: sizes ?? {} };
}
