// Which rows of a long list are worth having in the page, when each has a height of its own. Pure: no DOM.

export interface Span {
  from: number; // first index shown
  to: number; // one after the last
  before: number; // height of what is above
  after: number; // height of what is below
}

/** The heights of a list's items, measured as they are seen and guessed until then. */
export class Heights<T extends object> {
  private measured = new WeakMap<T, number>();
  private count = 0;
  private offsets = new Float64Array(1); // offsets[i] is the top of item i; the last is the height of all

  constructor(private readonly guess: number) {}

  /** Lays the items out one below the other. */
  layout(items: readonly T[]): void {
    if (this.offsets.length < items.length + 1) this.offsets = new Float64Array((items.length + 1) * 2);
    let top = 0;
    for (let i = 0; i < items.length; i++) {
      this.offsets[i] = top;
      top += this.measured.get(items[i]!) ?? this.guess;
    }
    this.offsets[items.length] = top;
    this.count = items.length;
  }

  /** Notes a height and says whether it is news. */
  measure(item: T, height: number): boolean {
    if (height === 0 || this.measured.get(item) === height) return false;
    this.measured.set(item, height);
    return true;
  }

  /** Forgets every height: the list has another width now. */
  forget(): void {
    this.measured = new WeakMap();
  }

  top(index: number): number {
    return this.offsets[Math.min(index, this.count)]!;
  }

  get total(): number {
    return this.offsets[this.count]!;
  }

  /** The item at a distance from the top of the list. */
  at(y: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offsets[middle]! <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** What a window over the list shows, with some items more on either side. */
  span(scrollTop: number, height: number, more: number): Span {
    if (this.count === 0) return { from: 0, to: 0, before: 0, after: 0 };
    const from = Math.max(0, this.at(scrollTop) - more);
    const to = Math.min(this.count, this.at(scrollTop + height) + 1 + more);
    return { from, to, before: this.top(from), after: this.total - this.top(to) };
  }
}
