// The viewer's elements. Everything that depends on the clips is filled in by its scripts. The page that signs plays its motions with the same ones.

export const playerBody = `<div class="layout">
<nav id="list" aria-label="Clips" hidden><ol id="clips"></ol></nav>
<main>
  <figure>
    <div class="stage" id="stage"><canvas id="canvas" tabindex="0" role="img"></canvas></div>
    <figcaption>
      <p class="sentence"><span class="tag" id="language"></span> <span id="sentence"></span></p>
      <dl id="scores"></dl>
    </figcaption>
  </figure>
  <div class="row transport" role="group" aria-label="Playback">
    <button id="back" type="button" aria-label="Previous frame" title="Previous frame (←)">‹</button>
    <button id="play" type="button" class="primary" title="Play or pause (space)">Play</button>
    <button id="forward" type="button" aria-label="Next frame" title="Next frame (→)">›</button>
    <input id="time" type="range" min="0" value="0" step="1" aria-label="Frame">
    <output id="counter" for="time" aria-live="off"></output>
  </div>
  <section class="controls" aria-label="View">
    <div class="row options">
      <label>Speed
        <select id="speed">
          <option value="0.25">¼×</option><option value="0.5">½×</option><option value="1" selected>1×</option><option value="2">2×</option>
        </select>
      </label>
      <label id="compare">Compare
        <select id="mode">
          <option value="side" selected>Side by side</option><option value="overlay">Overlay</option>
          <option value="generated">Generated only</option><option value="reference">Reference only</option>
        </select>
      </label>
      <label><input id="loop" type="checkbox" checked> Loop</label>
      <label><input id="perspective" type="checkbox"> Perspective</label>
      <label><input id="mirrored" type="checkbox"> Mirror</label>
      <button id="reset" type="button" title="Front view (R, or double-click the picture)">Front view</button>
    </div>
    <ul class="legend" id="legend" aria-label="Colours"></ul>
    <p class="hint">Drag the picture to turn the signer, turn the wheel to zoom.
      <kbd>space</kbd> plays, <kbd>←</kbd> <kbd>→</kbd> step, <kbd>↑</kbd> <kbd>↓</kbd> change the clip;
      with <kbd>shift</kbd> the arrows turn the signer, <kbd>+</kbd> <kbd>−</kbd> zoom.</p>
  </section>
</main>
</div>`

export const withoutScript = '<noscript><p class="hint">This page draws with JavaScript, which is switched off.</p></noscript>'
