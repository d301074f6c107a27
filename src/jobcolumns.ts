import type { TranslationBundle } from '@jupyterlab/translation';

import { bytes } from './format';
import type { Column } from './joborder';
import {
  clock,
  grouped,
  jobReason,
  jobWord,
  secondsLeft,
  timeUsed,
  timeWords,
  waits
} from './jobview';
import type { IJob } from './tokens';

/** How a column is shown. */
interface IColumn {
  readonly title: (trans: TranslationBundle) => string;
  /** Least width in CSS pixels. */
  readonly least: number;
  /** Share of the room that is left over. */
  readonly grows: number;
  /** Shown until the user chooses. */
  readonly usual: boolean;
  /** Narrow tabs leave out the highest first; 0: never left out. */
  readonly leaves: number;
}

function column(
  title: (trans: TranslationBundle) => string,
  least: number,
  leaves: number,
  { grows = 0, usual = true } = {}
): IColumn {
  return { title, least, grows, usual, leaves };
}

const EXTRA = { usual: false };

/** All columns, in their order. */
const ALL: Readonly<Record<Column, IColumn>> = {
  name: column(trans => trans.__('Name'), 130, 0, { grows: 2 }),
  user: column(trans => trans.__('User'), 80, 2, EXTRA),
  backend: column(trans => trans.__('Backend'), 68, 4),
  job_id: column(trans => trans.__('Id'), 104, 2),
  state: column(trans => trans.__('State'), 100, 0),
  reason: column(trans => trans.__('Reason'), 130, 1, { grows: 3 }),
  line: column(trans => trans.__('Place'), 64, 5, EXTRA),
  starts: column(trans => trans.__('Starts'), 104, 5, EXTRA),
  partition: column(trans => trans.__('Partition'), 80, 6),
  account: column(trans => trans.__('Account'), 84, 5, EXTRA),
  qos: column(trans => trans.__('QOS'), 76, 5, EXTRA),
  nodes: column(trans => trans.__('Nodes'), 92, 7),
  cpus: column(trans => trans.__('CPUs'), 60, 5, EXTRA),
  memory: column(trans => trans.__('Memory'), 76, 5, EXTRA),
  used: column(trans => trans.__('Time / Limit'), 140, 3),
  left: column(trans => trans.__('Time Left'), 92, 5, EXTRA),
  submitted: column(trans => trans.__('Submitted'), 108, 8)
};

/** All columns in their order. */
export const COLUMNS = Object.keys(ALL) as readonly Column[];

/** Those that are shown until the user chooses. */
export const USUAL: readonly Column[] = COLUMNS.filter(each => ALL[each].usual);

/** Those that cannot be left out. */
export const ALWAYS: readonly Column[] = ['name', 'state'];

/** What is not of the columns: the buttons at the end, the space at both ends. */
const BUTTONS = 124;
const EDGES = 24;

/** A state with a bar needs more room. */
const BAR = 184;

export function heading(of: Column, trans: TranslationBundle): string {
  return ALL[of].title(trans);
}

/** Columns that fit into a width in CSS pixels, and how they share it. */
export interface IFit {
  readonly columns: readonly Column[];
  /** Value of `grid-template-columns`, with that of the buttons. */
  readonly template: string;
  /** Least width of a row in CSS pixels. */
  readonly width: number;
}

/**
 * What of the chosen columns is shown: the usual ones leave when there is no
 * room; those that the user added stay, if need be the table scrolls.
 */
export function fit(
  chosen: ReadonlySet<Column>,
  room: number,
  bars: boolean
): IFit {
  const least = (of: Column) => (of === 'state' && bars ? BAR : ALL[of].least);
  let columns = COLUMNS.filter(of => chosen.has(of) || ALWAYS.includes(of));
  const sum = () =>
    columns.reduce((all, of) => all + least(of), BUTTONS + EDGES);
  const goes = columns
    .filter(of => ALL[of].usual && ALL[of].leaves > 0)
    .sort((a, b) => ALL[b].leaves - ALL[a].leaves);
  for (const last of goes) {
    if (sum() <= room) {
      break;
    }
    columns = columns.filter(of => of !== last);
  }
  const template = columns.map(of => {
    const { grows } = ALL[of];
    return grows > 0 ? `minmax(${least(of)}px, ${grows}fr)` : `${least(of)}px`;
  });
  if (!columns.includes('reason')) {
    // Something must take the room that is left.
    template[columns.indexOf('name')] = `minmax(${least('name')}px, 1fr)`;
  }
  return {
    columns,
    template: [...template, `${BUTTONS}px`].join(' '),
    width: sum()
  };
}

/** What stands in a cell. */
export function cellText(
  of: Column,
  job: IJob,
  now: number,
  trans: TranslationBundle
): string {
  switch (of) {
    case 'state':
      return jobWord(job, trans);
    case 'reason':
      return jobReason(job, trans);
    case 'used':
      return job.counts ? '' : timeUsed(job, now, trans);
    case 'left': {
      const left = secondsLeft(job, now);
      return Number.isNaN(left) || job.counts ? '' : clock(left, trans);
    }
    case 'submitted':
      return timeWords(job.submitted, now);
    case 'starts':
      return waits(job) ? timeWords(job.starts, now) : '';
    case 'line':
      return waits(job) && job.line ? grouped(job.line) : '';
    case 'cpus':
      return job.cpus === null ? '' : grouped(job.cpus);
    case 'memory':
      return job.memory === null ? '' : bytes(job.memory);
    default:
      return job[of];
  }
}
