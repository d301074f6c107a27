type Colour = readonly [number, number, number];

/** A rectangle in pixels; `right` and `bottom` are outside of it. */
export interface IBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What a desktop shows: red, green, blue, alpha of each pixel. */
export class Picture {
  constructor(
    readonly width: number,
    readonly height: number,
    private readonly _data: Buffer
  ) {}

  /** The colour of a pixel; the alpha of one that nothing has painted is 0. */
  at(x: number, y: number): Colour {
    const start = 4 * (y * this.width + x);
    const [red = 0, green = 0, blue = 0] = this._data.subarray(
      start,
      start + 3
    );
    return [red, green, blue];
  }

  /** How many pixels have nearly this colour, in the box or everywhere. */
  count(colour: Colour, box?: IBox): number {
    let found = 0;
    this._each(box, start => {
      found += this._like(start, colour) ? 1 : 0;
    });
    return found;
  }

  /** The smallest box around all pixels of nearly this colour. */
  box(colour: Colour): IBox {
    const box = { left: this.width, top: this.height, right: 0, bottom: 0 };
    this._each(undefined, (start, x, y) => {
      if (this._like(start, colour)) {
        box.left = Math.min(box.left, x);
        box.top = Math.min(box.top, y);
        box.right = Math.max(box.right, x + 1);
        box.bottom = Math.max(box.bottom, y + 1);
      }
    });
    return box;
  }

  /** How many pixels something has painted, in the box or everywhere. */
  painted(box?: IBox): number {
    let found = 0;
    this._each(box, start => {
      found += this._data[start + 3] ? 1 : 0;
    });
    return found;
  }

  /** How many pixels differ visibly; all of them when the sizes do. */
  difference(other: Picture, box?: IBox): number {
    if (other.width !== this.width || other.height !== this.height) {
      return this.width * this.height;
    }
    let found = 0;
    this._each(box, start => {
      const far = [0, 1, 2, 3].some(
        part =>
          Math.abs(this._value(start + part) - other._value(start + part)) > 24
      );
      found += far ? 1 : 0;
    });
    return found;
  }

  private _value(place: number): number {
    return this._data[place] ?? 0;
  }

  private _like(start: number, colour: Colour): boolean {
    return (
      this._value(start + 3) > 0 &&
      Math.abs(this._value(start) - colour[0]) < 24 &&
      Math.abs(this._value(start + 1) - colour[1]) < 24 &&
      Math.abs(this._value(start + 2) - colour[2]) < 24
    );
  }

  private _each(
    box: IBox | undefined,
    visit: (start: number, x: number, y: number) => void
  ): void {
    const right = Math.min(this.width, box?.right ?? this.width);
    const bottom = Math.min(this.height, box?.bottom ?? this.height);
    for (let y = Math.max(0, box?.top ?? 0); y < bottom; y += 1) {
      for (let x = Math.max(0, box?.left ?? 0); x < right; x += 1) {
        visit(4 * (y * this.width + x), x, y);
      }
    }
  }
}
