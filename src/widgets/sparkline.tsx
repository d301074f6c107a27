import * as React from 'react';

import type { ITrendPoint } from '../tokens';

/** The points `x,y` of a line through running jobs, in a box; empty: no line. */
export function linePoints(
  trend: readonly ITrendPoint[],
  now: number,
  width: number,
  height: number
): string {
  const [first] = trend;
  const last = trend.at(-1);
  if (!first || !last) {
    return '';
  }
  const span = Math.max(1, now - first[0]);
  const most = Math.max(1, ...trend.map(([, running]) => running));
  const x = (time: number) => ((time - first[0]) / span) * width;
  const y = (count: number) => height - 1 - (count / most) * (height - 2);
  const round = (value: number) => Math.round(value * 10) / 10;
  const points: [number, number][] = [];
  trend.forEach(([time, running], index) => {
    // A count stands until the next one: steps, no slopes.
    const before = trend[index - 1];
    if (before) {
      points.push([x(time), y(before[1])]);
    }
    points.push([x(time), y(running)]);
  });
  points.push([width, y(last[1])]);
  return points.map(([a, b]) => `${round(a)},${round(b)}`).join(' ');
}

/** How many jobs ran, as a small line. */
export function Sparkline(props: {
  readonly trend: readonly ITrendPoint[];
  readonly width: number;
  readonly height: number;
  /** What it says, for those who do not see it. */
  readonly label: string;
}): React.JSX.Element | null {
  const { trend, width, height, label } = props;
  const points = linePoints(trend, Date.now(), width, height);
  if (trend.length < 2) {
    return null;
  }
  return (
    <svg
      className="jp-RemoteSparkline"
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      <title>{label}</title>
      <polygon points={`0,${height} ${points} ${width},${height}`} />
      <polyline points={points} />
    </svg>
  );
}
