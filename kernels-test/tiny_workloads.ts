// Every kernel at a shape so small that an interpreter can walk through it. The numbers do not matter, the addresses do.

import { type Workload, workload } from '../bench/workload.js'
import { adamw } from '../src/kernels/adamw.js'
import { add } from '../src/kernels/add.js'
import { attention, attentionDelta, attentionGradKeyValue, attentionGradQuery } from '../src/kernels/attention.js'
import {
  attentionDropped,
  attentionDroppedGradKeyValue,
  attentionDroppedGradQuery,
  attentionHalfDropped,
  attentionHalfDroppedGradKeyValue,
  attentionHalfDroppedGradQuery,
} from '../src/kernels/attention_dropped.js'
import { attentionHalf, attentionHalfGradKeyValue, attentionHalfGradQuery } from '../src/kernels/attention_half.js'
import { attentionRow } from '../src/kernels/attention_row.js'
import { averagePool, averagePoolGrad } from '../src/kernels/average_pool.js'
import { bandedAttention, bandedAttentionGrad } from '../src/kernels/banded_attention.js'
import {
  batchNorm,
  batchNormGrad,
  batchNormMoments,
  batchNormStatistics,
  batchNormSums,
  batchNormWeightGrad,
} from '../src/kernels/batch_norm.js'
import { beamReorder } from '../src/kernels/beam_reorder.js'
import { beamStep } from '../src/kernels/beam_step.js'
import { binaryCrossEntropy, binaryCrossEntropyGrad } from '../src/kernels/binary_cross_entropy.js'
import { boneJoints, boneJointsGrad } from '../src/kernels/bone_joints.js'
import { boneLoss, boneLossGrad, boneLossReport } from '../src/kernels/bone_loss.js'
import { cacheAppend } from '../src/kernels/cache_append.js'
import { chosenRows, chosenRowsGrad } from '../src/kernels/chosen_rows.js'
import { classToken, classTokenGrad, classTokenWeightGrad } from '../src/kernels/class_token.js'
import { clipRows, clipRowsGrad } from '../src/kernels/clip_rows.js'
import { clipScale } from '../src/kernels/clip_scale.js'
import { columnSum } from '../src/kernels/column_sum.js'
import { contrastivePairs, contrastivePairsGrad } from '../src/kernels/contrastive_pairs.js'
import { contrastivePrediction, contrastivePredictionGrad, contrastivePredictionGradRows } from '../src/kernels/contrastive_prediction.js'
import { crossEntropy, crossEntropyGrad } from '../src/kernels/cross_entropy.js'
import { ctc, ctcGrad, ctcGradLabels, ctcLogSum } from '../src/kernels/ctc.js'
import { ctcAlign } from '../src/kernels/ctc_align.js'
import { dropout } from '../src/kernels/dropout.js'
import { elementClip } from '../src/kernels/element_clip.js'
import { embedding, embeddingGrad } from '../src/kernels/embedding.js'
import { errorSpread } from '../src/kernels/error_spread.js'
import { fill, fillWhole } from '../src/kernels/fill.js'
import { forwardKinematics } from '../src/kernels/forward_kinematics.js'
import { frameAugment, TRANSFORM } from '../src/kernels/frame_augment.js'
import { frameNoise } from '../src/kernels/frame_noise.js'
import { gelu, geluGrad } from '../src/kernels/gelu.js'
import { geluErf, geluErfGrad } from '../src/kernels/gelu_erf.js'
import { glossAttention, glossAttentionGrad, glossAttentionGradMemory, glossAttentionPlaces } from '../src/kernels/gloss_attention.js'
import { headColumns } from '../src/kernels/head_columns.js'
import { headGate, headGateGrad } from '../src/kernels/head_gate.js'
import { imagePatches, imagePatchesGrad } from '../src/kernels/image_patches.js'
import { joinedRows, joinedRowsPart, joinedRowsPartGrad } from '../src/kernels/joined_rows.js'
import { kernelMean, kernelMeanGrad } from '../src/kernels/kernel_mean.js'
import { layerNorm, layerNormGrad, layerNormWeightGrad } from '../src/kernels/layer_norm.js'
import { liftFrame } from '../src/kernels/lift_frame.js'
import { liftLengths } from '../src/kernels/lift_lengths.js'
import { liftStart } from '../src/kernels/lift_start.js'
import { linear, linearGrad, linearWeightGrad } from '../src/kernels/linear.js'
import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import { linearRow } from '../src/kernels/linear_row.js'
import { linearStored, linearStoredGrad } from '../src/kernels/linear_stored.js'
import { loraDown, loraDownGrad, loraDownWeightGrad } from '../src/kernels/lora_down.js'
import { loraUp, loraUpGrad, loraUpWeightGrad } from '../src/kernels/lora_up.js'
import { lossScale, lossScaleUpdate } from '../src/kernels/loss_scale.js'
import { matching, matchingGrad } from '../src/kernels/matching.js'
import { maxPool, maxPoolGrad } from '../src/kernels/max_pool.js'
import { meanPool, meanPoolGrad } from '../src/kernels/mean_pool.js'
import { mixFrames } from '../src/kernels/mix_frames.js'
import { nearestCode, nearestCodeGrad, nearestCodeWeightGrad } from '../src/kernels/nearest_code.js'
import { nextFrame } from '../src/kernels/next_frame.js'
import { nextToken } from '../src/kernels/next_token.js'
import { pointLoss, pointLossGrad } from '../src/kernels/point_loss.js'
import { poseLoss, poseLossGrad, poseLossReport } from '../src/kernels/pose_loss.js'
import { prefixAttentionRow } from '../src/kernels/prefix_attention_row.js'
import { prototypeScores, prototypeScoresClasses, prototypeScoresGrad, prototypeScoresMap } from '../src/kernels/prototype_scores.js'
import { relu, reluGrad } from '../src/kernels/relu.js'
import { rewardWeights } from '../src/kernels/reward_weights.js'
import { rotary } from '../src/kernels/rotary.js'
import { scaledResidual, scaledResidualGrad, scaledResidualWeightGrad } from '../src/kernels/scaled_residual.js'
import { scoreColumns } from '../src/kernels/score_columns.js'
import { seenGoal } from '../src/kernels/seen_goal.js'
import { sgd } from '../src/kernels/sgd.js'
import { sigmoid, sigmoidGrad } from '../src/kernels/sigmoid.js'
import { signWords } from '../src/kernels/sign_words.js'
import { similarityGap, similarityGapGrad } from '../src/kernels/similarity_gap.js'
import { softsign, softsignGrad } from '../src/kernels/softsign.js'
import { PARTIALS, sumSquares } from '../src/kernels/sum_squares.js'
import { toHalf } from '../src/kernels/to_half.js'
import { tokenSpans, tokenSpansGrad, tokenSpansTotalGrad } from '../src/kernels/token_spans.js'
import { topLogProbs } from '../src/kernels/top_log_probs.js'
import { unitRows, unitRowsGrad } from '../src/kernels/unit_rows.js'
import {
  PLACES,
  upsampling,
  upsamplingGrad,
  upsamplingGradPhase,
  upsamplingGradSpans,
  upsamplingWeights,
} from '../src/kernels/upsampling.js'
import { vocabularyCrossEntropy, vocabularyCrossEntropyGrad } from '../src/kernels/vocabulary_cross_entropy.js'
import { vocabularyEmbedding, vocabularyEmbeddingGrad, vocabularyEmbeddingHalf } from '../src/kernels/vocabulary_embedding.js'
import { vocabularyTop } from '../src/kernels/vocabulary_top.js'
import { windows, windowsGrad } from '../src/kernels/windows.js'
import { wordMeans, wordMeansGrad, wordMeansWeightGrad } from '../src/kernels/word_means.js'

