import encodeQR from 'qr';
import * as React from 'react';

/** White around the code that readers need, in its dots. */
const QUIET = 4;

/** A text as QR code: a picture for the cameras of phones. */
export function QrCode(props: {
  readonly text: string;
  readonly label: string;
}): React.JSX.Element {
  const { text, label } = props;
  const { size, path } = React.useMemo(() => draw(text), [text]);
  // Dark on light in every theme: few readers know the other way round.
  return (
    <svg
      className="jp-RemoteQr"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Dots of the code as one path, each a square of side 1. */
function draw(text: string): { size: number; path: string } {
  const rows = encodeQR(text, 'raw', { border: QUIET });
  const path = rows
    .flatMap((row, y) =>
      row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))
    )
    .join('');
  return { size: rows.length, path };
}
