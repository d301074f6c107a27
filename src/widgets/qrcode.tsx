import * as React from 'react';

import { qrPath } from '../qrpath';

/** A text as QR code: a picture for the cameras of phones. */
export function QrCode(props: {
  readonly text: string;
  readonly label: string;
}): React.JSX.Element {
  const { text, label } = props;
  const { size, path } = React.useMemo(() => qrPath(text), [text]);
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