const note = 'tiny'
const lengths = Uint32Array.of(3, 2)
const layout = { queryStride: 24, keyStride: 24, keyColumn: 8, valueColumn: 16 }
const heads = { batch: 2, queries: 3, keys: 3, heads: 2, headWidth: 4, causal: 1, scale: 0.5, ...layout }
const droppedHeads = { ...heads, stream: 1, rate: 0.5 }
const [rows, qkv, rowStats] = [2 * 3 * 8, 2 * 3 * 24, 2 * 2 * 3]
const banded = { batch: 2, length: 3, heads: 2, headWidth: 4, reach: 1, padded: 0, scale: 0.5, stream: 1, rate: 0.5 }
const glossed = { batch: 2, length: 3, heads: 2, samples: 3 }
// Each frame's samples lie between the first two frames.
const between = Float32Array.from({ length: 144 }, (_, i) => [0, 0.5, 1, 1][i % 4]!)
const taken = Uint32Array.of(0, 4, 1, 4, 0, 5)
// The last prediction has nothing to come.
const partners = Uint32Array.of(1, 2, 3, 2, 3, 6, 0, 3, 5, 1, 5, 6)
const halves = (n: number) => new Uint32Array(n / 2)
const given = { q: qkv, k: qkv, v: qkv }
const givenHalves = { q: halves(qkv), k: halves(qkv), v: halves(qkv) }
const stats = { rowStats: 2 * rowStats, keyLengths: lengths }
const seed = Uint32Array.of(1, 2, 0, 0)
const product = { rows: 5, inner: 8, cols: 12, hasBias: 1 }
const finish = { activation: 1, hasResidual: 1 }
const clips3 = { batch: 2, length: 3, width: 8 }
const norm = { rows: 5, width: 8 }
const paths = { length: 3, stream: 1, rate: 0.5 }
// Of two clips of three frames, a neighbour and a frame further off of each; the last frame is padding.
const pairs = {
  partner: Uint32Array.of(1, 2, 2, 9, 1, 0, 1, 9, 0, 9, 9, 9),
  start: Uint32Array.of(0, 1, 3, 5, 6, 7, 7),
  reverse: Uint32Array.of(5, 0, 4, 1, 2, 8, 6, 0, 0, 0, 0, 0),
}
// Two pictures of two patches each, whose rows have a column of padding.
const pictures = { images: 2, channels: 3, height: 3, width: 6, side: 3, stride: 28 }
const framed = { batch: 2, length: 3, images: 4, tokens: 2, width: 8, first: 1 }
// Lifting: two clips of 1 and 2 frames, and a frame of padding.
const lifting = { frames: 4, clips: 2 }
const ragged = { boneLength: 50, frameClip: Uint32Array.of(0, 1, 1, 9), clips: Uint32Array.of(0, 1, 1, 2) }
const adam = { rule: 1, rate: 0.02, meanDecay: 0.9, squareDecay: 0.95 }
// Two frames of padding in the second of two clips; its two labels are alike.
const aligned = { batch: 2, frames: 5, labelRoom: 2, classes: 6, stride: 8, blank: 0 }
const labelled = { labels: Uint32Array.of(1, 2, 3, 3), labelLengths: Uint32Array.of(2, 2), lengths: Uint32Array.of(5, 3) }
// Six classes of three tokens of a clip and two of another.
const prototypes = { batch: 2, length: 3, classes: 6, stride: 8 }
const temperatures = Float32Array.of(0.1, 0.1, 0, 0)
// Three tokens and four frames of each of two clips.
const spanned = { batch: 2, tokens: 3, stride: 4 }
const clock = { ...spanned, length: 4, column: 0, unit: 1 }
const loss = { batch: 2, length: 3, stride: 8, kind: 0 }
const boned = { batch: 2, length: 3, stride: 152, bones: 1, velocity: 1 }

