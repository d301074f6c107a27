import { Dialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { clock } from './jobview';
import type { IJob } from './tokens';

/** What shall be different; what is not named stays. */
export interface IJobChange {
  /** Seconds; NaN when the user wrote something else. */
  readonly time?: number;
  readonly partition?: string;
}

/** Seconds in `90` (minutes), `1:30` (hours), `1:30:00`, `2-12:00:00`, `2 d 12:00:00`; NaN. */
export function secondsIn(text: string): number {
  const match =
    /^\s*(?:(\d+)\s*(?:d\s*|-)\s*)?(?:(\d+)(?::(\d\d?))?(?::(\d\d?))?)?\s*$/.exec(
      text
    );
  if (!match || text.trim() === '') {
    return NaN;
  }
  const [days, first, second, third] = match.slice(1);
  if (days === undefined && second === undefined) {
    return Number(first) * 60;
  }
  const part = (value: string | undefined) => Number(value ?? 0);
  const hours = part(days) * 24 + part(first);
  return hours * 3600 + part(second) * 60 + part(third);
}

/** The value that all jobs have, or undefined. */
function common<T>(values: readonly T[]): T | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

/** Asks for a new limit and partition; empty fields stay as they are. */
class ChangeForm extends Widget implements Dialog.IBodyWidget<IJobChange> {
  constructor(
    chosen: readonly IJob[],
    partitions: readonly string[],
    trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-RemoteChange');
    const limit = common(chosen.map(({ time_limit }) => time_limit));
    this._before = typeof limit === 'number' ? clock(limit, trans) : '';
    this._time = field(trans.__('Time limit'), this._before, 'time');
    this._time.note.textContent = trans.__(
      'Hours:minutes:seconds, such as 1:30:00 or 2 d 12:00:00'
    );
    this._partition = field(
      trans.__('Partition'),
      common(chosen.map(({ partition }) => partition)) ?? '',
      'partition'
    );
    this._was = this._partition.input.value;
    const list = document.createElement('datalist');
    list.id = 'jp-RemoteChange-partitions';
    partitions.forEach(value => {
      const option = document.createElement('option');
      option.value = value;
      list.append(option);
    });
    this._partition.input.setAttribute('list', list.id);
    this.node.append(this._time.label, this._partition.label, list);
    this._time.input.addEventListener('input', () => {
      const { input } = this._time;
      const wrong = input.value !== '' && !(secondsIn(input.value) > 0);
      input.setCustomValidity(wrong ? trans.__('Not a length of time') : '');
      input.setAttribute('aria-invalid', String(wrong));
    });
  }

  getValue(): IJobChange {
    const time = this._time.input.value.trim();
    const partition = this._partition.input.value.trim();
    const seconds = secondsIn(time);
    return {
      ...(time && time !== this._before ? { time: seconds } : {}),
      ...(partition && partition !== this._was ? { partition } : {})
    };
  }

  private readonly _before: string;
  private readonly _partition: IField;
  private readonly _time: IField;
  private readonly _was: string;
}

interface IField {
  readonly label: HTMLLabelElement;
  readonly input: HTMLInputElement;
  readonly note: HTMLElement;
}

function field(words: string, value: string, name: string): IField {
  const label = document.createElement('label');
  const input = document.createElement('input');
  const note = document.createElement('small');
  input.type = 'text';
  input.className = 'jp-mod-styled';
  input.name = name;
  input.value = value;
  label.append(words, input, note);
  return { label, input, note };
}

/** Ask what shall be different; null: nothing. */
export async function askChange(
  chosen: readonly IJob[],
  partitions: readonly string[],
  trans: TranslationBundle
): Promise<IJobChange | null> {
  const [first] = chosen;
  const dialog = new Dialog({
    title:
      chosen.length === 1 && first
        ? trans.__('Change %1', first.name)
        : trans.__('Change %1 jobs', chosen.length),
    body: new ChangeForm(chosen, partitions, trans),
    focusNodeSelector: 'input',
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Change') })
    ]
  });
  const { button, value } = await dialog.launch();
  if (!button.accept || !value || Object.keys(value).length === 0) {
    return null;
  }
  if (value.time !== undefined && !(value.time > 0)) {
    await showErrorMessage(
      trans.__('Cannot change'),
      trans.__('The time limit must be hours:minutes:seconds, as 1:30:00.')
    );
    return null;
  }
  return value;
}
