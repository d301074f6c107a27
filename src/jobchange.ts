import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { parseDuration } from './durations';
import { clock } from './jobview';
import { fieldOf } from './offers';
import { wordsOf } from './submitdraft';
import type { IJob, IRemoteJobs } from './tokens';

/** What shall be different; what is not named stays. */
export interface IJobChange {
  /** Seconds. */
  readonly time?: number;
  readonly partition?: string;
}

/** What stands in the two fields. */
export interface IChangeTexts {
  readonly time: string;
  readonly partition: string;
}

/** What stands there first: what all the jobs have. */
export function textsBefore(
  chosen: readonly IJob[],
  trans: TranslationBundle
): IChangeTexts {
  const limit = common(chosen.map(({ time_limit }) => time_limit));
  const partition = common(chosen.map(each => each.partition)) ?? '';
  const time = typeof limit === 'number' ? clock(limit, trans) : '';
  return { time, partition };
}

/** What shall be different; null: the time cannot be read. */
export function changeOf(
  before: IChangeTexts,
  texts: IChangeTexts
): IJobChange | null {
  const [time, partition] = [texts.time.trim(), texts.partition.trim()];
  const asked = time !== '' && time !== before.time;
  const seconds = asked ? parseDuration(time) : null;
  if (asked && !seconds) {
    return null;
  }
  return {
    ...(seconds ? { time: seconds } : {}),
    ...(partition && partition !== before.partition ? { partition } : {})
  };
}

/**
 * The partitions that all of these backends offer; null: one has none. Rejects
 * when one cannot be asked.
 */
export async function partitionsFor(
  jobs: Pick<IRemoteJobs, 'offers'>,
  chosen: readonly IJob[]
): Promise<readonly string[] | null> {
  const names = [...new Set(chosen.map(({ backend }) => backend))];
  const asked = await Promise.allSettled(names.map(name => jobs.offers(name)));
  const fields = asked.flatMap(answer =>
    answer.status === 'fulfilled' ? [fieldOf(answer.value, 'partition')] : []
  );
  if (fields.includes(undefined)) {
    return null;
  }
  const failed = asked.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    throw failed.reason;
  }
  const all = fields.map(field => field?.choices.map(({ value }) => value));
  const [first = [], ...more] = all;
  return first.filter(value => more.every(other => other?.includes(value)));
}

/** The value that all jobs have, or undefined. */
function common<T>(values: readonly T[]): T | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

/**
 * Asks for a new limit and partition; empty fields stay as they are. It is
 * there at once: what the partitions are is said as soon as it is known.
 */
export class ChangeForm
  extends Widget
  implements Dialog.IBodyWidget<IChangeTexts>
{
  constructor(
    texts: IChangeTexts,
    partitions: Promise<readonly string[] | null>,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-RemoteChange');
    const { _trans: trans } = this;
    this._time = field(trans.__('Time limit'), texts.time, 'time');
    this._partition = field(
      trans.__('Partition'),
      texts.partition,
      'partition'
    );
    this._time.note.textContent = trans.__(
      'Such as 90 min, 1:30:00 (hours, minutes, seconds) or 2 d'
    );
    this.node.append(this._time.label, this._partition.label);
    this._time.input.addEventListener('input', () => {
      const { value } = this._time.input;
      this._mark(value.trim() !== '' && !parseDuration(value));
    });
    this._say(trans.__('Asking which partitions there are…'));
    partitions.then(
      names => {
        this._offer(names);
      },
      (error: unknown) => {
        const words = wordsOf(error);
        this._say(trans.__('It is not known which there are: %1', words));
      }
    );
  }

  /** Say that the time cannot be read. */
  complain(): void {
    this._time.note.textContent = unreadable(this._trans);
    this._time.note.setAttribute('role', 'alert');
    this._mark(true);
  }

  getValue(): IChangeTexts {
    const { _time: time, _partition: partition } = this;
    const there = this.node.contains(partition.label);
    return {
      time: time.input.value,
      partition: there ? partition.input.value : ''
    };
  }

  /** The list of partitions; without one there is nothing to choose. */
  private _offer(names: readonly string[] | null): void {
    this._say('');
    if (names) {
      const list = listOf(names);
      this._partition.input.setAttribute('list', list.id);
      this.node.append(list);
    } else {
      this._partition.label.remove();
    }
  }

  private _say(words: string): void {
    this._partition.note.textContent = words;
  }

  private _mark(wrong: boolean): void {
    const { input } = this._time;
    input.setCustomValidity(wrong ? unreadable(this._trans) : '');
    input.setAttribute('aria-invalid', String(wrong));
  }

  private readonly _partition: IField;
  private readonly _time: IField;
}

function unreadable(trans: TranslationBundle): string {
  return trans.__('Write a time such as 90 min, 1:30:00 or 2 d.');
}

function listOf(values: readonly string[]): HTMLDataListElement {
  const list = document.createElement('datalist');
  list.id = 'jp-RemoteChange-partitions';
  values.forEach(value => {
    const option = document.createElement('option');
    option.value = value;
    list.append(option);
  });
  return list;
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
  partitions: Promise<readonly string[] | null>,
  trans: TranslationBundle
): Promise<IJobChange | null> {
  const before = textsBefore(chosen, trans);
  let texts: IChangeTexts | null = before;
  let change: IJobChange | null = null;
  for (let again = false; !change; again = true) {
    const body: ChangeForm = new ChangeForm(texts, partitions, trans);
    if (again) {
      body.complain();
    }
    texts = await launch(chosen, body, trans);
    if (!texts) {
      return null;
    }
    change = changeOf(before, texts);
  }
  return Object.keys(change).length > 0 ? change : null;
}

async function launch(
  chosen: readonly IJob[],
  body: ChangeForm,
  trans: TranslationBundle
): Promise<IChangeTexts | null> {
  const [first] = chosen;
  const { button, value } = await new Dialog({
    title:
      chosen.length === 1 && first
        ? trans.__('Change %1', first.name)
        : trans.__('Change %1 jobs', chosen.length),
    body,
    focusNodeSelector: 'input',
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Change') })
    ]
  }).launch();
  return button.accept ? value : null;
}