// A shard of a vocabulary: its logits, and its table.
const shardSize = { rows: 5, classes: 6, stride: 8, first: 6, total: 13, ignored: 1, smoothing: 0.1 }
const shardRows = { rows: 4, width: 8, first: 4, count: 3, scale: 2 }
const shardIds = Uint32Array.of(5, 0, 6, 9)
const shardPlaces = Uint32Array.of(0, 1, 0, 1)

// Windows of 3 × 3, two apart, over two samples of 3 lines and 5 columns.
const seenSteps = { kernelHeight: 3, kernelWidth: 3, step: 2, edge: 1 }
const seenImage = { batch: 2, height: 3, width: 5, down: 2, across: 3 }
const seenWindows = { ...seenImage, channels: 2, stride: 4, columns: 20, filled: 0, ...seenSteps }
const seenPools = { ...seenImage, channels: 4, ...seenSteps }

export const tinyWorkloads: readonly Workload[] = [
  workload(
    adamw,
    note,
    { n: 12, decayed: 8, weightDecay: 0.1, decoupled: 1 },
    { gradient: 12, clip: 2, hyper: 8, weight: 12, first: 12, second: 12 },
  ),
  workload(add, note, { n: 12 }, { a: 12, b: 12, y: 12 }),
  workload(seenGoal, note, { n: 12 }, { pred: 12, goal: 12, seen: 12, y: 12 }),
  workload(attention, note, heads, { ...given, keyLengths: lengths, y: rows, logSumExp: rowStats }),
  workload(
    attentionDelta,
    note,
    { batch: 2, queries: 3, heads: 2, headWidth: 4 },
    { y: rows, dy: rows, logSumExp: rowStats, rowStats: 2 * rowStats },
  ),
  workload(attentionGradQuery, note, heads, { ...given, dy: rows, ...stats, dq: qkv }),
  workload(attentionGradKeyValue, note, heads, { ...given, dy: rows, ...stats, dkv: qkv }),
  workload(attentionHalf, note, heads, { ...givenHalves, keyLengths: lengths, y: rows, logSumExp: rowStats }),
  workload(attentionHalfGradQuery, note, heads, { ...givenHalves, dy: halves(rows), ...stats, dq: qkv }),
  workload(attentionHalfGradKeyValue, note, heads, { ...givenHalves, dy: halves(rows), ...stats, dkv: qkv }),
  workload(attentionDropped, note, droppedHeads, { ...given, keyLengths: lengths, y: rows, logSumExp: rowStats, seed }),
  workload(attentionDroppedGradQuery, note, droppedHeads, { ...given, dy: rows, ...stats, dq: qkv, seed }),
  workload(attentionDroppedGradKeyValue, note, droppedHeads, { ...given, dy: rows, ...stats, dkv: qkv, seed }),
  workload(attentionHalfDropped, note, droppedHeads, { ...givenHalves, keyLengths: lengths, y: rows, logSumExp: rowStats, seed }),
  workload(attentionHalfDroppedGradQuery, note, droppedHeads, { ...givenHalves, dy: halves(rows), ...stats, dq: qkv, seed }),
  workload(attentionHalfDroppedGradKeyValue, note, droppedHeads, { ...givenHalves, dy: halves(rows), ...stats, dkv: qkv, seed }),
  workload(
    attentionRow,
    note,
    { batch: 2, share: 1, capacity: 3, heads: 2, headWidth: 4, extra: 0, scale: 0.5, queryStride: 24 },
    { q: 48, cache: 96, lengths, y: 16 },
  ),
  workload(batchNorm, note, { ...clips3, epsilon: 1 }, { x: 48, lengths, statistics: 16, gamma: 8, beta: 8, y: 48 }),
  workload(
    batchNormGrad,
    note,
    { ...clips3, epsilon: 1, accumulate: 1 },
    { x: 48, lengths, statistics: 16, gamma: 8, dy: 48, means: 16, dx: 48 },
  ),
  workload(batchNormMoments, note, { ...clips3, slice: 2 }, { x: 48, lengths, moments: 64 }),
  workload(batchNormStatistics, note, { ...clips3, slice: 2, momentum: 0.1 }, { moments: 64, lengths, statistics: 16, running: 16 }),
  workload(batchNormSums, note, { ...clips3, slice: 2, epsilon: 1 }, { x: 48, lengths, statistics: 16, dy: 48, sums: 64 }),
  workload(batchNormWeightGrad, note, { ...clips3, slice: 2 }, { sums: 64, lengths, dGamma: 8, dBeta: 8, means: 16 }),
  workload(
    beamStep,
    note,
    { batch: 2, beams: 2, classes: 4, stride: 4, capacity: 3, end: 3 },
    {
      logits: 16,
      scores: 4,
      finished: new Uint32Array(4),
      input: new Uint32Array(4),
      parent: new Uint32Array(4),
      trail: new Uint32Array(24),
      lengths: new Uint32Array(4),
      done: new Uint32Array(2),
    },
  ),
  workload(
    beamReorder,
    note,
    { rows: 4, beams: 2, capacity: 3, width: 8 },
    { x: 96, parent: Uint32Array.of(1, 0, 0, 1), lengths: Uint32Array.of(2, 2, 3, 3), y: 96 },
  ),
  workload(binaryCrossEntropy, note, { rows: 3, classes: 6, stride: 8 }, { p: 24, goal: 24, loss: 3 }),
  workload(binaryCrossEntropyGrad, note, { rows: 3, classes: 6, stride: 8 }, { p: 24, goal: 24, coefficient: 3, dp: 24 }),
  workload(boneJoints, note, { rows: 2, length: 1, stride: 152 }, { x: 304, place: 600, boneLength: 100, y: 304 }),
  workload(boneJointsGrad, note, { rows: 2, length: 1, stride: 152 }, { x: 304, place: 600, boneLength: 100, dy: 304, dx: 304 }),
  workload(cacheAppend, note, { batch: 2, capacity: 4, width: 8, stride: 12, column: 4 }, { x: 24, lengths, cache: 64 }),
  workload(classToken, note, { images: 2, patches: 2, width: 8 }, { x: 32, token: 8, positions: 24, y: 48 }),
  workload(classTokenGrad, note, { images: 2, patches: 2, width: 8, accumulate: 1 }, { dy: 48, dx: 32 }),
  workload(classTokenWeightGrad, note, { images: 2, tokens: 3, width: 8 }, { dy: 48, dtoken: 8, dpositions: 24 }),
  workload(clipRows, note, { ...framed, keep: 1 }, { x: 64, lengths, y: 48 }),
  workload(clipRowsGrad, note, { ...framed, accumulate: 1 }, { dy: 48, lengths, dx: 64 }),
  workload(clipScale, note, { partials: 8, limit: 1 }, { partial: 8, clip: 2 }),
  workload(columnSum, note, { rows: 5, cols: 8 }, { x: 40, sum: 8 }),
  workload(
    contrastivePairs,
    note,
    { ...clips3, positives: 1, slots: 2, form: 0, maxDistance: 2 },
    { x: 48, partner: pairs.partner, weight: 12, result: 24 },
  ),
  workload(
    contrastivePairsGrad,
    note,
    // One vector a frame: the interpreter's division would make fractions of a frame of two.
    { ...clips3, width: 4, slots: 2, form: 0, accumulate: 1 },
    { x: 24, partner: pairs.partner, result: 24, share: 12, start: pairs.start, reverse: pairs.reverse, dx: 24 },
  ),
  workload(
    crossEntropy,
    note,
    { rows: 3, classes: 6, stride: 8, ignored: 1, smoothing: 0.1, kind: 0 },
    { logits: 24, goal: Uint32Array.of(0, 1, 5), result: 6 },
  ),
  workload(
    crossEntropyGrad,
    note,
    { rows: 3, classes: 6, stride: 8, ignored: 1, smoothing: 0.1, kind: 1 },
    { logits: 24, goal: Uint32Array.of(0, 1, 5), result: 6, coefficient: 3, dlogits: 24 },
  ),
  workload(ctc, note, { ...aligned, ways: 2 }, { logits: 80, top: 10, ...labelled, paths: 100, report: 4, owners: new Uint32Array(8) }),
  workload(ctcAlign, note, aligned, { logits: 80, top: 10, ...labelled, best: 50, path: new Uint32Array(10), report: 4 }),
  workload(ctcGrad, note, aligned, { logits: 80, top: 10, lengths: labelled.lengths, report: 4, coefficient: 2, dlogits: 80 }),
  workload(ctcGradLabels, note, aligned, {
    paths: 100,
    owners: Uint32Array.of(1, 0xffffffff, 2, 0xffffffff, 3, 1, 0xffffffff, 0xffffffff),
    lengths: labelled.lengths,
    report: 4,
    coefficient: 2,
    dlogits: 80,
  }),
  workload(ctcLogSum, note, aligned, { logits: 80, lengths: labelled.lengths, top: 10 }),
  workload(dropout, note, { n: 12, stream: 1, rate: 0.5 }, { x: 12, seed: Uint32Array.of(1, 2, 0, 0), y: 12 }),
  workload(elementClip, note, { n: 12, limit: 0.25, scaled: 1 }, { scaling: 8, x: 12 }),
  workload(
    embedding,
    note,
    { rows: 4, length: 2, width: 8, scale: 2 },
    { ids: Uint32Array.of(0, 1, 1, 2), table: 24, positions: 16, y: 32 },
  ),
  workload(
    embeddingGrad,
    note,
    { rows: 4, width: 8, scale: 2 },
    { dy: 32, uniqueIds: Uint32Array.of(0, 1, 2, 0), starts: Uint32Array.of(0, 1, 3, 4, 4), order: Uint32Array.of(0, 1, 2, 3), dTable: 24 },
  ),
  workload(errorSpread, note, { batch: 2, length: 3, stride: 8 }, { pred: 48, goal: 48, frames: lengths, spread: 16 }),
  workload(forwardKinematics, note, lifting, { pose: 800, ...ragged, position: 800 }),
  workload(
    frameAugment,
    note,
    { frames: 2, size: 2 },
    {
      pixels: new Uint32Array(9),
      places: Uint32Array.of(0, 3, 3, 0, 0, 0, 0, 0),
      transforms: Float32Array.from({ length: 2 * TRANSFORM }, () => 1),
      y: 24,
    },
  ),
  workload(
    frameNoise,
    note,
    { rows: 5, stride: 8, coords: 6, stream: 1, rate: 1 },
    { x: 40, sigma: 8, seed: Uint32Array.of(1, 2, 0, 0), y: 40 },
  ),
  workload(gelu, note, { n: 12 }, { x: 12, y: 12 }),
  workload(geluGrad, note, { n: 12 }, { x: 12, dy: 12, dx: 12 }),
  workload(geluErf, note, { n: 12 }, { x: 12, y: 12 }),
  workload(geluErfGrad, note, { n: 12 }, { x: 12, dy: 12, dx: 12 }),
  workload(imagePatches, note, pictures, { x: 108, y: 112 }),
  workload(imagePatchesGrad, note, { ...pictures, accumulate: 1 }, { dy: 112, dx: 108 }),
  workload(headColumns, note, { rows: 3, heads: 4, columnsFrom: 5, columnsTo: 8, accumulate: 0 }, { x: 60, y: 96 }),
  workload(headGate, note, { n: 48, heads: 3, headWidth: 8, kind: 1 }, { a: 48, b: 48, gate: 3, y: 48 }),
  workload(headGateGrad, note, { rows: 2, heads: 3, headWidth: 8, shares: 4, kind: 0 }, { dy: 48, b: 48, gate: 3, db: 48, share: 8 }),
  workload(layerNorm, note, { ...norm, epsilon: 1e-6 }, { x: 40, gamma: 8, beta: 8, y: 40, stats: 10 }),
  workload(layerNormGrad, note, { ...norm, accumulate: 1 }, { x: 40, gamma: 8, stats: 10, dy: 40, dx: 40 }),
  workload(layerNormWeightGrad, note, norm, { x: 40, stats: 10, dy: 40, dGamma: 8, dBeta: 8 }),
  workload(
    liftFrame,
    note,
    { ...lifting, ...adam, smoothness: 0.1 },
    { target2d: 800, position: 800, ...ragged, pose: 800, moments: 800, lengthGrad: 108 },
  ),
  workload(
    liftLengths,
    note,
    { ...lifting, ...adam, lengthCost: 0.001 },
    { lengthGrad: 108, clips: ragged.clips, lengthMask: 50, logLength: 50, boneLength: 50, moments: 100, report: 54 },
  ),
  workload(liftStart, note, lifting, { target2d: 800, root: 16, boneLength: 50, frameClip: ragged.frameClip, pose: 800 }),
  workload(
    linear,
    note,
    { ...product, ...finish, stream: 1, rate: 0.5 },
    { x: 40, w: 96, b: 12, residual: 60, seed: Uint32Array.of(1, 2, 0, 0), y: 60 },
  ),
  workload(linearGrad, note, { rows: 5, inner: 8, cols: 12, accumulate: 1, gated: 1, rate: 0.5 }, { dy: 60, w: 96, x: 40, dx: 40 }),
  workload(linearWeightGrad, note, product, { x: 40, dy: 60, dw: 96, db: 12 }),
  workload(
    linearHalf,
    note,
    { ...product, ...finish, stream: 1, rate: 0.5 },
    { x: 40, w: new Uint32Array(48), b: 12, residual: 60, seed: Uint32Array.of(1, 2, 0, 0), y: 60 },
  ),
  workload(
    linearHalfGrad,
    note,
    { rows: 5, inner: 8, cols: 12, accumulate: 1, gated: 1, rate: 0.5 },
    { dy: 60, w: new Uint32Array(48), x: 40, dx: 40 },
  ),
  workload(linearHalfWeightGrad, note, product, { x: 40, dy: 60, dw: 96, db: 12 }),
  workload(
    linearStored,
    note,
    { ...product, ...finish, stream: 1, rate: 0.5 },
    { x: 40, w: new Uint32Array(48), b: 12, residual: 60, seed: Uint32Array.of(1, 2, 0, 0), y: 60 },
  ),
  workload(
    linearStoredGrad,
    note,
    { rows: 5, inner: 8, cols: 12, accumulate: 1, gated: 1, rate: 0.5 },
    { dy: 60, w: new Uint32Array(48), x: 40, dx: 40 },
  ),
  workload(linearRow, note, { ...product, ...finish }, { x: 40, w: 96, b: 12, residual: 60, y: 60 }),
  workload(
    loraDown,
    note,
    { rows: 5, width: 8, rank: 4, parts: 2, scale: 1, stream: 1, rate: 0.5 },
    { x: 40, a: 64, seed: Uint32Array.of(1, 2, 0, 0), h: 40 },
  ),
  workload(
    loraDownGrad,
    note,
    { rows: 5, width: 8, rank: 4, parts: 2, stream: 1, rate: 0.5, accumulate: 1 },
    { dh: 40, a: 64, seed: Uint32Array.of(1, 2, 0, 0), dx: 40 },
  ),
  workload(
    loraDownWeightGrad,
    note,
    { rows: 5, width: 8, rank: 4, parts: 2, stream: 1, rate: 0.5 },
    { dh: 40, x: 40, seed: Uint32Array.of(1, 2, 0, 0), da: 64 },
  ),
  workload(
    loraUp,
    note,
    { rows: 5, width: 8, rank: 4, parts: 2, hasResidual: 1, stream: 1, rate: 0.5 },
    { h: 40, b: 64, base: 80, residual: 80, seed: Uint32Array.of(1, 2, 0, 0), y: 80 },
  ),
  workload(loraUpGrad, note, { rows: 5, width: 8, rank: 4, parts: 2, scale: 1 }, { dy: 80, b: 64, dh: 40 }),
  workload(loraUpWeightGrad, note, { rows: 5, width: 8, rank: 4, parts: 2 }, { dy: 80, h: 40, db: 64 }),
  workload(lossScale, note, { n: 3 }, { x: 3, scaling: 8, y: 3 }),
  workload(lossScaleUpdate, note, { partials: 8, limit: 1, interval: 2 }, { partial: 8, hyper: 8, scaling: 8, clip: 2, tuned: 8 }),
  workload(bandedAttention, note, banded, { qkv, lengths, seed: Uint32Array.of(1, 2, 0, 0), y: rows, logSumExp: 12 }),
  workload(bandedAttentionGrad, note, banded, {
    qkv,
    dy: rows,
    rowStats: 2 * rowStats,
    lengths,
    seed: Uint32Array.of(1, 2, 0, 0),
    dqkv: qkv,
  }),
  workload(
    glossAttentionPlaces,
    note,
    { ...glossed, columns: 8, released: 0, stream: 1, rate: 0.5 },
    { offsets: 48, lengths, seed: Uint32Array.of(1, 2, 0, 0), places: 144 },
  ),
  workload(
    glossAttention,
    note,
    { ...glossed, headWidth: 4, scale: 0.5, factor: 1 },
    { q: rows, kv: 2 * rows, places: between, y: rows, logSumExp: 12 },
  ),
  workload(
    glossAttentionGrad,
    note,
    { ...glossed, headWidth: 4, columns: 8, scale: 0.5, factor: 1 },
    { q: rows, kv: 2 * rows, places: between, dy: rows, rowStats: 2 * rowStats, dq: rows, doffsets: 48, pulls: 72 },
  ),
  workload(
    glossAttentionGradMemory,
    note,
    { ...glossed, headWidth: 4, factor: 1 },
    { q: rows, dy: rows, places: between, pulls: 72, dkv: 2 * rows },
  ),
  workload(nearestCode, note, { batch: 2, length: 3, width: 8, count: 5 }, { z: rows, codes: 64, lengths, y: rows, index: 6, distance: 6 }),
  workload(
    nearestCodeGrad,
    note,
    { rows: 6, width: 8, count: 5, through: 1, commitment: 0.25, accumulate: 1 },
    { z: rows, y: rows, dy: rows, index: taken, share: 1, dz: rows },
  ),
  workload(nearestCodeWeightGrad, note, { rows: 6, width: 8, count: 5 }, { z: rows, codes: 64, index: taken, share: 1, dcodes: 64 }),
  workload(
    contrastivePrediction,
    note,
    { predictions: 4, rows: 6, width: 8, slots: 3 },
    { h: 32, z: rows, partner: partners, weight: 12, result: 24 },
  ),
  workload(
    contrastivePredictionGrad,
    note,
    { predictions: 4, rows: 6, width: 8, slots: 3 },
    { z: rows, partner: partners, result: 24, share: 12, dh: 32 },
  ),
  workload(
    contrastivePredictionGradRows,
    note,
    { rows: 6, width: 8, slots: 3, accumulate: 1 },
    {
      h: 32,
      result: 24,
      share: 12,
      start: Uint32Array.of(0, 1, 3, 5, 7, 8, 10),
      reverse: Uint32Array.of(6, 0, 9, 1, 3, 2, 7, 4, 10, 8, 0, 0),
      dz: rows,
    },
  ),
  workload(
    kernelMean,
    note,
    { rows: 6, others: 5, width: 8, widths: 2, apart: 0 },
    { a: rows, shareA: 6, b: 40, shareB: 5, sigma: Float32Array.of(1, 2), sum: 6 },
  ),
  workload(
    kernelMeanGrad,
    note,
    { rows: 6, others: 5, width: 8, widths: 2, apart: 0, scale: -2, accumulate: 1 },
    { a: rows, shareA: 6, b: 40, shareB: 5, sigma: Float32Array.of(1, 2), share: 1, da: rows },
  ),
  workload(similarityGap, note, { rows: 3, width: 8 }, { u: 24, goal: 9, gap: 9 }),
  workload(similarityGapGrad, note, { rows: 3, width: 8, accumulate: 1 }, { u: 24, gap: 9, share: 1, du: 24 }),
  workload(averagePool, note, { n: 32, length: 3, width: 8, padded: 0 }, { x: 48, lengths, y: 32 }),
  workload(averagePoolGrad, note, { n: 48, length: 3, width: 8, padded: 0, accumulate: 1 }, { dy: 32, lengths, dx: 48 }),
  workload(meanPool, note, { batch: 2, length: 3, width: 8 }, { x: 48, lengths, y: 16 }),
  workload(meanPoolGrad, note, { batch: 2, length: 3, width: 8, accumulate: 1 }, { dy: 16, lengths, dx: 48 }),
  workload(
    mixFrames,
    note,
    { batch: 2, length: 3, stride: 8, predStride: 12, coords: 6, stream: 1 },
    { x: 48, pred: 72, frames: lengths, share: Float32Array.of(0.5), seed: Uint32Array.of(1, 2, 0, 0), y: 48 },
  ),
  workload(
    nextFrame,
    note,
    { batch: 2, capacity: 4, stride: 8, coords: 6, predStride: 8, predCounter: 6, inputStride: 8, inputCounter: 6, kept: 4 },
    { pred: 16, policy: 8, lengths: Uint32Array.of(0, 1), done: new Uint32Array(2), input: 16, frames: 64 },
  ),
  workload(
    nextToken,
    note,
    { batch: 2, classes: 6, stride: 8, capacity: 3, end: 3 },
    { logits: 16, lengths: Uint32Array.of(0, 1), done: new Uint32Array(2), input: new Uint32Array(2), tokens: new Uint32Array(6) },
  ),
  workload(poseLoss, note, { ...loss, numbers: 7, coords: 6 }, { pred: 48, goal: 48, frames: lengths, rowSums: 12 }),
  workload(
    poseLossReport,
    note,
    { batch: 2, length: 3, coords: 6 },
    { rowSums: 12, frames: lengths, weight: 2, coefficient: 2, reference: 1, report: 8 },
  ),
  workload(poseLossGrad, note, { ...loss, numbers: 7 }, { pred: 48, goal: 48, frames: lengths, weight: 2, coefficient: 2, dpred: 48 }),
  workload(boneLoss, note, boned, { pred: 912, goal: 912, units: 304, frames: lengths, rowSums: 12 }),
  workload(boneLossReport, note, { batch: 2, length: 3 }, { rowSums: 12, frames: lengths, weight: 2, coefficient: 2, report: 4 }),
  workload(
    boneLossGrad,
    note,
    { ...boned, accumulate: 1 },
    { pred: 912, goal: 912, units: 304, frames: lengths, weight: 2, coefficient: 2, dpred: 912 },
  ),
  workload(prototypeScoresClasses, note, prototypes, { s: 48, temperatures, lengths, overClasses: 12 }),
  workload(prototypeScores, note, prototypes, { s: 48, temperatures, lengths, overClasses: 12, p: 16, overTime: 32 }),
  workload(prototypeScoresMap, note, prototypes, { s: 48, temperatures, overClasses: 12, overTime: 32, map: 48 }),
  workload(prototypeScoresGrad, note, prototypes, {
    s: 48,
    temperatures,
    overClasses: 12,
    overTime: 32,
    p: 16,
    dp: 16,
    ds: 48,
    dTemperature: 24,
  }),
  workload(rewardWeights, note, { batch: 3, kind: 0, intensity: 1, spread: 1 }, { report: 12, weight: 3 }),
  workload(rotary, note, { rows: 4, length: 2, stride: 24, headWidth: 8, turnedHeads: 2, back: 0 }, { x: 96, table: 16, y: 96 }),
  workload(fill, note, { first: 4, n: 4, value: 0 }, { y: 12 }),
  workload(scaledResidual, note, { n: 48, width: 8, ...paths }, { x: 48, branch: 48, gamma: 8, seed: Uint32Array.of(1, 2, 0, 0), y: 48 }),
  workload(
    scaledResidualGrad,
    note,
    { n: 48, width: 8, ...paths, accumulate: 1 },
    { dy: 48, gamma: 8, seed: Uint32Array.of(1, 2, 0, 0), dbranch: 48 },
  ),
  workload(
    scaledResidualWeightGrad,
    note,
    { rows: 6, scales: 8, ...paths },
    { branch: 48, dy: 48, seed: Uint32Array.of(1, 2, 0, 0), dGamma: 8 },
  ),
  workload(fillWhole, note, { n: 12, value: 0 }, { y: 12 }),
  workload(
    pointLoss,
    note,
    { batch: 2, length: 3, stride: 8, absolute: 0 },
    { pred: 48, goal: 48, weight: 48, kinds: new Uint32Array(8), shares: 4, rowSums: 12, terms: 12 },
  ),
  workload(
    pointLossGrad,
    note,
    { batch: 2, length: 3, stride: 8, absolute: 0, accumulate: 1 },
    { pred: 48, goal: 48, weight: 48, kinds: new Uint32Array(8), shares: 4, sample: 2, coefficient: 2, dpred: 48 },
  ),
  workload(scoreColumns, note, { rows: 3, stride: 8 }, { x: 24, marked: new Uint32Array(8), y: 24 }),
  workload(sigmoid, note, { n: 12 }, { x: 12, y: 12 }),
  workload(sigmoidGrad, note, { n: 12 }, { x: 12, dy: 12, dx: 12 }),
  workload(softsign, note, { n: 12 }, { x: 12, y: 12 }),
  workload(softsignGrad, note, { n: 12 }, { x: 12, dy: 12, dx: 12 }),
  workload(sumSquares, note, { n: 12 }, { x: 12, partial: PARTIALS }),
  workload(toHalf, note, { n: 12 }, { x: 12, y: new Uint32Array(6) }),
  // Two lanes a row.
  workload(tokenSpans, note, spanned, { x: 24, lengths, spans: 12, logFrames: 8 }),
  workload(tokenSpansGrad, note, { ...spanned, accumulate: 0 }, { spans: 12, dspans: 12, lengths, dx: 24 }),
  workload(tokenSpansTotalGrad, note, { ...spanned, accumulate: 1 }, { dlogFrames: 8, spans: 12, lengths, dx: 24 }),
  workload(topLogProbs, note, { rows: 2, classes: 30, stride: 32, k: 2 }, { logits: 64, value: 4, id: 4 }),
  workload(unitRows, note, norm, { x: 40, y: 40, norm: 5 }),
  workload(unitRowsGrad, note, { ...norm, accumulate: 1 }, { y: 40, norm: 5, dy: 40, dx: 40 }),
  workload(upsamplingWeights, note, clock, { frames: 32, spans: 12, lengths, weight: 24 }),
  workload(upsampling, note, { ...clock, width: 4 }, { x: 24, frames: 32, spans: 12, lengths, weight: 24, y: 8 * (4 + PLACES) }),
  workload(
    upsamplingGradPhase,
    note,
    { ...clock, width: 4 },
    { x: 24, frames: 32, spans: 12, lengths, weight: 24, dy: 8 * (4 + PLACES), dphase: 24 },
  ),
  workload(upsamplingGradSpans, note, clock, { frames: 32, spans: 12, lengths, dphase: 24, dspans: 12 }),
  workload(upsamplingGrad, note, { batch: 2, length: 4, tokens: 3, width: 4, accumulate: 1 }, { weight: 24, dy: 8 * (4 + PLACES), dx: 24 }),
  workload(
    vocabularyCrossEntropy,
    note,
    { ...shardSize, accumulate: 1 },
    { logits: 40, goal: Uint32Array.of(7, 1, 2, 12, 99), sums: 20, result: 10 },
  ),
  workload(vocabularyCrossEntropyGrad, note, shardSize, { logits: 40, goal: Uint32Array.of(7, 1, 2, 12, 99), result: 10, coefficient: 5 }),
  workload(vocabularyEmbedding, note, { ...shardRows, accumulate: 1 }, { ids: shardIds, table: 24, positions: 16, at: shardPlaces, y: 32 }),
  workload(
    vocabularyEmbeddingHalf,
    note,
    { ...shardRows, accumulate: 0 },
    { ids: shardIds, table: 12, positions: 16, at: shardPlaces, y: 32 },
  ),
  workload(vocabularyEmbeddingGrad, note, shardRows, {
    dy: 32,
    uniqueIds: Uint32Array.of(5, 2, 7, 0),
    starts: Uint32Array.of(0, 1, 3, 4, 4),
    order: Uint32Array.of(0, 1, 2, 3),
    dTable: 24,
  }),
  workload(
    vocabularyTop,
    note,
    { rows: 3, classes: 6, stride: 8, first: 6, k: 4, some: 4, held: 3 },
    { logits: 24, found: Uint32Array.from({ length: 12 }, (_, i) => i % 6), sums: 6, top: 12, token: 12, value: 12 },
  ),
  workload(windows, note, seenWindows, { x: 120, lengths: Uint32Array.of(5, 2), y: 240 }),
  workload(windowsGrad, note, { ...seenWindows, accumulate: 1 }, { dy: 240, lengths: Uint32Array.of(5, 2), dx: 120 }),
  workload(maxPool, note, seenPools, { x: 120, lengths: Uint32Array.of(5, 2), y: 48, places: 48 }),
  workload(
    maxPoolGrad,
    note,
    { ...seenPools, accumulate: 1 },
    { dy: 48, places: Uint32Array.from({ length: 48 }, (_, i) => i % 9), lengths: Uint32Array.of(5, 2), dx: 120 },
  ),
  workload(relu, note, { n: 20, hasResidual: 1 }, { x: 20, residual: 20, y: 20 }),
  workload(reluGrad, note, { n: 20, accumulate: 1 }, { y: 20, dy: 20, dx: 20 }),
  workload(
    chosenRows,
    note,
    { batch: 2, length: 3, rows: 5, width: 4 },
    { x: 24, at: Uint32Array.of(2, 0), place: Uint32Array.of(1), table: 20, y: 20 },
  ),
  workload(
    chosenRowsGrad,
    note,
    { batch: 2, length: 3, width: 4, accumulate: 1 },
    { dy: 20, at: Uint32Array.of(2, 0), place: Uint32Array.of(1), dx: 24 },
  ),
  workload(matching, note, { rows: 3, stride: 4 }, { s: 16, scale: 4, result: 12 }),
  workload(matchingGrad, note, { rows: 3, all: 4, stride: 4 }, { s: 16, scale: 4, result: 12, coefficient: 1, own: 3, ds: 16, dscale: 16 }),
  workload(sgd, note, { n: 20, decayed: 8, weightDecay: 0.01, nesterov: 1 }, { gradient: 20, clip: 2, hyper: 8, weight: 20, first: 20 }),
  workload(
    joinedRows,
    note,
    { batch: 2, firstRows: 3, secondRows: 2, width: 4 },
    {
      ...{ first: 24, firstLengths: Uint32Array.of(3, 1), second: 16, secondLengths: Uint32Array.of(1, 2) },
      ...{ y: 40, lengths: 2 },
    },
  ),
  workload(
    joinedRowsPart,
    note,
    { batch: 2, length: 5, rows: 2, width: 4, behind: 1, accumulate: 1 },
    { x: 40, starts: Uint32Array.of(3, 1), lengths: Uint32Array.of(1, 2), y: 16 },
  ),
  workload(
    joinedRowsPartGrad,
    note,
    { batch: 2, length: 5, rows: 2, width: 4, behind: 1, accumulate: 1 },
    { dy: 16, starts: Uint32Array.of(3, 1), lengths: Uint32Array.of(1, 2), dx: 40 },
  ),
  workload(
    prefixAttentionRow,
    note,
    { batch: 2, share: 2, prefixRows: 3, capacity: 4, heads: 1, headWidth: 4, extra: 1, scale: 0.5, queryStride: 4 },
    { q: 8, prefix: 24, prefixLengths: Uint32Array.of(2), cache: 64, lengths: Uint32Array.of(1, 2), y: 8 },
  ),
  workload(
    signWords,
    note,
    { batch: 2, length: 4, count: 2, longest: 1 },
    {
      ...{ index: Uint32Array.of(0, 0, 1, 0, 1, 0, 0, 0), lengths: Uint32Array.of(4, 3) },
      trie: Uint32Array.of(0, 1, 0, 0, 0, 4, 2, 1, 1, 0, 3, 1, 2, 0, 0, 1, 2, 0, 0, 1),
      ...{ spans: 20, weight: 8, slowShare: 8, share: 8, wordLengths: 2 },
    },
  ),
  workload(
    wordMeans,
    note,
    { batch: 1, length: 3, width: 4 },
    {
      ...{ x: 12, spans: Uint32Array.of(0, 0, 0, 2, 1, 3, 3, 3), weight: Float32Array.of(0.5, 0, 1) },
      ...{ slowShare: Float32Array.of(0.5, 0, 0), wordLengths: Uint32Array.of(2), slow: 4, y: 12 },
    },
  ),
  workload(
    wordMeansGrad,
    note,
    { batch: 1, length: 3, width: 4, accumulate: 1 },
    { dy: 12, spans: Uint32Array.of(0, 0, 0, 2, 1, 3, 3, 3), weight: Float32Array.of(0.5, 0, 1), dx: 12 },
  ),
  workload(
    wordMeansWeightGrad,
    note,
    { batch: 1, length: 3, width: 4 },
    { dy: 12, slowShare: Float32Array.of(0.5, 0, 0), wordLengths: Uint32Array.of(2), dslow: 4 },
  ),
]
