// What has been loaded, so that nothing is loaded twice, and what cannot be had is not asked for again with each row. Knows no DOM.

const kept = 400; // pictures of viewers are about 40 kB each once drawn
const patience = 60_000; // ms until what failed is tried again

interface Load {
  state: "loading" | "there" | "gone";
  at: number; // when it was settled
  settled: Promise<void>;
  thing?: unknown; // what was loaded, held so that the browser holds it
}

export class Loads {
  private readonly known = new Map<string, Load>(); // the one wanted last is last

  constructor(private readonly fetch: (src: string) => Promise<unknown>, private readonly now: () => number = () => performance.now()) {}

  /** How src stands. What is not known begins to load. */
  state(src: string): Load["state"] {
    return this.load(src).state;
  }

  /** Comes when src is there or gone; never fails. */
  settled(src: string): Promise<void> {
    return this.load(src).settled;
  }

  private load(src: string): Load {
    let load = this.known.get(src);
    if (!load || (load.state === "gone" && this.now() - load.at > patience)) load = this.begin(src);
    this.known.delete(src);
    this.known.set(src, load);
    const [oldest] = this.known.keys();
    if (this.known.size > kept && oldest !== undefined) this.known.delete(oldest);
    return load;
  }

  private begin(src: string): Load {
    const load: Load = { state: "loading", at: 0, settled: Promise.resolve() };
    const end = (state: Load["state"], thing?: unknown): void => {
      load.state = state;
      load.at = this.now();
      load.thing = thing;
    };
    load.settled = this.fetch(src).then((thing) => end("there", thing), () => end("gone"));
    return load;
  }
}
