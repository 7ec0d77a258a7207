// The plain-loop twin of shaders/prototype_scores*.wgsl, in float64.

export interface PrototypeShape {
  readonly batch: number
  readonly length: number
  readonly classes: number
  readonly stride: number
}

/** The temperatures of the classes and of time as they act, from 0.01 to 1. */
const held = (temperatures: ArrayLike<number>) =>
  [0, 1].map((i) => Math.min(1, Math.max(Math.fround(0.01), temperatures[i]!))) as [number, number]

/** Visits the cosines that count: of clip b, token t, class v, at place i of s. */
function forEachCosine(
  { batch, length, classes, stride }: PrototypeShape,
  lengths: Uint32Array,
  visit: (b: number, t: number, v: number, i: number) => void,
): void {
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < Math.min(lengths[b]!, length); t++) for (let v = 0; v < classes; v++) visit(b, t, v, (b * length + t) * stride + v)
}

/** overClasses [batch, length, 2] of (highest, Σ e^((S - highest) / τ)) over the classes; overTime [batch, 2, stride] likewise over time */
export function softmaxParts(s: Float64Array, temperatures: ArrayLike<number>, lengths: Uint32Array, shape: PrototypeShape) {
  const { batch, length, stride } = shape
  const [classTemperature, timeTemperature] = held(temperatures)
  const overClasses = new Float64Array(batch * length * 2)
  const overTime = new Float64Array(batch * 2 * stride)
  const [highOfRow, highOfColumn] = [new Float64Array(batch * length).fill(-Infinity), new Float64Array(batch * stride).fill(-Infinity)]
  forEachCosine(shape, lengths, (b, t, v, i) => {
    highOfRow[b * length + t] = Math.max(highOfRow[b * length + t]!, s[i]!)
    highOfColumn[b * stride + v] = Math.max(highOfColumn[b * stride + v]!, s[i]!)
  })
  forEachCosine(shape, lengths, (b, t, v, i) => {
    const [row, column] = [b * length + t, b * stride + v]
    overClasses[2 * row] = highOfRow[row]!
    overClasses[2 * row + 1]! += Math.exp((s[i]! - highOfRow[row]!) / classTemperature)
    overTime[2 * b * stride + v] = highOfColumn[column]!
    overTime[(2 * b + 1) * stride + v]! += Math.exp((s[i]! - highOfColumn[column]!) / timeTemperature)
  })
  return { overClasses, overTime }
}

/** Both softmaxes, as large as s, 0 at padding. */
function shares(s: Float64Array, temperatures: ArrayLike<number>, lengths: Uint32Array, shape: PrototypeShape) {
  const { length, stride } = shape
  const [classTemperature, timeTemperature] = held(temperatures)
  const { overClasses, overTime } = softmaxParts(s, temperatures, lengths, shape)
  const [ofClasses, ofTime] = [new Float64Array(s.length), new Float64Array(s.length)]
  forEachCosine(shape, lengths, (b, t, v, i) => {
    const [row, column] = [2 * (b * length + t), 2 * b * stride + v]
    ofClasses[i] = Math.exp((s[i]! - overClasses[row]!) / classTemperature) / overClasses[row + 1]!
    ofTime[i] = Math.exp((s[i]! - overTime[column]!) / timeTemperature) / overTime[column + stride]!
  })
  return { ofClasses, ofTime }
}

/** map = softmax over classes · softmax over time [batch, length, stride]; p [batch, stride] its sum over time */
export function prototypeScores(s: Float64Array, temperatures: ArrayLike<number>, lengths: Uint32Array, shape: PrototypeShape) {
  const { ofClasses, ofTime } = shares(s, temperatures, lengths, shape)
  const map = ofClasses.map((share, i) => share * ofTime[i]!)
  const p = new Float64Array(shape.batch * shape.stride)
  forEachCosine(shape, lengths, (b, _, v, i) => {
    p[b * shape.stride + v]! += map[i]!
  })
  return { p, map }
}

/** ds as large as s; dTemperature [batch · length, 4], of which columns 0 and 1 sum up to the gradients at both temperatures */
export function prototypeScoresGrad(
  s: Float64Array,
  temperatures: ArrayLike<number>,
  lengths: Uint32Array,
  dp: Float64Array,
  shape: PrototypeShape,
) {
  const { batch, length, stride } = shape
  const [classTemperature, timeTemperature] = held(temperatures)
  const { ofClasses, ofTime } = shares(s, temperatures, lengths, shape)
  const { p } = prototypeScores(s, temperatures, lengths, shape)
  const shared = new Float64Array(batch * length)
  forEachCosine(shape, lengths, (b, t, v, i) => {
    shared[b * length + t]! += dp[b * stride + v]! * ofTime[i]! * ofClasses[i]!
  })
  const ds = new Float64Array(s.length)
  const dTemperature = new Float64Array(batch * length * 4)
  forEachCosine(shape, lengths, (b, t, v, i) => {
    const [row, column] = [b * length + t, b * stride + v]
    const dClass = ofClasses[i]! * (dp[column]! * ofTime[i]! - shared[row]!)
    const dTime = ofTime[i]! * dp[column]! * (ofClasses[i]! - p[column]!)
    ds[i] = dClass / classTemperature + dTime / timeTemperature
    if (temperatures[0] === classTemperature) dTemperature[4 * row]! -= (dClass * s[i]!) / classTemperature ** 2
    if (temperatures[1] === timeTemperature) dTemperature[4 * row + 1]! -= (dTime * s[i]!) / timeTemperature ** 2
  })
  return { ds, dTemperature }
}
