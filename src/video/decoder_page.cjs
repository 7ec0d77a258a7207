// The page that a headless browser decodes a video in, behind the script of mediabunny; browser.ts is its other side. JavaScript, because the browser takes
// it as it lies, in the sources too.

const page = /** @type {any} */ (globalThis)

/** What is being decoded, one video a page: where its frames come from and are drawn, and how many there were. @type {any} */
const decoding = { count: 0 }

/**
 * Opens the file that was put into the page. Where it is no video that can be decoded, `problem` says why.
 *
 * @returns {Promise<{ width: number, height: number, fps?: number } | { problem: string }>}
 */
page.openVideo = async () => {
  const { Input, BlobSource, ALL_FORMATS, VideoSampleSink } = page.Mediabunny
  const [file] = page.document.querySelector('input').files
  try {
    const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS })
    const track = await input.getPrimaryVideoTrack()
    if (!track) return { problem: 'a file in which no picture is found: it has none, or is damaged' }
    if (!(await track.canDecode()))
      return { problem: `a video in ${(await track.getCodec()) ?? 'an unknown codec'}, which the browser does not decode` }
    const { averagePacketRate } = await track.computePacketStats(100)
    const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()]
    decoding.track = track
    decoding.samples = new VideoSampleSink(track).samples()
    decoding.canvas = new page.OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    return { width, height, fps: averagePacketRate }
  } catch (error) {
    return { problem: `what the browser cannot read (${/** @type {Error} */ (error).message})` }
  }
}

/**
 * The next frames, as many as `bytes` hold, at least one. `done` behind the last; `problem` where decoding failed.
 *
 * @param {number} bytes
 * @returns {Promise<{ frames: { time: number, width: number, height: number, rgba: string }[], done: boolean, problem?: string }>}
 */
page.nextFrames = async (bytes) => {
  const frames = []
  const { canvas, samples } = decoding
  try {
    for (let taken = 0; taken < bytes; ) {
      const { value: sample, done } = await samples.next()
      if (done) return { frames, done: true, ...(await missing()) }
      const { timestamp: time, displayWidth: width, displayHeight: height } = sample
      if (canvas.canvas.width !== width || canvas.canvas.height !== height) Object.assign(canvas.canvas, { width, height })
      sample.draw(canvas, 0, 0)
      sample.close()
      decoding.count++
      const { data } = canvas.getImageData(0, 0, width, height)
      frames.push({ time, width, height, rgba: /** @type {any} */ (new Uint8Array(data.buffer)).toBase64() })
      taken += data.length
    }
    return { frames, done: false }
  } catch (error) {
    return { frames, done: true, problem: /** @type {Error} */ (error).message }
  }
}

/** Frames that the file lists and that could not be read: it is then cut short, about which mediabunny says nothing. */
async function missing() {
  const { EncodedPacketSink } = page.Mediabunny
  let listed = 0
  for await (const _ of new EncodedPacketSink(decoding.track).packets(undefined, undefined, { metadataOnly: true })) listed++
  return listed > decoding.count ? { problem: `${decoding.count} of ${listed} frames` } : {}
}
