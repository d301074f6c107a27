import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { duration } from '../format';
import { grouped } from '../jobview';
import {
  groupsOf,
  histogram,
  MARKS,
  outcomeWords,
  placeOf,
  timesWords
} from '../lookback';
import type { IGroup, ITimes } from '../lookback';
import type { IJob } from '../tokens';

/** Size of a chart and number of its bars. */
const WIDTH = 180;
const HEIGHT = 26;
const BINS = 40;

interface IProps {
  readonly jobs: readonly IJob[];
  readonly trans: TranslationBundle;
}

/** How long jobs waited and ran, by where they did so. */
export function HistoryChart({ jobs, trans }: IProps): React.JSX.Element {
  const groups = React.useMemo(() => groupsOf(jobs), [jobs]);
  return (
    <details className="jp-RemoteHistory-chart" open>
      <summary>{trans.__('Waiting and running times')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Where')}</th>
            <th scope="col">{trans.__('Jobs')}</th>
            <th scope="col">
              {trans.__('Waited')} <Scale trans={trans} />
            </th>
            <th scope="col">
              {trans.__('Ran')} <Scale trans={trans} />
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map(group => (
            <Line key={group.name} group={group} trans={trans} />
          ))}
        </tbody>
      </table>
      <p>
        {trans.__(
          'Bars: how many jobs took so long. Half of the jobs are left of the solid line, 90 % left of the dashed one.'
        )}
      </p>
    </details>
  );
}

/** What the places of a chart mean. */
function Scale({
  trans
}: {
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  return (
    <svg width={WIDTH} height={14} aria-hidden="true">
      {MARKS.map(seconds => (
        <text
          key={seconds}
          x={placeOf(seconds) * WIDTH}
          y={11}
          textAnchor={seconds === 1 ? 'start' : 'middle'}
        >
          {duration(seconds, trans).replace('24 h', trans.__('1 d'))}
        </text>
      ))}
    </svg>
  );
}

function Line(props: {
  readonly group: IGroup;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { group, trans } = props;
  const { name, count, outcomes, waited, ran } = group;
  return (
    <tr>
      <th scope="row">{name || trans.__('elsewhere')}</th>
      <td title={outcomeWords(outcomes, trans)}>{grouped(count)}</td>
      <Times times={waited} trans={trans} />
      <Times times={ran} trans={trans} />
    </tr>
  );
}

function Times(props: {
  readonly times: ITimes;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { times, trans } = props;
  return (
    <td>
      <div>
        {times.all.length > 0 && <Chart times={times} />}
        <span>{timesWords(times, trans)}</span>
      </div>
    </td>
  );
}

function Chart({ times }: { readonly times: ITimes }): React.JSX.Element {
  const { all, median, ninety } = times;
  const counts = histogram(all, BINS);
  const most = Math.max(...counts);
  const bar = WIDTH / BINS;
  const lines = [median, ninety].map(seconds => placeOf(seconds) * WIDTH);
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      viewBox={`-1 0 ${WIDTH + 2} ${HEIGHT}`}
      aria-hidden="true"
    >
      {MARKS.map(seconds => (
        <path
          key={seconds}
          data-line="mark"
          d={`M${placeOf(seconds) * WIDTH} 0V${HEIGHT}`}
        />
      ))}
      {counts.map((count, at) => {
        const height = count > 0 ? Math.max(2, (count / most) * HEIGHT) : 0;
        return (
          <rect
            key={at}
            x={at * bar + 0.5}
            y={HEIGHT - height}
            width={bar - 1}
            height={height}
          />
        );
      })}
      {lines.map((x, at) => (
        <path
          key={at}
          data-line={at === 0 ? 'median' : 'ninety'}
          d={`M${x} 0V${HEIGHT}`}
        />
      ))}
    </svg>
  );
}
