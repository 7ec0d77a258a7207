// The page that a headless browser detects keypoints in, behind the script of MediaPipe Holistic; holistic.ts is its other side. JavaScript, because the
// browser takes it as it lies, in the sources too.

const page = /** @type {any} */ (globalThis)

/** The detector, what it last found, where its frames are drawn, and the time of the last one in milliseconds. @type {any} */
const detecting = { clock: 0 }

// Holistic takes a frame to be shown when it is sent. It smooths by those times, so they must be the video's, whatever time detection takes.
page.performance.now = () => detecting.clock

/**
 * Loads the models. `complexity` 0, 1 or 2 is that of the body's.
 *
 * @param {number} complexity
 * @returns {Promise<{ body: number[][], face: number[][], hand: number[][] }>} lines between points, as the package draws them
 */
page.startDetector = async (complexity) => {
  const detector = new page.Holistic({ locateFile: (/** @type {string} */ name) => `/${name}` })
  // As pose-format sets it. On the CPU, because there is no GPU here but one that the CPU plays, which is many times slower at it.
  detector.setOptions({ modelComplexity: complexity, smoothLandmarks: true, refineFaceLandmarks: false, useCpuInference: true })
  detector.onResults((/** @type {any} */ results) => {
    detecting.found = results
  })
  detecting.detector = detector
  detecting.canvas = page.document.createElement('canvas')
  detecting.picture = detecting.canvas.getContext('2d')
  await detector.initialize()
  return { body: page.POSE_CONNECTIONS, face: page.FACEMESH_TESSELATION, hand: page.HAND_CONNECTIONS }
}

/** Forgets the signer of the video before. */
page.beginVideo = () => {
  detecting.detector.reset()
  detecting.clock = 0
}

/**
 * What is seen in the frame that the other side holds ready: of each part x, y, z and how sure it is, point after point, null where it was not found.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} time in milliseconds
 */
page.detectFrame = async (width, height, time) => {
  const { canvas, picture, detector } = detecting
  const rgba = new Uint8ClampedArray(await (await page.fetch('/frame')).arrayBuffer())
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  picture.putImageData(new page.ImageData(rgba, width, height), 0, 0)
  // It refuses frames that do not come one after another.
  detecting.clock = Math.max(detecting.clock + 1, time)
  detecting.found = undefined
  await detector.send({ image: canvas })
  const { poseLandmarks, faceLandmarks, leftHandLandmarks, rightHandLandmarks } = detecting.found
  return {
    body: numbersOf(poseLandmarks),
    face: numbersOf(faceLandmarks),
    leftHand: numbersOf(leftHandLandmarks),
    rightHand: numbersOf(rightHandLandmarks),
    world: numbersOf(worldLandmarks(detecting.found)),
  }
}

/** The body in metres: the package has no name for it that is the same in all its versions. */
function worldLandmarks(/** @type {any} */ { poseLandmarks, ...others }) {
  return Object.values(others).find((points) => Array.isArray(points) && points.length === poseLandmarks?.length)
}

/** Points of the face and of hands say nothing of how sure they are. */
function numbersOf(/** @type {{ x: number, y: number, z: number, visibility?: number }[] | undefined} */ points) {
  return points?.flatMap(({ x, y, z, visibility = 1 }) => [x, y, z, visibility]) ?? null
}
