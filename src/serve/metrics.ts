// What the service counts, in the text form that Prometheus reads.

/** Upper ends of the classes that durations are counted in, in seconds. */
const CLASSES = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

interface Durations {
  readonly classes: number[]
  sum: number
  count: number
}

/** A number that is looked up when it is asked for. */
export interface Gauge {
  readonly help: string
  readonly kind?: 'gauge' | 'counter'
  read(): number
}

export class Metrics {
  readonly #requests = new Map<string, number>()
  readonly #durations = new Map<string, Durations>()
  readonly #gauges: Readonly<Record<string, Gauge>>

  /** @param gauges by their names, behind `signllm_` */
  constructor(gauges: Readonly<Record<string, Gauge>>) {
    this.#gauges = gauges
  }

  /** Counts a request that was answered to its end. `route` is the pattern, not what was asked for: there must be few. */
  observe(route: string, status: number, seconds: number): void {
    const key = `route="${route}",status="${status}"`
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1)
    const durations = this.#durations.get(route) ?? { classes: CLASSES.map(() => 0), sum: 0, count: 0 }
    this.#durations.set(route, durations)
    CLASSES.forEach((end, i) => {
      if (seconds <= end) durations.classes[i]!++
    })
    durations.sum += seconds
    durations.count++
  }

  /** All of it as text. */
  text(): string {
    const lines = [
      '# HELP signllm_requests_total Requests answered.',
      '# TYPE signllm_requests_total counter',
      ...[...this.#requests].map(([labels, count]) => `signllm_requests_total{${labels}} ${count}`),
      '# HELP signllm_request_seconds Time from a request to the end of its answer.',
      '# TYPE signllm_request_seconds histogram',
      ...[...this.#durations].flatMap(([route, durations]) => histogram(`route="${route}"`, durations)),
      ...Object.entries(this.#gauges).flatMap(([name, { help, kind = 'gauge', read }]) => [
        `# HELP signllm_${name} ${help}`,
        `# TYPE signllm_${name} ${kind}`,
        `signllm_${name} ${read()}`,
      ]),
    ]
    return `${lines.join('\n')}\n`
  }
}

const histogram = (labels: string, { classes, sum, count }: Durations): string[] => [
  ...CLASSES.map((end, i) => `signllm_request_seconds_bucket{${labels},le="${end}"} ${classes[i]}`),
  `signllm_request_seconds_bucket{${labels},le="+Inf"} ${count}`,
  `signllm_request_seconds_sum{${labels}} ${sum}`,
  `signllm_request_seconds_count{${labels}} ${count}`,
]
